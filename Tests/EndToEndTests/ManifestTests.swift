import Foundation
import Subprocess
import TestServers
import Testing

/// Manifests as users give them, through the program as a whole.
@Suite("Manifests on the command line", .serialized)
struct ManifestTests {
  private static let data = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Resources")

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: data.appending(path: path), encoding: .utf8)
  }

  private func validate(_ manifest: String, workload: String = "web", namespace: String = "default", set: [String] = [])
    async throws -> (ending: Program.Ending, file: String)
  {
    let folder = try TemporaryFolder()
    let file = try folder.write(manifest, to: "m.yaml")
    let profile = try folder.write(
      """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: manifests}
      target: {url: "http://web.example.com", timeouts: {request: 2s}}
      cluster: {simulated: m.yaml, workload: deployment/\(workload), namespace: \(namespace)}
      requests: [{name: home, path: /}]
      load: {phases: [{name: steady, for: 20s, rate: 20/s}]}
      expectations: [{name: fast, latency: {during: steady, percentile: 99, below: 250ms}}]
      """, to: "profile.yaml")
    return (try await Program.run(["validate", profile] + set.flatMap { ["--set", $0] }), file)
  }

  @Test("an unknown key is refused with its place and the nearest name")
  func unknownKey() async throws {
    let (ending, file) = try await validate(Self.text("cases/prestop-forms/hook.yaml"))

    #expect(ending.code == 65)
    #expect(
      ending.complaints.contains(
        "\(file):18:23: strict decoding error: unknown field "
          + "\"spec.template.spec.containers[0].lifecycle.preStopHook\"; did you mean \"preStop\"?"),
      "\(ending.complaints)")
  }

  @Test("all problems are told at once, in the order of the lines, those of --set by the option")
  func allProblems() async throws {
    let text = try Self.text("cases/prestop-forms/bare.yaml").replacing("maxSurge: 25%", with: "maxSurge: -1")
      .replacing("pathType: Prefix", with: "pathtype: Prefix")

    let (ending, file) = try await validate(text, set: ["manifests.service.spec.type=Nowhere"])
    let lines = ending.complaints.split(separator: "\n")

    #expect(ending.code == 65)
    #expect(lines.count == 4, "\(ending.complaints)")
    #expect(
      lines.first?.contains("\(file):6:40: spec.strategy.rollingUpdate.maxSurge: Invalid value: -1") == true, "\(lines)"
    )
    #expect(
      lines.contains { $0.contains("--set manifests.service.spec.type: spec.type: Unsupported value") }, "\(lines)")
  }

  @Test("a port that leads nowhere is refused with the ports that there are")
  func danglingPort() async throws {
    let (ending, file) = try await validate(Self.text("cases/ingress-ports/no-such-port-name.yaml"), workload: "kib")

    #expect(ending.code == 65)
    #expect(ending.complaints.contains("\(file):24:"), "\(ending.complaints)")
    #expect(ending.complaints.contains("the Service \"kib\" has no port of this name; there are: web"))
  }

  @Test("a whole deployment guide is taken as it is, and what is not simulated is named once")
  func guide() async throws {
    let (ending, _) = try await validate(
      Self.text("manifests/deployment-guide.yaml"), workload: "aspnetcore-deployment", namespace: "production")
    let notes = ending.output.split(separator: "\n").filter { $0.contains("  note ") }

    #expect(ending.code == 0, "\(ending.complaints)")
    for word in ["VirtualService", "Job", "init containers", "rewrite-target", "type Pods"] {
      #expect(notes.contains { $0.contains(word) }, "\(word): \(notes)")
    }
    #expect(Set(notes).count == notes.count)
  }

  @Test(
    "no number crashes the program or keeps it for long",
    arguments: [
      ("replicas: 4", "replicas: 100000", 65), ("cpu: 500m", "cpu: 1e9223372036854775807", 0),
      ("periodSeconds: 2", "initialDelaySeconds: 9223372036854775807", 65),
      ("periodSeconds: 2", "initialDelaySeconds: 2147483647", 0), ("\"/bin/sleep\", \"12\"", "sleep, infinity", 0),
      ("terminationGracePeriodSeconds: 60", "terminationGracePeriodSeconds: 9223372036854775807", 0),
    ])
  func numbers(written: String, instead: String, code: Int32) async throws {
    let text = try Self.text("cases/prestop-forms/bare.yaml").replacing(written, with: instead)
    let clock = ContinuousClock()

    var ending: Program.Ending?
    let time = try await clock.measure { ending = try await validate(text).ending }

    #expect(ending?.code == code, "\(ending?.complaints ?? "")")
    #expect(time < .seconds(20))
  }
}
