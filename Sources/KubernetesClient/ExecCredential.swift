import Foundation
import Subprocess
import SystemPackage

/// What a credential command printed (Kubernetes, client-go/plugin/pkg/client/auth/exec, `ExecCredential`).
struct ExecCredential {
  var token: String?
  var certificate: String?
  var key: String?

  /// Runs the command of a kubeconfig user and reads the credential from its output.
  static func run(
    _ exec: Kubeconfig.ExecCommand, server: String, environment: [String: String]
  ) async throws(KubernetesError) -> ExecCredential {
    let attempt = "cannot get credentials from \(exec.command)"
    let information = """
      {"apiVersion":"\(exec.apiVersion)","kind":"ExecCredential","spec":{"interactive":false,\
      "cluster":{"server":"\(server)"}}}
      """
    var variables = exec.environment
    variables["KUBERNETES_EXEC_INFO"] = information
    let output: String
    do {
      let result = try await Subprocess.run(
        exec.command.contains("/") ? .path(FilePath(exec.command)) : .name(exec.command),
        arguments: Arguments(exec.arguments),
        environment: .inherit.updating(
          Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) })),
        output: .string(limit: 1 << 20), error: .discarded)
      guard result.terminationStatus.isSuccess else {
        // What it printed may hold a credential, and is left out.
        throw KubernetesError(
          .configuration, attempt: attempt, cause: "it ended with \(result.terminationStatus)",
          hint: "run it by hand to see why")
      }
      output = result.standardOutput
    } catch let error as KubernetesError {
      throw error
    } catch {
      throw KubernetesError(
        .configuration, attempt: attempt, cause: "it could not be run", hint: "is it installed and on the path?")
    }
    guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(output.utf8)) else {
      throw KubernetesError(
        .configuration, attempt: attempt, cause: "its output is not an ExecCredential with a status")
    }
    return ExecCredential(
      token: answer.status.token, certificate: answer.status.clientCertificateData, key: answer.status.clientKeyData)
  }

  private struct Answer: Decodable {
    var status: Status

    struct Status: Decodable {
      var token: String?
      var clientCertificateData: String?
      var clientKeyData: String?
    }
  }
}
