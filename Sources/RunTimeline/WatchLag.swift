import Units

/// How long events of a watch were under way, by the times that the objects bear.
///
/// Deletions bear no time of their own, nor do some writes. Events of one watch come in the order of the writes, and an
/// event is taken to have been under way no longer than the slowest dated one, and half a second.
package struct WatchLag: Equatable {
  /// How long a watch with bookmarks may say nothing while it is alive: they come about once a minute (Kubernetes,
  /// staging/src/k8s.io/apiserver/pkg/storage/cacher/cacher.go, `defaultBookmarkFrequency`).
  package static let longestSilence = Duration.seconds(90)

  private var slowest = Duration.zero
  private var count = 0

  /// So many dated events must have been seen before anything is concluded.
  private static let leastEvents = 3
  private static let margin = Duration.milliseconds(500)

  mutating func add(_ observation: Observation, writtenBy earliest: Duration) {
    slowest = max(slowest, observation.received - earliest)
    count += 1
  }

  mutating func add(_ other: WatchLag) {
    slowest = max(slowest, other.slowest)
    count += other.count
  }

  /// How long an event was under way at most; `nil` where too few were dated.
  var longest: Duration? { count >= Self.leastEvents ? slowest + Self.margin : nil }
}
