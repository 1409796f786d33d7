import KubernetesObjects
import RunTimeline
import Units

/// A stretch in which fewer pods were certainly ready than were wanted.
struct Shortage {
  /// When it began: with the rescale where one was its cause.
  let at: InstantBounds
  let end: Duration
  /// Whether more pods had come to be wanted.
  let isRise: Bool

  /// How long load may be too much before the count that the autoscaler wants tells of it: it is measured, and a sync comes.
  private static let unmeasured = Duration.seconds(45)

  /// In which requests may have failed for it.
  var window: Range<Duration> {
    let start = at.earliest - (isRise ? Self.unmeasured : .zero)
    return start..<max(end, start)
  }

  static func all(in cluster: ClusterHistory) -> [Shortage] {
    let short = cluster.wantedReplicas.combined(with: cluster.readyReplicas) { wanted, ready in
      let isShort = ready.upperBound < wanted.lowerBound
      return isShort ? 1...1 : 0...0
    }
    return short.pieces(from: .zero, to: max(short.end, .zero)).compactMap { piece in
      guard piece.range == 1...1 else { return nil }
      let rise = cluster.workload.rescales.last {
        $0.after.object.wanted > $0.before.object.wanted && $0.after.at.earliest <= piece.from
          && $0.after.at.latest >= piece.from - .seconds(2)
      }
      return Shortage(
        at: rise?.after.at ?? InstantBounds(exactly: piece.from), end: piece.to, isRise: rise != nil)
    }
  }
}
