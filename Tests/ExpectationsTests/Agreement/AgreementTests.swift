import Foundation
import TestRecordings
import Testing

@testable import Expectations

/// The seeds that are tried: the first two thousand, or as `SCALEPROOF_SEEDS` says: `20000` for that many, `17-17` for
/// one alone, whose story is then printed.
private enum Seeds {
  static let range = TestSeeds.first(2000)

  static var isAlone: Bool { range.count == 1 }
}

/// What came of many trials.
private struct Tally: Sendable {
  var trials = 0
  var verdicts: [String: Int] = [:]
  var faults: [String: [UInt64]] = [:]
  /// One text of each fault.
  var examples: [String: String] = [:]
  var stories: [String] = []

  mutating func add(_ trial: ScalingTrial, seed: UInt64) {
    trials += 1
    let kind: String
    if trial.world.mutation == nil {
      kind = trial.isFullyObserved ? "true, fully observed" : "true"
    } else if trial.deviations.isEmpty {
      kind = "mutated, without effect"
    } else {
      kind = trial.isFullyObserved ? "mutated, fully observed" : "mutated"
    }
    verdicts["\(kind): \(trial.conformance.verdict)", default: 0] += 1
    verdicts["corridor \(kind): \(trial.corridor.verdict)", default: 0] += 1
    for (fault, text) in Dictionary(
      trial.faults.map { (String($0.prefix { $0 != ":" }), $0) }, uniquingKeysWith: { first, _ in first })
    {
      faults[fault, default: []].append(seed)
      examples[fault] = examples[fault] ?? "seed \(seed), \(trial.loss): \(text)"
    }
    if !trial.faults.isEmpty, stories.count < 12 || Seeds.isAlone { stories.append(trial.story) }
    if Seeds.isAlone, trial.faults.isEmpty { stories.append(trial.story) }
  }

  mutating func add(_ other: Tally) {
    trials += other.trials
    verdicts.merge(other.verdicts, uniquingKeysWith: +)
    faults.merge(other.faults, uniquingKeysWith: +)
    stories += other.stories
    examples.merge(other.examples) { first, _ in first }
  }

  /// Which share of a kind of trials had a verdict.
  func share(_ verdict: Verdict, of kind: String) -> Double {
    let all = [Verdict.pass, .fail, .inconclusive].reduce(0) { $0 + (verdicts["\(kind): \($1)"] ?? 0) }
    return all == 0 ? 1 : Double(verdicts["\(kind): \(verdict)"] ?? 0) / Double(all)
  }

  static func of(_ seeds: ClosedRange<UInt64>) async throws -> Tally {
    return try await withThrowingTaskGroup(of: Tally.self) { group in
      let lanes = UInt64(max(ProcessInfo.processInfo.activeProcessorCount, 1))
      for lane in 0..<lanes {
        group.addTask {
          var tally = Tally()
          for seed in seeds where seed % lanes == lane {
            tally.add(try ScalingTrial(seed: seed, isMutated: seed.isMultiple(of: 2)), seed: seed)
          }
          return tally
        }
      }
      var whole = Tally()
      for try await tally in group { whole.add(tally) }
      return whole
    }
  }
}

@Suite("Explanation, corridor and conformance agree on simulated runs")
struct AgreementTests {
  @Test("A true controller never fails, a wrong one never passes, and all three say the same")
  func agreement() async throws {
    let tally = try await Tally.of(Seeds.range)

    print("\(tally.trials) simulated runs, seeds \(Seeds.range.lowerBound) to \(Seeds.range.upperBound)")
    for (kind, count) in tally.verdicts.sorted(by: { $0.key < $1.key }) { print("  \(kind): \(count)") }
    for story in tally.stories.prefix(Seeds.isAlone ? 12 : 0) { print(story) }
    for (fault, seeds) in tally.faults.sorted(by: { $0.key < $1.key }) {
      Issue.record(
        "\(fault): \(seeds.count) runs, such as of seeds \(seeds.sorted().prefix(8)); \(tally.examples[fault] ?? "")")
    }
    if !Seeds.isAlone {
      #expect(tally.share(.pass, of: "true, fully observed") >= 0.6)
      #expect(tally.share(.fail, of: "mutated, fully observed") >= 0.6)
    }
  }

  /// Beyond the seeds that are always tried.
  @Test(
    "Runs that were once answered wrongly are answered rightly",
    arguments: [
      2105, 2504, 2542, 2664, 2842, 3074, 3109, 3310, 3566, 3620, 3748, 3922, 4372, 4398, 5572, 6139, 6186, 6302, 7528,
      10754, 12898, 13298, 13531, 14745, 17995, 18199, 18546, 18797, 19862,
    ] as [UInt64])
  func onceWrong(seed: UInt64) throws {
    let trial = try ScalingTrial(seed: seed, isMutated: seed.isMultiple(of: 2))

    #expect(trial.faults.isEmpty, "\(trial.story)")
  }
}
