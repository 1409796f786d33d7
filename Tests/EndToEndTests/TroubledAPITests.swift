import Foundation
import TestServers
import Testing

/// What an observer over sockets meets of faults, and what one in virtual time does.
@Suite("Faults on the wall clock and in virtual time", .serialized, .timeLimit(.minutes(15)))
struct TroubledAPITests {
  /// Why what was not observed, by resource: the kinds of causes, in whatever order they came.
  private func causes(_ recording: String) async throws -> [String: Set<String>] {
    let ending = try await Program.command(
      "sqlite3", ["-readonly", recording, "select resource, message from observation where kind = 'gap'"])
    #expect(ending.code == 0, "\(ending.complaints)")
    var causes: [String: Set<String>] = [:]
    for line in ending.output.split(separator: "\n") {
      let parts = line.split(separator: "|", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let message = String(parts[1])
      let kind =
        message.contains("has received too many requests")
        ? "throttled" : message.contains("was silent") ? "silent" : "broken"
      let verb = message.hasPrefix("cannot read") ? "list" : "watch"
      causes[String(parts[0]), default: []].insert("\(verb) \(kind)")
    }
    return causes
  }

  private struct Fault: Equatable {
    let summary: String
    let began: Double?
  }

  private func faults(_ folder: TemporaryFolder, _ name: String) throws -> [Fault] {
    let text = try folder.text("\(name)/report.json")
    let report = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    return try #require(report["faults"] as? [[String: Any]]).map {
      Fault(summary: $0["summary"] as? String ?? "", began: $0["began"] as? Double)
    }
  }

  @Test("a condition on the load is met at the same time in both, for a fault and for an action")
  func errors() async throws {
    let folder = try TemporaryFolder()
    let profile = try folder.write(
      """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: failing}
      target: {url: http://api.example.com}
      cluster:
        simulated:
          manifests: [\(Program.repository)/Profiles/manifests/aspnetcore]
          timeScale: 5
          faults:
            - {at: 40s, application: {failing: 20%}}
            - {when: errors > 5% over 10s, for: 10s, endpointDelay: 9s}
        workload: deployment/aspnetcore-deployment
      requests: [{name: list, path: /}]
      load: {phases: [{name: only, for: 80s, rate: 100/s}]}
      actions: [{name: grow, when: errors > 5% over 10s, scale: 5}]
      expectations: []
      """, to: "failing.yaml")

    _ = try await Program.run(["run", profile, "--output", folder.file("run")])
    _ = try await Program.run(["simulate", profile, "--output", folder.file("simulated")])

    for name in ["run", "simulated"] {
      let began = try #require(try faults(folder, name).last?.began)
      // A fifth of the requests of the last seconds, of which three are enough.
      #expect(began >= 40 && began <= 55, "\(name): \(began)")
      let report = try folder.text("\(name)/report.json")
      #expect(report.contains("errors > 5% over 10s") && !report.contains("never came true"))
    }
  }

  @Test(
    "come to the same verdicts, to gaps of the same kinds, and are reported with their times",
    arguments: ["observer-throttled", "silent-watch", "crash-at-eight"])
  func agree(incident: String) async throws {
    let folder = try TemporaryFolder()
    let profile = "Profiles/incidents/\(incident).yaml"

    let ran = try await Program.run(["run", profile, "--output", folder.file("run")])
    let simulated = try await Program.run(["simulate", profile, "--output", folder.file("simulated")])

    for ending in [ran, simulated] {
      #expect(ending.output.contains("as it is meant"), "\(ending.output)\n\(ending.complaints)")
      #expect(!ending.complaints.contains("did not come to pass"), "\(ending.complaints)")
    }
    let observed = try await causes(folder.file("run/run.sqlite"))
    let expected = try await causes(folder.file("simulated/run.sqlite"))
    #expect(observed == expected)
    #expect(observed.isEmpty == (incident == "crash-at-eight"))
    let came = try faults(folder, "run")
    let planned = try faults(folder, "simulated")
    #expect(came.map(\.summary) == planned.map(\.summary) && !came.isEmpty)
    for (one, other) in zip(came, planned) {
      // Where it waits for a condition, one period of the autoscaler, whose phase is chance.
      let (began, due) = (try #require(one.began), try #require(other.began))
      #expect(abs(began - due) <= (incident == "crash-at-eight" ? 35 : 1), "\(one) \(other)")
    }
  }
}
