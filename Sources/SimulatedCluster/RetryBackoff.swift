/// How long a controller waits after failures to do something for an object: 5 ms, and twice as long with every further
/// one, up to 1,000 s (client-go, util/workqueue/default_rate_limiters.go).
struct RetryBackoff: Sendable {
  private var failures: [ObjectKey: Int] = [:]

  func isRetrying(_ key: ObjectKey) -> Bool { failures[key] != nil }

  /// The wait after one more failure.
  mutating func delay(of key: ObjectKey) -> Duration {
    let count = failures[key] ?? 0
    failures[key] = count + 1
    return min(.milliseconds(5) * (1 << min(count, 20)), Duration.seconds(1_000))
  }

  mutating func succeeded(_ key: ObjectKey) {
    failures[key] = nil
  }
}
