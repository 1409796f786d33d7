import KubernetesObjects
import Profiles
import RunTimeline
import Units

/// How long a count took to reach a value, which both scaling up and scaling down ask.
///
/// With the start in [s₁, s₂] and the reaching in [e₁, e₂] the time lies in [max(0, e₁ − s₂), e₂ − s₁]. It passes when
/// the longest is within the bound, and fails when the shortest is beyond.
struct Reaching {
  let count: Expectation.ReplicaCount
  let condition: CountCondition
  let after: Moment
  let within: Duration
  /// In which direction the count is to go, and so how far back the autoscaler remembers what holds it.
  let direction: DeliveredLoad.Direction

  func opinion(on run: RunView) -> Opinion {
    switch run.instant(after) {
    case .missing(let reason): return .inconclusive(reason)
    case .known(let start):
      let (envelope, reason) = run.envelope(count)
      guard let envelope else { return .inconclusive(reason) }
      let window = InstantBounds(start.earliest, start.latest + within)
      let measured = measurement(envelope, from: start)
      var opinion = judge(envelope, from: start, run).measuring([measured])
      let decided = decided(opinion.verdict, envelope, from: start)
      let load = DeliveredLoad(run, direction, from: start.earliest, decided: decided)
      if let objection = load.objection(window: window) { opinion = objection.measuring([measured.unjudged]) }
      if opinion.verdict == .inconclusive, wasBlind(envelope, from: start, run) { opinion.isUntrusted = true }
      opinion.window = window
      opinion.addToReason(run.causes(in: run.resource(of: count), from: window.earliest, to: window.latest))
      if let author = otherAuthor(envelope, from: start, run) { opinion.finding += "; \(author)" }
      opinion.evidence += CountEvidence.changes(of: count, envelope, run, in: window)
      opinion.evidence += CountEvidence.byOthers(run, in: window)
      opinion.evidence += CountEvidence.gaps(run, resource: run.resource(of: count), in: window)
      if opinion.verdict != .pass { opinion.evidence += ScalingClues.clues(run, in: window) }
      return opinion
    }
  }

  /// Who asked for the count, where it was not the autoscaler: the last change up to the goal that made it the wanted one.
  private func otherAuthor(_ envelope: CountEnvelope, from start: InstantBounds, _ run: RunView) -> String? {
    guard case .reached(let bounds) = envelope.first(condition, from: start.latest) else { return nil }
    let changes = zip(run.timeline.cluster?.workload ?? [], (run.timeline.cluster?.workload ?? []).dropFirst())
      .filter { before, after in
        !before.deleted && !after.deleted && after.at.earliest <= bounds.latest
          && !condition.holds(for: before.object.wanted)
          && condition.holds(for: after.object.wanted)
      }
    guard let last = changes.last, last.1.at.latest >= start.earliest else { return nil }
    return OtherScaling.all(in: [last.0, last.1]).first.map { "\($0.sentence), \($0.at.plain)" }
  }

  /// The moment that decided: when the goal was reached in time, else the end of the time for it. What came after it does
  /// not matter.
  private func decided(_ verdict: Verdict, _ envelope: CountEnvelope, from start: InstantBounds) -> Duration {
    let end = start.latest + within
    guard verdict == .pass, case .reached(let bounds) = envelope.first(condition, from: start.latest) else {
      return end
    }
    return min(end, bounds.latest)
  }

  /// Whether the goal is open since the cluster was not watched, and not only since a change was seen too coarsely.
  private func wasBlind(_ envelope: CountEnvelope, from start: InstantBounds, _ run: RunView) -> Bool {
    let resource = run.resource(of: count)
    func unwatched(_ from: Duration, _ to: Duration) -> Bool {
      envelope.pieces(from: from, to: to).contains {
        $0.range == nil && run.wasUnwatched(resource, from: $0.from, to: $0.to)
      }
    }
    let deadline = start + within
    let around = envelope.pieces(from: deadline.earliest, to: deadline.latest + .microseconds(1))
    if around.contains(where: { $0.range == nil }), unwatched(start.earliest, deadline.latest + .microseconds(1)) {
      return true
    }
    if around.contains(where: { $0.range.map { condition.mayHold(in: $0) && !condition.mustHold(in: $0) } ?? false }) {
      return false
    }
    return unwatched(start.earliest, deadline.latest)
  }

