import Foundation
import TestServers
import Testing

/// What a run does with the credentials of a kubeconfig.
@Suite("Credentials of a run", .serialized, .timeLimit(.minutes(2)))
struct CredentialTests {
  private static let profile = """
    apiVersion: scaleproof/v1
    kind: Profile
    metadata: {name: credentials}
    target: {url: http://127.0.0.1:1}
    cluster: {workload: deployment/web}
    requests: [{name: home, path: /}]
    load: {phases: [{name: steady, for: 2s, rate: 200/s}]}
    """

  private func kubeconfig(user: String, server: PythonServer) -> String {
    """
    current-context: x
    clusters: [{name: c, cluster: {server: "\(server.tlsURL)", certificate-authority: \(server.authorityFile)}}]
    contexts: [{name: x, context: {cluster: c, user: u}}]
    users: [{name: u, user: \(user)}]
    """
  }

  @Test("Ctrl-C while a command is asked for credentials ends the command too")
  func interrupted() async throws {
    let server = try PythonServer.authenticating()
    let folder = try TemporaryFolder()
    let profile = try folder.write(Self.profile, to: "profile.yaml")
    let plugin = try folder.write(
      "#!/bin/sh\nsleep 300 &\necho $! > '\(folder.file("child"))'\nwait\n", to: "plugin")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: plugin)
    let config = try folder.write(
      kubeconfig(
        user: "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: ./plugin}}",
        server: server), to: "config")

    let ending = try await Program.run(["run", profile, "--kubeconfig", config]) { process in
      try await eventually { (try? folder.text("child").isEmpty) == false }
      process.send(SIGINT)
    }

    #expect(ending.code == 130, "\(ending.complaints)")
    let child = try #require(Int32(try folder.text("child").trimmingCharacters(in: .whitespacesAndNewlines)))
    try await eventually { kill(child, 0) != 0 || Self.isZombie(child) }
  }

  private static func isZombie(_ identifier: Int32) -> Bool {
    ((try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8)) ?? ") Z").contains(") Z")
  }

  @Test("a command that fails ends the run before anything is sent, with what it said and without its secrets")
  func failing() async throws {
    let server = try PythonServer.authenticating()
    let folder = try TemporaryFolder()
    let profile = try folder.write(Self.profile, to: "profile.yaml")
    let plugin = try folder.write("#!/bin/sh\necho 'your session is over: run corp-login' >&2\nexit 1\n", to: "plugin")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: plugin)
    let config = try folder.write(
      kubeconfig(
        user: "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: ./plugin}}",
        server: server), to: "config")

    let ending = try await Program.run(["run", profile, "--kubeconfig", config])

    #expect(ending.code == 69)
    #expect(
      ending.complaints.contains(
        "/plugin: it ended with exit status 1: \"your session is over: run corp-login\""),
      "\(ending.complaints)")
    #expect(try server.apiRequests().isEmpty)
  }

  @Test("an unreadable kubeconfig ends the run with the place and 65", arguments: ["{token: 5}", "{token: [}", "{}"])
  func unreadable(user: String) async throws {
    let server = try PythonServer.authenticating()
    let folder = try TemporaryFolder()
    let profile = try folder.write(Self.profile, to: "profile.yaml")
    let config = try folder.write(kubeconfig(user: user, server: server), to: "config")

    let ending = try await Program.run(["run", profile, "--kubeconfig", config])

    #expect(ending.code == 65, "\(ending.complaints)")
    #expect(ending.complaints.contains("\(config):4:"), "\(ending.complaints)")
    #expect(ending.complaints.split(separator: "\n").count == 1, "\(ending.complaints)")
  }
}
