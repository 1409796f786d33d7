import KubernetesObjects
import Units

/// Holds what a workload's status counts against the pods that were seen: one that tells for long of fewer ready pods than
/// there were all the while is not the last that was written, and what came after it went unseen.
enum StatusReckoning {
  /// How long a status may lag behind the pods.
  private static let lag = Duration.seconds(10)

  static func gaps(
    of versions: [ObjectVersion<Workload>], kind: WorkloadKind, ready: CountEnvelope
  ) -> [ObservationGap] {
    versions.indices.compactMap { index in
      let version = versions[index]
      guard !version.deleted, let told = version.object.status?.ready else { return nil }
      let next = index + 1 < versions.count ? versions[index + 1].at : nil
      let end = min(next?.earliest ?? ready.end, ready.end)
      guard let since = Self.since(version.at.latest, end, moreThan: told, in: ready) else { return nil }
      return ObservationGap(
        InstantBounds(since, next?.latest ?? .farFuture),
        cause: "the \(kind.title)'s status tells of \(told) ready replicas while more pods were ready")
    }
  }

  /// From when on more were ready than that, for longer than a status lags behind.
  private static func since(
    _ start: Duration, _ end: Duration, moreThan told: Int, in ready: CountEnvelope
  ) -> Duration? {
    var since: Duration?
    for piece in ready.pieces(from: start, to: end) {
      guard let count = piece.range?.lowerBound, count > told else {
        since = nil
        continue
      }
      let first = since ?? piece.from
      if piece.to - first > lag { return first }
      since = first
    }
    return nil
  }
}
