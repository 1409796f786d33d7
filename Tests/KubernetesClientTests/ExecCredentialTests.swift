import Curl
import Foundation
import KubernetesObjects
import TestServers
import Testing

@testable import KubernetesClient

@Suite("Credentials from commands", .timeLimit(.minutes(2)))
struct ExecCredentialTests {
  /// A server that knows who asks, and a kubeconfig whose user is a command.
  private struct Rig {
    let server: PythonServer
    let folder: TemporaryFolder

    init() throws {
      server = try .authenticating()
      folder = try TemporaryFolder()
    }

    /// - Parameter status: a shell word: what the command prints as the status of its credential.
    func script(_ status: String, before: String = "") throws {
      try folder.script(
        before + "\necho run >> '\(folder.file("runs"))'\nnow=$(date +%s)\n"
          + "printf '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":%s}' \(status)\n",
        to: "plugin")
    }

    var runs: Int { (try? folder.text("runs"))?.split(separator: "\n").count ?? 0 }

    func connection(
      _ more: String = "", announce: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> APIConnection {
      let config = try folder.write(
        """
        current-context: x
        clusters: [{name: c, cluster: {server: "\(server.tlsURL)", certificate-authority: \(server.authorityFile)}}]
        contexts: [{name: x, context: {cluster: c, user: u}}]
        users:
        - name: u
          user:
            exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: ./plugin\(more)}
        """, to: "config")
      return try await APIConnection(
        kubeconfig: try Kubeconfig.load(path: config, environment: [:]), context: nil, environment: [:],
        announce: announce)
    }

    func client(_ more: String = "") async throws -> APIClient {
      APIClient(connection: try await connection(more), session: try CurlSession(name: "test"))
    }

    func error(_ more: String = "") async -> KubernetesError? {
      await #expect(throws: KubernetesError.self) { try await connection(more) }
    }

    /// A plugin as such, with a limit of its own.
    func plugin(limit: Duration) -> ExecPlugin {
      ExecPlugin(
        command: Kubeconfig.ExecCommand(
          place: KubeconfigPlace(file: "config"), apiVersion: "client.authentication.k8s.io/v1",
          command: folder.file("plugin"), arguments: [], environment: [], installHint: "", interactiveMode: "Never",
          providesClusterInformation: false), cluster: .null, limit: limit, announce: { _ in })
    }
  }

