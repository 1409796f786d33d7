import Curl
import Foundation
import KubernetesObjects

/// What a credential command printed (Kubernetes, client-go/pkg/apis/clientauthentication/v1/types.go).
struct ExecCredential: Sendable {
  let credential: Credential
  /// When it stops being good; `nil` for never.
  let expires: KubernetesTime?

  /// - Parameters:
  ///   - version: the `apiVersion` that the kubeconfig asks for.
  ///   - attempt: what was attempted, for errors.
  init(_ output: Data, version: String, attempt: String) throws(KubernetesError) {
    func refuse(_ cause: String) -> KubernetesError {
      KubernetesError(
        .credentials, attempt: attempt, cause: cause,
        hint: "run it by hand, or get a version of it that speaks \(version)")
    }
    // What it printed is a credential, or may hold one, and is never quoted.
    guard let answer = try? JSONDecoder().decode(Answer.self, from: output) else {
      throw refuse(output.isEmpty ? "it printed nothing" : "its output is not the JSON of an ExecCredential")
    }
    guard answer.kind == "ExecCredential", let said = answer.apiVersion else {
      throw refuse("its output has not the kind ExecCredential and an apiVersion")
    }
    guard said == version else { throw refuse("it answers in another version than the kubeconfig's \(version)") }
    guard let status = answer.status else { throw refuse("its output has no status") }
    let token = status.token ?? ""
    let certificate = status.clientCertificateData ?? ""
    let key = status.clientKeyData ?? ""
    guard !token.isEmpty || !certificate.isEmpty || !key.isEmpty else {
      throw refuse("its output has neither a token nor a certificate with its key")
    }
    guard certificate.isEmpty == key.isEmpty else {
      throw refuse("its output has a certificate or a key without the other")
    }
    guard certificate.isEmpty || (certificate.contains("-----BEGIN ") && key.contains("-----BEGIN ")) else {
      throw refuse("its certificate or key is not in PEM form")
    }
    if let text = status.expirationTimestamp {
      guard let time = KubernetesTime(text: text) else { throw refuse("its expirationTimestamp is no instant") }
      expires = time
    } else {
      expires = nil
    }
    credential = Credential(
      authorization: token.isEmpty ? nil : "Bearer \(token)",
      certificate: certificate.isEmpty ? nil : .data(Array(certificate.utf8)),
      key: key.isEmpty ? nil : .data(Array(key.utf8)))
  }

  private struct Answer: Decodable {
    var kind: String?
    var apiVersion: String?
    var status: Status?

    struct Status: Decodable {
      var token: String?
      var clientCertificateData: String?
      var clientKeyData: String?
      var expirationTimestamp: String?
    }
  }
}
