import Foundation
import TestServers
import Testing

/// A profile on the wall clock, over sockets, and the same in virtual time.
@Suite("Wall clock and virtual time", .serialized, .timeLimit(.minutes(15)))
struct DriversAgreeTests {
  /// One period of the autoscaler's control loop, whose phase is chance, and how exactly instants are observed. Run time.
  private static let spread = 15.0 + 5.0

  private struct Count {
    let seconds: Double
    let wanted: Int
  }

  /// The wanted counts of a recording, each from its instant on.
  private func counts(_ recording: String) async throws -> [Count] {
    let ending = try await Program.command(
      "sqlite3", ["-readonly", recording, "select seconds, wanted from replicas where wanted is not null"])
    #expect(ending.code == 0, "\(ending.complaints)")
    return ending.output.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "|")
      guard parts.count == 2, let seconds = Double(parts[0]), let wanted = Int(parts[1]) else { return nil }
      return Count(seconds: seconds, wanted: wanted)
    }
  }

  /// The counts that held at some instant of a stretch.
  private func counts(_ all: [Count], from start: Double, to end: Double) -> ClosedRange<Int>? {
    let before = all.last { $0.seconds <= start }.map(\.wanted)
    let within = all.filter { $0.seconds > start && $0.seconds <= end }.map(\.wanted)
    let held = (before.map { [$0] } ?? []) + within
    guard let lowest = held.min(), let highest = held.max() else { return nil }
    return lowest...highest
  }

  @Test(
    "come to the same verdicts, and to the same counts but for one period of the autoscaler",
    arguments: ["metrics-outage", "apply-resets-replicas", "inflation-in-a-rollout", "one-leap-down"])
  func agree(incident: String) async throws {
    let folder = try TemporaryFolder()
    let profile = "Profiles/incidents/\(incident).yaml"

    let ran = try await Program.run(["run", profile, "--output", folder.file("run")])
    let simulated = try await Program.run(["simulate", profile, "--output", folder.file("simulated")])

    for ending in [ran, simulated] {
      #expect(ending.code == 1 && ending.output.contains("as it is meant"), "\(ending.output)\n\(ending.complaints)")
    }
    let observed = try await counts(folder.file("run/run.sqlite"))
    let expected = try await counts(folder.file("simulated/run.sqlite"))
    #expect(observed.count > 3 && expected.count > 3)
    let changes = observed.indices.dropFirst().filter { observed[$0].wanted != observed[$0 - 1].wanted }
    #expect(!changes.isEmpty)
    for change in changes where observed[change].seconds > 0 {
      let (count, instant) = (observed[change].wanted, observed[change].seconds)
      let allowed = counts(expected, from: instant - Self.spread, to: instant + Self.spread)
      #expect(
        allowed?.contains(count) == true, "\(count) wanted at \(instant) s; simulated \(String(describing: allowed))")
    }
    let last = (observed.last?.wanted, expected.last?.wanted)
    #expect(last.0 == last.1)
  }
}