  @Test("a token that the server refuses is fetched again, and the request sent once more, however many ask at once")
  func renewedWhenRefused() async throws {
    let rig = try Rig()
    // The first token has ended already, and says nothing of it.
    try rig.script(
      #""{\"token\":\"until-$([ -s '\#(rig.folder.file("first"))' ] && echo $((now + 600)) || echo 1)\"}""#)
    let client = try await rig.client()
    try rig.folder.write("done", to: "first")

    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 { group.addTask { _ = try await client.get(path: "/version?\(number)") } }
      try await group.waitForAll()
    }

    #expect(rig.runs == 2)
    let requests = try rig.server.apiRequests()
    #expect(requests.filter { $0.status == 200 }.count == 20)
    for number in 0..<20 { #expect(requests.filter { $0.path == "/version?\(number)" }.count <= 2) }
  }

  @Test("a token that is over before it comes to be used is fetched again too")
  func renewedTwice() async throws {
    let rig = try Rig()
    // Of three tokens two have ended already, and say nothing of it.
    try rig.script(
      #""{\"token\":\"until-$([ $(wc -l < '\#(rig.folder.file("runs"))') -ge 3 ] && echo $((now + 600)) || wc -l < '\#(rig.folder.file("runs"))')\"}""#
    )
    let client = try await rig.client()

    _ = try await client.get(path: "/version")

    #expect(rig.runs == 3)
    #expect(try rig.server.apiRequests().map(\.status) == [401, 401, 200])
  }

  @Test("a token that is refused even when it is new is refused for good, after one more try")
  func refusedForGood() async throws {
    let rig = try Rig()
    try rig.script(#""{\"token\":\"until-1\"}""#)
    let client = try await rig.client()

    let error = await #expect(throws: KubernetesError.self) { try await client.get(path: "/version") }

    #expect(error?.code == .unauthorized)
    #expect(rig.runs == 2)
    #expect(try rig.server.apiRequests().count == 1)
  }

  @Test("a token is fetched again before it expires, and the old one serves on while that fails")
  func renewedBeforeExpiry() async throws {
    let rig = try Rig()
    try rig.script(
      #""{\"token\":\"one\",\"expirationTimestamp\":\"2026-11-26T10:00:00Z\"}""#)
    let clock = TestClock(try #require(KubernetesTime(text: "2026-11-26T09:50:00Z")).seconds)
    let source = ExecCredentialSource(rig.plugin(limit: .seconds(30)), now: { clock.now })
    #expect(try await source.current() == .bearer("one"))
    try rig.script(#""{\"token\":\"two\",\"expirationTimestamp\":\"2026-11-26T10:10:00Z\"}""#)

    clock.advance(539)
    #expect(try await source.current() == .bearer("one"), "nine minutes are not over")
    clock.advance(2)
    try rig.script(#""{}""#, before: "exit 1")
    #expect(try await source.current() == .bearer("one"), "the command fails, and the token is still good")
    clock.advance(6)
    try rig.script(#""{\"token\":\"two\",\"expirationTimestamp\":\"2026-11-26T10:10:00Z\"}""#)
    #expect(try await source.current() == .bearer("two"))
  }

  @Test("a certificate from a command is shown to the server")
  func certificate() async throws {
    let rig = try Rig()
    try rig.script(
      #""{\"clientCertificateData\":\"$(pem '\#(rig.server.clientCertificateFile)')\",\"clientKeyData\":\"$(pem '\#(rig.server.clientKeyFile)')\"}""#,
      before: #"pem() { awk '{printf "%s\\n", $0}' "$1"; }"#)
    let client = try await rig.client()

    _ = try await client.get(path: "/version")

    #expect(try rig.server.apiRequests().map(\.certificate) == ["client"])
  }

  @Test("a command that does not end is ended with all that it has started, and what it said is told")
  func timeLimit() async throws {
    let rig = try Rig()
    try rig.folder.script(
      "sleep 600 &\necho $! > '\(rig.folder.file("child"))'\necho 'open https://login.example.com/device' >&2\nwait\n",
      to: "plugin")

    let error = await #expect(throws: KubernetesError.self) {
      try await rig.plugin(limit: .seconds(2)).fetch(mayAsk: false)
    }

    #expect(
      error?.description == "cannot get credentials from \(rig.folder.file("plugin")): it did not end within 2s: "
        + "\"open https://login.example.com/device\"; run it by hand to see what it waits for")
    let child = try #require(Int32(try rig.folder.text("child").trimmingCharacters(in: .whitespacesAndNewlines)))
    try await eventually { kill(child, 0) != 0 || Self.isZombie(child) }
  }

  private static func isZombie(_ identifier: Int32) -> Bool {
    let status = (try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8)) ?? ") Z"
    return status.contains(") Z")
  }

  @Test("what a failing command says is told without its credentials, and line by line while it runs")
  func ownError() async throws {
    let rig = try Rig()
    let secret = String(repeating: "c2VzYW1l", count: 10)
    try rig.folder.script(
      "echo 'please \u{1B}[31mlog in\u{1B}[0m' >&2\necho 'not \(secret)' >&2\nexit 3\n", to: "plugin")
    let lines = Lines()

    let error = await #expect(throws: KubernetesError.self) {
      try await rig.connection(announce: { lines.add($0) })
    }

    #expect(
      error?.description == "cannot get credentials from \(rig.folder.file("plugin")): it ended with exit status 3: "
        + "\"please log in | not …\"")
    #expect(error?.code == .credentials)
    #expect(lines.all.count == 2)
  }

  @Test(
    "what a command prints is taken only when it is a credential, and is never quoted",
    arguments: [
      ("", "it printed nothing"),
      ("sesame", "its output is not the JSON of an ExecCredential"),
      (
        #"{"apiVersion":"client.authentication.k8s.io/v1","status":{"token":"sesame"}}"#,
        "has not the kind ExecCredential"
      ),
      (
        #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"sesame"}}"#,
        "it answers in another version than the kubeconfig's client.authentication.k8s.io/v1"
      ),
      (#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"}"#, "its output has no status"),
      (
        #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{}}"#,
        "its output has neither a token nor a certificate with its key"
      ),
      (
        #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientKeyData":"sesame"}}"#,
        "its output has a certificate or a key without the other"
      ),
      (
        #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"sesame","expirationTimestamp":"soon"}}"#,
        "its expirationTimestamp is no instant"
      ),
    ])
  func output(_ printed: String, _ cause: String) async throws {
    let rig = try Rig()
    try rig.folder.write(printed, to: "printed")
    try rig.folder.script("cat '\(rig.folder.file("printed"))'\n", to: "plugin")

    let error = await rig.error()

    #expect(error?.description.contains(cause) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("sesame") == false)
  }

  @Test("a command that is not installed is told with its own hint")
  func installHint() async throws {
    let rig = try Rig()

    let error = await rig.error(", installHint: \"see https://example.com/\\nand \\e[31minstall it\"")

    #expect(
      error?.description
        == "cannot get credentials from \(rig.folder.file("plugin")): it is not installed, or not on the "
        + "path; see https://example.com/ | and install it")
  }

  @Test("what a command is told is JSON, whatever stands in the kubeconfig")
  func information() throws {
    var plugin = try Rig().plugin(limit: .seconds(1))
    plugin = ExecPlugin(
      command: {
        var command = plugin.command
        command.providesClusterInformation = true
        return command
      }(), cluster: ["server": "https://a\"b\\c\n/", "config": ["quote": "\""]], announce: { _ in })

    let told = try JSONValue(json: Data(try plugin.information(interactive: false).utf8))

    #expect(told["spec", "cluster", "server"] == "https://a\"b\\c\n/")
    #expect(told["spec", "interactive"] == false)
  }
}
