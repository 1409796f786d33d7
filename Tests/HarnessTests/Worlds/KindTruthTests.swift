import Expectations
import Foundation
import Profiles
import TestRecordings
import Testing

@testable import Harness

/// Every kind of expectation against worlds of which it is known whether they meet it.
@Suite("Kinds of expectations and the truth")
struct KindTruthTests {
  private static let seeds = TestSeeds.first(20)

  @Test(
    "pass what is so and fail what is not, in 20 worlds each; of 20 at most one is undecided",
    arguments: Profiles.Expectation.KindName.allCases)
  func truth(of kind: Profiles.Expectation.KindName) throws {
    var matrix = ConfusionMatrix()
    for seed in Self.seeds {
      for change in [nil, kind.world.fault] {
        let played = try PlayedWorld(kind.world, kind, [change].compactMap { $0 }, seed: seed)
        let what = "seed \(seed), \(change == nil ? "without" : "with") the fault"
        #expect(played.isMet == (change == nil), "\(what): the world is not what it is said to be")
        matrix.add(played.judgement, isMet: played.isMet, what)
      }
    }
    print(matrix.row(of: kind))
    #expect(matrix.wrong.isEmpty, "\(matrix.wrong.joined(separator: "\n"))")
    #expect(matrix.undecided.count * 20 <= matrix.total, "\(matrix.undecided.joined(separator: "\n"))")
  }

  /// One world of each kind in each of its three cases: a cell of the table that is empty is told here.
  @Test(
    "pass a world that is right, fail one that goes wrong, and leave open what nobody saw",
    arguments: Profiles.Expectation.KindName.allCases, Verdict.allCases)
  func cell(of kind: Profiles.Expectation.KindName, _ verdict: Verdict) throws {
    let world = kind.world
    let changes: [LabelledWorld.Change] =
      switch verdict {
      case .pass: []
      case .fail: [world.fault]
      case .inconclusive: [world.blindfold]
      }
    let judgement = try PlayedWorld(world, kind, changes, seed: 1).judgement
    #expect(judgement.verdict == verdict, "\(judgement.finding)")
    #expect(!judgement.measurements.isEmpty || verdict == .inconclusive, "\(judgement.finding)")
    #expect((judgement.reason == nil) == (verdict != .inconclusive))
  }

  @Test("never tell what is not so where the observer was cut off", arguments: Profiles.Expectation.KindName.allCases)
  func blind(kind: Profiles.Expectation.KindName) throws {
    let world = kind.world
    for seed in Self.seeds.prefix(4) {
      for changes in [[world.blindfold], [world.fault, world.blindfold]] {
        let played = try PlayedWorld(world, kind, changes, seed: seed)
        let isWrong = played.judgement.verdict == (played.isMet ? .fail : .pass)
        #expect(!isWrong, "seed \(seed), \(changes.count): \(played.judgement.finding)")
      }
    }
  }
}

/// How often a kind was right, wrong or undecided.
private struct ConfusionMatrix {
  private var counts: [Bool: [Verdict: Int]] = [:]
  private(set) var wrong: [String] = []
  private(set) var undecided: [String] = []

  var total: Int { counts.values.flatMap(\.values).reduce(0, +) }

  mutating func add(_ judgement: Judgement, isMet: Bool, _ what: String) {
    counts[isMet, default: [:]][judgement.verdict, default: 0] += 1
    if judgement.verdict == .inconclusive { undecided.append("\(what): \(judgement.finding)") }
    if judgement.verdict == (isMet ? .fail : .pass) {
      wrong.append("\(what): it is \(isMet ? "met" : "not met"), and yet \(judgement.finding)")
    }
  }

  /// `scaleUp: met 20 pass, 0 fail, 0 inconclusive; not met 0 pass, 20 fail, 0 inconclusive`.
  func row(of kind: Profiles.Expectation.KindName) -> String {
    func part(_ isMet: Bool) -> String {
      Verdict.allCases.map { "\(counts[isMet]?[$0] ?? 0) \($0.rawValue)" }.joined(separator: ", ")
    }
    return "\(kind.rawValue): met \(part(true)); not met \(part(false))"
  }
}
