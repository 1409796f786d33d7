import KubernetesObjects
import RunTimeline
import Units

/// The rescales of a run in one direction, from the first one on up to the first in the other: when they began, and when the
/// pods that they asked for were there, or those that they took away were gone.
struct ScalingClimb {
  enum Direction { case up, down }

  private struct Rescale {
    let at: InstantBounds
    let from: Int
    let to: Int
  }

  private let cluster: ClusterHistory
  private let direction: Direction
  private let series: [Rescale]
  private let opposite: Rescale?

  /// `nil` where there was no such rescale, as far as it was seen.
  init?(_ direction: Direction, in cluster: ClusterHistory, from beginning: Duration) {
    self.cluster = cluster
    self.direction = direction
    let all = cluster.workload.rescales.filter { $0.after.at.latest >= beginning }.map { before, after in
      Rescale(at: after.at, from: before.object.wanted, to: after.object.wanted)
    }
    func isMeant(_ rescale: Rescale) -> Bool { (rescale.to > rescale.from) == (direction == .up) }
    guard let first = all.firstIndex(where: isMeant) else { return nil }
    series = Array(all[first...].prefix(while: isMeant))
    opposite = all[first...].first { !isMeant($0) }
  }

  var start: InstantBounds { series[0].at }
  /// Up to when what was seen of the workload decides when it was.
  var decided: Duration? { opposite?.at.latest }

  /// - Parameter ending: what ended the run, for the reason where it was not over by then.
  func end(ending: String) -> RunView.Instant {
    guard let last = series.last else { return .known(start) }
    let settled = direction == .up ? ready(last, ending: ending) : gone(last, ending: ending)
    guard let opposite else { return settled }
    guard case .known(let bounds) = settled else { return .known(opposite.at) }
    return .known(
      InstantBounds(min(bounds.earliest, opposite.at.earliest), min(bounds.latest, opposite.at.latest)))
  }

  private func ready(_ last: Rescale, ending: String) -> RunView.Instant {
    let reached = CountCondition(.atLeast, last.to)
    return instant(
      of: reached, in: cluster.readyReplicas, after: last.at,
      otherwise: "\(last.to) pods were not ready when \(ending)")
  }

  private func gone(_ last: Rescale, ending: String) -> RunView.Instant {
    let asked = instant(
      of: CountCondition(.atMost, last.to), in: cluster.currentReplicas, after: last.at,
      otherwise: "more than \(last.to) pods were there when \(ending)")
    guard case .known(let bounds) = asked else { return asked }
    return PodTerminations(in: cluster, from: start, to: bounds).last(ending: ending)
  }

  private func instant(
    of condition: CountCondition, in envelope: CountEnvelope, after start: InstantBounds, otherwise: String
  ) -> RunView.Instant {
    guard case .reached(let latest) = envelope.first(condition, from: start.latest) else { return .missing(otherwise) }
    return switch envelope.first(condition, from: start.earliest) {
    case .reached(let soonest): .known(InstantBounds(soonest.earliest, latest.latest))
    case .perhaps(let earliest, _): .known(InstantBounds(earliest, latest.latest))
    case .notBy: .known(latest)
    }
  }
}

extension RunView {
  /// The climb or descent of the workload in focus, with bounds.
  func climb(_ direction: ScalingClimb.Direction) -> Resolved {
    guard let cluster = timeline.cluster else { return .missing("no cluster was watched") }
    let climb = ScalingClimb(direction, in: cluster, from: beginning)
    let resource = workloadKind.resource.plural
    let until = climb?.decided ?? timeline.lastInstant
    let way = direction == .up ? "up" : "down"
    if cluster.workload.isEmpty { return .missing("nothing was seen of \(workloadKind.title)") }
    if let gap = gaps(in: resource, from: beginning, to: until).first {
      return .missing(
        "when it was scaled \(way) is not known: nothing is known of \(resource) from \(gap.stretch.earliest.plain) to "
          + "\(gap.stretch.latest.plain)\(causes(in: resource, from: beginning, to: until))")
    }
    guard let climb else {
      return .missing("the wanted count was never scaled \(way)\(wasCut ? ", and \(ending)" : "")")
    }
    let start = InstantBounds(max(climb.start.earliest, beginning), climb.start.latest)
    guard case .known(let stretch) = stretch(from: .known(start), to: climb.end(ending: ending)) else {
      return stretch(from: .known(start), to: climb.end(ending: ending))
    }
    return .known(stretch.lastingAsFar(as: cluster))
  }
}
