import Units

/// How long events of a watch were under way, by the times that the objects bear.
///
/// A deletion bears no time of its own. Events of one watch come in the order of the writes, and a deletion is taken to
/// have been under way no longer than the slowest dated event before it, and half a second.
package struct WatchLag {
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

  /// The earliest moment at which what an observation tells can have happened.
  func earliestSending(of observation: Observation) -> Duration {
    count >= Self.leastEvents ? min(observation.received - slowest - Self.margin, observation.received) : .farPast
  }
}
