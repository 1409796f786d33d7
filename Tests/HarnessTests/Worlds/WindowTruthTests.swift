import Expectations
import Foundation
import Profiles
import RunTimeline
import Testing
import Units

@testable import Harness

/// What is judged of requests in windows that the cluster decides on, against the requests that the cluster really had then.
@Suite("Windows and the truth")
struct WindowTruthTests {
  private struct Case: Sendable {
    let window: String
    let pieces: @Sendable (SimulatedTruth) throws -> [ClosedRange<Duration>]
  }

  private static let cases: [Case] = [
    Case(window: "peak.start..+60s") { truth in
      let start = try truth.phase("peak").lowerBound
      return [start...(start + .seconds(60))]
    },
    Case(window: "release.end-10s..+30s") { truth in
      let end = try truth.window(ofRollout: "release").upperBound
      return [(end - .seconds(10))...(end + .seconds(30))]
    },
    Case(window: "release") { truth in [try truth.window(ofRollout: "release")] },
    Case(window: "scaleUp") { truth in [try truth.climb(up: true)] },
    Case(window: "scaleDown") { truth in [try truth.climb(up: false)] },
    Case(window: "terminations") { truth in truth.terminations },
    Case(window: "readiness 20s") { truth in truth.readiness(.seconds(20)) },
    Case(window: "outside release") { truth in
      let release = try truth.window(ofRollout: "release")
      return [.zero...release.lowerBound, release.upperBound...truth.end]
    },
    Case(window: "outside terminations") { truth in
      var rest: [ClosedRange<Duration>] = []
      var start = Duration.zero
      for piece in truth.terminations.sorted(by: { $0.lowerBound < $1.lowerBound }) {
        if piece.lowerBound > start { rest.append(start...piece.lowerBound) }
        start = max(start, piece.upperBound)
      }
      return rest + (start < truth.end ? [start...truth.end] : [])
    },
  ]

  /// Where requests fail: while it is calm, as the peak begins, in the release, behind it, and as pods are taken away.
  private static let faults = ["calm + 20s", "peak + 2s", "peak + 95s", "peak + 150s", "rest + 65s"]

  @Test("never tell of a share of failures what is not so, and tell most", arguments: cases.map(\.window))
  func shares(window: String) throws {
    let asked = try #require(Self.cases.first { $0.window == window })
    var told: [Verdict: Int] = [:]
    for (number, fault) in Self.faults.enumerated() {
      for objective in [90, 97] {
        let world = LabelledWorld(
          expectation: "{during: \"\(window)\", objective: \(objective)%}",
          fault: LabelledWorld.Change(faults: ["{at: \(fault), for: 20s, application: {failing: 50%}}"])
        ) { truth in
          let pieces = try asked.pieces(truth)
          let requests = truth.requests.filter { request in pieces.contains { $0.contains(request.due) } }
          let allowed = Double(requests.count) * Double(100 - objective) / 100
          return Double(requests.count { !$0.succeeded }) <= allowed
        }
        for changes in [[world.fault], [world.fault, world.blindfold]] {
          let played = try PlayedWorld(world, .errorBudget, changes, seed: UInt64(number + 1))
          let (judgement, isMet) = (played.judgement, played.isMet)
          #expect(
            judgement.verdict != (isMet ? .fail : .pass),
            "\(fault), \(objective) %, \(isMet ? "met" : "not met"): \(judgement.finding)")
          if changes.count == 1 { told[judgement.verdict, default: 0] += 1 }
        }
      }
    }
    print("\(window): \(Verdict.allCases.map { "\(told[$0] ?? 0) \($0.rawValue)" }.joined(separator: ", "))")
    #expect(told[.inconclusive, default: 0] <= 3, "\(told)")
    #expect(told[.pass, default: 0] > 0 && told[.fail, default: 0] > 0, "\(told)")
  }
}

extension SimulatedTruth {
  /// From the first rescale in a direction to the end of what the last one before one in the other direction asked for.
  func climb(up: Bool) throws -> ClosedRange<Duration> {
    let all = zip(wanted.steps, wanted.steps.dropFirst()).map { (at: $1.at, from: $0.value, to: $1.value) }
      .filter { $0.at >= .zero }
    let first = try #require(all.firstIndex { ($0.to > $0.from) == up })
    let series = all[first...].prefix { ($0.to > $0.from) == up }
    let opposite = all[first...].first { ($0.to > $0.from) != up }?.at ?? .farFuture
    let (start, last) = (series[first].at, try #require(series.last))
    let over: Duration?
    if up {
      over = ready.first(from: last.at) { $0 >= last.to }
    } else {
      over = pods.filter { $0.going.map { $0 >= start && $0 < opposite } ?? false }.compactMap(\.removed).max()
    }
    return start...min(over ?? end, opposite, end)
  }

  /// From the request to delete a pod until proxies have noticed that it is gone.
  var terminations: [ClosedRange<Duration>] {
    pods.compactMap { pod in
      pod.going.map { $0...max($0, (pod.removed ?? .farFuture - PodLifeline.propagation) + PodLifeline.propagation) }
    }.filter { $0.upperBound >= .zero }
  }

  /// The first part of each stretch in which a pod was ready.
  func readiness(_ length: Duration) -> [ClosedRange<Duration>] {
    pods.flatMap(\.ready).map { $0.lowerBound...min($0.upperBound, $0.lowerBound + length) }
  }
}
