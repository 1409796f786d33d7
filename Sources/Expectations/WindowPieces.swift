import KubernetesObjects
import Profiles
import RunTimeline
import Units

/// The stretches of a run that certainly belong to a window, and those that may.
struct WindowPieces: Equatable {
  let certain: Stretches
  let possible: Stretches

  /// Whether all of a stretch certainly belongs to it.
  func mustHold(_ start: Duration, _ end: Duration) -> Bool {
    certain.ranges.contains { $0.lowerBound <= start && end <= $0.upperBound }
  }

  /// Whether some of it may.
  func mayHold(_ start: Duration, _ end: Duration) -> Bool {
    possible.ranges.contains { $0.lowerBound < end && start < $0.upperBound }
  }

  func mustHold(_ instant: Duration) -> Bool { certain.contains(instant) }
  func mayHold(_ instant: Duration) -> Bool { possible.contains(instant) }

  /// All else of a stretch of time.
  func outside(of whole: Range<Duration>) -> WindowPieces {
    WindowPieces(certain: possible.complement(in: whole), possible: certain.complement(in: whole))
  }

  /// The same where nothing is known of some stretches: they may belong to it, and need not.
  func doubting(_ unknown: Stretches, forgetsCertain: Bool) -> WindowPieces {
    WindowPieces(
      certain: forgetsCertain ? certain.subtracting(unknown) : certain, possible: possible.union(unknown))
  }
}

extension WindowPieces {
  init(_ stretch: RunView.Stretch) {
    func range(_ from: Duration, _ to: Duration) -> Stretches { Stretches(from < to ? [from..<to] : []) }
    self.init(
      certain: range(stretch.start.latest, stretch.end.earliest),
      possible: range(stretch.start.earliest, stretch.end.latest))
  }
}

extension RunView {
  enum ResolvedPieces: Equatable {
    case known(WindowPieces)
    case missing(String)
  }

  /// The pieces of a window, with what is uncertain of their edges.
  func pieces(of window: Window) -> ResolvedPieces {
    switch window {
    case .run, .phase, .action, .span, .scaleUp, .scaleDown:
      return switch stretch(window) {
      case .known(let stretch): .known(WindowPieces(stretch))
      case .missing(let reason): .missing(reason)
      }
    case .terminations:
      return podPieces("no pod was asked to go", forgetsCertain: false) { pod in
        guard let asked = pod.deleteRequested ?? pod.removed else { return [] }
        return [
          (asked, (pod.removed ?? InstantBounds(end, .farFuture - PodLifeline.propagation)) + PodLifeline.propagation)
        ]
      }
    case .readiness(let length):
      return podPieces("no pod became ready", forgetsCertain: true) { pod in
        pod.ready.map { stretch in
          let (from, to) = (stretch.from + length, stretch.to)
          return (
            stretch.from,
            to.map { InstantBounds(min(from.earliest, $0.earliest), min(from.latest, $0.latest)) } ?? from
          )
        }
      }
    case .outside(let inner):
      return switch pieces(of: inner) {
      case .missing(let reason): .missing(reason)
      case .known(let pieces): .known(pieces.outside(of: beginning..<max(end, beginning)))
      }
    }
  }

  private var end: Duration { max(timeline.run.endedAt ?? timeline.lastInstant, beginning) }

  /// Pieces that each pod has by its own.
  ///
  /// - Parameters:
  ///   - nothing: the reason where there is none.
  ///   - forgetsCertain: whether a piece may have ended in a stretch in which pods were not watched.
  private func podPieces(
    _ nothing: String, forgetsCertain: Bool, of ends: (PodLifeline) -> [(start: InstantBounds, end: InstantBounds)]
  ) -> ResolvedPieces {
    let whole = beginning..<end
    var certain: [Range<Duration>] = []
    var possible: [Range<Duration>] = []
    guard timeline.clusters.contains(where: { $0.readyReplicas.segments.contains { $0.range != nil } }) else {
      return .missing("nothing was seen of pods\(causes(in: Pod.resource.plural, from: beginning, to: end))")
    }
    for cluster in timeline.clusters {
      for (start, stop) in cluster.pods.flatMap(ends) {
        if start.latest < stop.earliest { certain.append((start.latest..<stop.earliest).clamped(to: whole)) }
        if start.earliest < stop.latest { possible.append((start.earliest..<stop.latest).clamped(to: whole)) }
      }
    }
    let unwatched = timeline.clusters.flatMap { cluster in
      (cluster.gaps[Pod.resource.plural] ?? []) + [InstantBounds(min(cluster.readyReplicas.end, end), end)]
    }.filter { $0.earliest < $0.latest }.map { ($0.earliest..<$0.latest).clamped(to: whole) }
    let pieces = WindowPieces(certain: Stretches(certain), possible: Stretches(possible)).doubting(
      Stretches(unwatched), forgetsCertain: forgetsCertain)
    return pieces.possible.isEmpty ? .missing("\(nothing) in the run") : .known(pieces)
  }

  /// From the first instant that may belong to pieces to the last one.
  func hull(of pieces: ResolvedPieces) -> Resolved {
    switch pieces {
    case .missing(let reason): return .missing(reason)
    case .known(let pieces):
      guard let possible = pieces.possible.hull else { return .missing("nothing of the run is left") }
      let certain = pieces.certain.hull
      let start = InstantBounds(possible.lowerBound, certain?.lowerBound ?? possible.upperBound)
      let stop = InstantBounds(certain?.upperBound ?? possible.lowerBound, possible.upperBound)
      return .known(
        Stretch(start: start, end: stop, unfinished: wasCut ? ending : nil, cut: wasCut))
    }
  }
}