  private func judge(_ envelope: CountEnvelope, from start: InstantBounds, _ run: RunView) -> Opinion {
    let (shortest, longest, mayBeReached) = elapsed(envelope, from: start)
    if let longest {
      let took = InstantBounds(shortest, longest)
      if longest <= within {
        return .pass("reached \(word) \(took.plain) after \(after), \((within - longest).plain) before the bound")
      }
      if shortest > within {
        return .fail(
          "reached \(word) only \(took.plain) after \(after), \((shortest - within).plain) after the bound; "
            + shortfall(envelope, start, run))
      }
      return .inconclusive(
        "it was reached \(took.plain) after \(after), and the bound of \(within.text) lies between",
        finding: "reached \(word) \(took.plain) after \(after): too coarse to tell")
    }
    if shortest > within { return .fail(shortfall(envelope, start, run)) }
    if mayBeReached {
      return .inconclusive(
        "the observations leave open whether \(word) was reached", finding: "perhaps reached, at no instant for certain"
      )
    }
    return .inconclusive(
      "the cluster was watched for only \(shortest.plain) after \(after), and \(run.ending)",
      finding: "not reached in the \(shortest.plain) that were watched")
  }

  /// How long it took at the least, whether or not it was reached while somebody watched, and at the most, where it
  /// certainly was.
  private func elapsed(
    _ envelope: CountEnvelope, from start: InstantBounds
  ) -> (shortest: Duration, longest: Duration?, mayBeReached: Bool) {
    let soonest = envelope.first(condition, from: start.earliest)
    let latest = start.earliest == start.latest ? soonest : envelope.first(condition, from: start.latest)
    var longest: Duration?
    if case .reached(let bounds) = latest { longest = bounds.latest - start.earliest }
    return switch soonest {
    case .reached(let bounds): (max(.zero, bounds.earliest - start.latest), longest, true)
    case .perhaps(let earliest, _): (max(.zero, earliest - start.latest), longest, true)
    case .notBy: (max(.zero, envelope.end - start.latest), longest, false)
    }
  }

  private func measurement(_ envelope: CountEnvelope, from start: InstantBounds) -> Judgement.Measurement {
    let took = elapsed(envelope, from: start)
    return .time("\(count.rawValue)Replicas.reachedAfter", took.shortest, took.longest, limit: .atMost(within))
  }

  private var word: String {
    condition.relation == .equal || condition.relation == .atLeast ? "\(condition.count)" : "\(condition)"
  }

  /// `at most 4 replicas were ready by 1m30s after surge.start; 4 short of 8; maxReplicas is 4`.
  private func shortfall(_ envelope: CountEnvelope, _ start: InstantBounds, _ run: RunView) -> String {
    guard let extent = envelope.extent(from: start.earliest, to: start.latest + within) else {
      return "nothing is known"
    }
    let upwards = condition.relation == .atLeast || condition.relation == .moreThan
    let reached = upwards || extent.upperBound < condition.count ? extent.upperBound : extent.lowerBound
    let goal =
      switch condition.relation {
      case .moreThan: condition.count + 1
      case .lessThan: condition.count - 1
      default: condition.count
      }
    let missing = abs(goal - reached)
    let side = reached < goal ? "at most" : "at least"
    let distance = reached < goal ? "\(missing) short of \(goal)" : "\(missing) more than \(goal)"
    let verb = reached == 1 ? "replica was" : "replicas were"
    var text = "\(side) \(reached) \(verb) \(count.rawValue) by \(within.text) after \(after); \(distance)"
    let limits = run.timeline.cluster?.autoscaler.last?.object.spec
    if reached < goal, let maximum = limits?.maxReplicas, maximum < goal { text += "; maxReplicas is \(maximum)" }
    if reached > goal, let minimum = limits?.minReplicas, minimum > goal { text += "; minReplicas is \(minimum)" }
    return text
  }
}
