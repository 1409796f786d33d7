import Curl
import Foundation
import KubernetesObjects
import Subprocess
import SystemPackage
import TestServers
import Testing

@testable import KubernetesClient

@Suite("A kubeconfig means what it means to kubectl", .timeLimit(.minutes(3)))
struct KubectlAgreementTests {
  private static let cases = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Resources/kubeconfigs")

  /// What became of one kubeconfig.
  private struct Outcome: Equatable, CustomStringConvertible {
    /// What the server was sent, in the order of arrival.
    var requests: [Request] = []
    /// What commands were told about the cluster.
    var information: [JSONValue] = []
    var isRefused: Bool

    struct Request: Equatable {
      let path: String
      let headers: [String: [String]]
      let certificate: String?
    }

    var description: String {
      "\(isRefused ? "refused" : "taken"), \(requests.map { "\($0)" }), told \(information)"
    }
  }

  /// Servers with and without TLS, and what the kubeconfigs name.
  private struct World {
    let secure: PythonServer
    let plain: PythonServer
    let folder: TemporaryFolder

    init() throws {
      secure = try .authenticating()
      plain = try .authenticating(speaksTLS: false)
      folder = try TemporaryFolder()
      for (name, path) in [
        ("authority.pem", secure.authorityFile), ("client.pem", secure.clientCertificateFile),
        ("client.key", secure.clientKeyFile),
      ] { try FileManager.default.copyItem(atPath: path, toPath: folder.file(name)) }
      try folder.write("from-file\n", to: "token")
      try folder.write("", to: "empty")
      let head = """
        cd "$(dirname "$0")"
        echo "$KUBERNETES_EXEC_INFO" >> information.log
        version=$(printf %s "$KUBERNETES_EXEC_INFO" | sed 's/.*"apiVersion":"\\([^"]*\\)".*/\\1/; s/\\\\//g')

        """
      let answer = #"printf '{"kind":"ExecCredential","apiVersion":"%s","status":{%s}}\n' "$version" "#
      try folder.script(head + answer + #""\"token\":\"plugged$2$SUFFIX\"""# + "\n", to: "plugin")
      try folder.script(head + "echo 'log in first' >&2\nexit 3\n", to: "failing")
      try folder.script(
        head + "version=client.authentication.k8s.io/v1\n" + answer + #""\"token\":\"plugged\"""# + "\n", to: "stubborn"
      )
      try folder.script(
        head + "pem() { awk '{printf \"%s\\\\n\", $0}' \"$1\"; }\n" + answer
          + #""\"clientCertificateData\":\"$(pem client.pem)\",\"clientKeyData\":\"$(pem client.key)\"""# + "\n",
        to: "certifying")
    }

    func base64(_ name: String) throws -> String {
      try Data(contentsOf: URL(filePath: folder.file(name))).base64EncodedString()
    }

    func write(_ text: String) throws -> String {
      var text = text
      let authority = try base64("authority.pem")
      for (word, value) in [
        ("SERVER", secure.tlsURL), ("PLAIN", plain.url), ("PLACE", "127.0.0.1:\(plain.port)"), ("AUTHORITY", authority),
        ("CLIENT", try base64("client.pem")), ("KEY", try base64("client.key")),
        ("DOUBLED", Data(authority.utf8).base64EncodedString()),
      ] { text = text.replacing(try Regex("\\b\(word)\\b"), with: value) }
      return try folder.write(text, to: "config")
    }

    /// What has arrived for a path since it was asked last.
    func outcome(_ path: String, isRefused: Bool) throws -> Outcome {
      let arrived = try secure.apiRequests() + plain.apiRequests()
      let requests = arrived.filter { $0.path.hasSuffix(path) }.map { request in
        Outcome.Request(
          path: request.path,
          headers: request.headers.filter { $0.key == "authorization" || $0.key.hasPrefix("impersonate-") },
          certificate: request.certificate)
      }
      // A command that was never asked has left none.
      let information = try ((try? folder.text("information.log")) ?? "").split(separator: "\n").map {
        try JSONValue(json: Data($0.utf8))
      }
      try? FileManager.default.removeItem(atPath: folder.file("information.log"))
      return Outcome(requests: requests, information: information, isRefused: isRefused)
    }
  }

  /// Older ones read some of them otherwise, such as the path of a server.
  private static let kubectl = Kubectl.found.last { $0.minor >= 36 }

  @Test(
    "what is sent, to whom, and what is refused are the same with the newest kubectl",
    .enabled(if: kubectl != nil, "kubectl 1.36 or newer is needed, which scripts/prepare gets"))
  func agreement() async throws {
    let kubectl = try #require(Self.kubectl)
    let world = try World()
    let session = try CurlSession(name: "test")
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.cases.path).filter { $0.hasSuffix(".yaml") }
    var taken = 0
    for file in files.sorted() {
      let text = try String(contentsOf: Self.cases.appending(path: file), encoding: .utf8)
      let config = try world.write(text)

      let theirs = try await Self.kubectl(kubectl, config, "/version?theirs=\(file)", world)
      var complaint: String?
      do {
        let connection = try await APIConnection(
          kubeconfig: try Kubeconfig.load(path: config, environment: [:]), context: nil, environment: [:])
        _ = try await APIClient(connection: connection, session: session).get(path: "/version?ours=\(file)")
      } catch {
        complaint = "\(error)"
      }
      var ours = try world.outcome("/version?ours=\(file)", isRefused: complaint != nil)

      if complaint == nil { taken += 1 }
      let isStricter = text.hasPrefix("# stricter: ")
      ours.requests = ours.requests.map { request in
        Outcome.Request(
          path: request.path.replacing("?ours", with: "?theirs"), headers: request.headers,
          certificate: request.certificate)
      }
      if isStricter {
        #expect(!theirs.isRefused && ours.isRefused && ours.requests.isEmpty, "\(file): \(complaint ?? "")")
      } else {
        #expect(ours == theirs, "\(file): \(complaint ?? "")")
      }
      if let complaint {
        #expect(!complaint.contains("\n") && !complaint.contains("sesame"), "\(file): \(complaint)")
      }
    }
    await session.close()
    #expect(taken > 40 && files.count - taken > 60, "of \(files.count), \(taken) were taken")
  }

  private static func kubectl(
    _ kubectl: Kubectl, _ config: String, _ path: String, _ world: World
  ) async throws -> Outcome {
    let result = try await run(
      .path(FilePath(kubectl.path)),
      arguments: [
        "--kubeconfig", config, "--cache-dir", world.folder.file("cache"), "get", "--raw",
        path,
      ], environment: .inherit.updating(["HOME": world.folder.path, "KUBECONFIG": nil]),
      input: .none, output: .discarded, error: .discarded)
    return try world.outcome(path, isRefused: !result.terminationStatus.isSuccess)
  }
}
