import Discovery
import Expectations
import Foundation
import Profiles
import TestRecordings
import TestServers
import Testing

@testable import Harness

/// The profiles that `init` writes for random workloads, run in virtual time as they were written.
@Suite("Profiles that init writes")
struct InitProfileTests {
  private static let seeds = TestSeeds.first(40)

  @Test("validate without a word, and never fail a healthy cluster; of 20 at least 19 pass")
  func healthy() throws {
    var undecided: [String] = []
    for seed in Self.seeds {
      let folder = try TemporaryFolder()
      let workload = RandomWorkload(seed: Int(seed))
      let path = try workload.discovered(in: folder)
      let written = try String(contentsOfFile: path, encoding: .utf8)
      let loaded = try LoadedProfile(path: path, changes: ["load.seed=\(seed)"])
      #expect(LoadCapacity.warnings(loaded.profile).isEmpty, "seed \(seed)")
      #expect(ExpectationPlan.warnings(loaded.profile).isEmpty, "seed \(seed)")
      let run = try VirtualRun(loaded, version: ProgramVersion(commit: nil), environment: [:]).execute()
      let judgements = Judge.judge(loaded.profile.expectations, on: run.timeline)
      for judgement in judgements where judgement.verdict == .fail {
        Issue.record(
          "seed \(seed): \(judgement.name) fails: \(judgement.finding)\n\(workload.manifests)\n\(written)")
      }
      undecided += judgements.filter { $0.verdict == .inconclusive }.prefix(1).map {
        "seed \(seed): \($0.name): \($0.finding)"
      }
    }
    print("\(Self.seeds.count) seeds, \(undecided.count) undecided", undecided.joined(separator: "\n"))
    #expect(undecided.count * 20 <= Self.seeds.count, "\(undecided.joined(separator: "\n"))")
  }
}
