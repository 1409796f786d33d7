import LoadFacts
import RunTimeline
import Statistics

/// What shows that failures are not the doing of a kind of trigger though they gather in its windows.
package enum TriggerContradiction: String, Sendable, Equatable, CaseIterable {
  /// Pods that it did not befall failed as often at the same time.
  case othersFailAlike
  /// More requests failed than can have gone to the pods that it befell.
  case moreThanTheyGot
  /// As many failed right before it.
  case beganBefore
  /// No more requests came to each ready pod than others answered at another time.
  case noMoreLoad

  package var text: String {
    switch self {
    case .othersFailAlike: "other pods failed as often at the same time"
    case .moreThanTheyGot: "more failed than went to these pods"
    case .beganBefore: "as many failed right before"
    case .noMoreLoad: "as many requests for each ready pod were answered at other times"
    }
  }

  init?(_ trigger: Trigger, _ load: AttributedLoad, _ reach: TriggerReach) {
    let test = Test(trigger: trigger, load: load, reach: reach)
    guard let found = Self.allCases.first(where: test.shows) else { return nil }
    self = found
  }

  private struct Test {
    let trigger: Trigger
    let load: AttributedLoad
    let reach: TriggerReach

    /// What may go wrong by chance.
    private static let risk = 0.01
    /// How much more often a pod may be chosen than the others: by those who choose the one with the fewest open requests, one
    /// that fails at once.
    private static let unevenness = 1.5

    func shows(_ contradiction: TriggerContradiction) -> Bool {
      switch contradiction {
      case .othersFailAlike: reach.windows.isOfPods(trigger) && othersFailAlike
      case .moreThanTheyGot: reach.windows.isOfPods(trigger) && moreFailedThanTheyGot
      case .beganBefore: beganBefore
      case .noMoreLoad: trigger == .underCapacity && wasNoMoreLoad
      }
    }

    private var stretches: Stretches { reach.windows[trigger] }

    private func share(at moment: Duration) -> Double {
      reach.pods.share(at: moment) { reach.windows.concerns($0, trigger, at: moment) }
    }

    private var othersFailAlike: Bool {
      let inside = load.kept.filter { stretches.contains($0.due) }
      let known = inside.filter { reach.pods.pod(of: $0) != nil }
      guard known.count * 2 > inside.count else { return false }
      let concerned = known.count { reach.mayBe(trigger, $0) }
      let share = known.reduce(0) { $0 + self.share(at: $1.due) } / Double(known.count)
      guard share < 1 else { return true }
      return ProportionTest.pValue(failures: concerned, of: known.count, allowed: share, complement: 1 - share)
        >= Attribution.risk
    }

    /// Those of which it is told which pod answered them are counted by their pods.
    private var moreFailedThanTheyGot: Bool {
      let part = load.bursts(isWide: true).intersection(stretches)
      let count = load.count(in: part, where: isOfShare)
      let slow = load.count(in: part) { isOfShare($0) && $0.isSlow }
      let all = Int(count.requests.rounded())
      guard all > 0, count.failed > 0 else { return false }
      let most = load.expected(in: part) { moment in
        reach.pods.share(at: moment) { reach.windows.mayConcern($0, trigger, at: moment) }
      }
      let even = min(most / count.requests, 1)
      let odds = (slow.failed * 2 > count.failed ? 1 : Self.unevenness) * even / (1 - even)
      guard even < 1 else { return false }
      return ProportionTest.pValue(
        failures: min(count.failed, all), of: all, allowed: odds / (1 + odds), complement: 1 / (1 + odds)) < Self.risk
    }

    /// Whether it tells of the share of the requests that went to the pods.
    private func isOfShare(_ failure: FailedRequest) -> Bool {
      // What was not sent since others hung would have gone to any pod.
      !failure.isAnswered && failure.outcome != OutcomeLabel.droppedByTarget && reach.mayBe(trigger, failure)
        // A pod that passes its probe refuses nothing, so that all of these went to others, by whatever choice.
        && !(trigger != .readiness && reach.pods.areProbed && failure.isRefused)
    }

    /// Too few pods are ready after some have had too much to do; a version has no time.
    private var beganBefore: Bool {
      guard trigger != .underCapacity, trigger != .version else { return false }
      var (inside, before) = ((failed: 0.0, requests: 0.0), (failed: 0.0, requests: 0.0))
      for burst in load.bursts().ranges {
        guard let start = stretches.ranges.first(where: { $0.overlaps(burst) })?.lowerBound else { continue }
        let own = load.count(in: stretches.intersection(Stretches([burst]))) { reach.mayBe(trigger, $0) }
        inside = (inside.failed + Double(own.failed), inside.requests + own.requests)
        guard start > burst.lowerBound else { continue }
        // What was under way when it happened may be its doing.
        let earlier = load.count(in: Stretches([burst.lowerBound..<start])) {
          $0.completed < start && reach.mayBe(trigger, $0)
        }
        before = (before.failed + Double(earlier.failed), before.requests + earlier.requests)
      }
      guard before.failed >= 3, before.failed * 9 >= inside.failed, inside.requests > 0 else { return false }
      return before.failed * inside.requests * 2 >= inside.failed * before.requests
    }

    private var wasNoMoreLoad: Bool {
      LoadPerPod(load, reach.pods).map { $0.wasAnswered(asMuchAsIn: stretches.intersection(load.bursts())) } ?? false
    }
  }
}
