/// How long a controller waits after failures to do something for an object: 5 ms, and twice as long with every further
/// one, up to 1,000 s (client-go, util/workqueue/default_rate_limiters.go).
struct RetryBackoff: Sendable {
  private var failures: [ObjectKey: Int] = [:]
  private var due: [ObjectKey: Duration] = [:]

  /// How often in a row it has failed.
  func failures(of key: ObjectKey) -> Int { failures[key] ?? 0 }

  func isRetrying(_ key: ObjectKey) -> Bool { failures(of: key) > 0 }

  /// Counts one more failure, from which the wait begins when the controller has written it down.
  ///
  /// - Returns: when to try again; `nil` when that is to be earlier by an earlier failure, which stands
  ///   (client-go, util/workqueue/delaying_queue.go, `insert`).
  mutating func next(of key: ObjectKey, at now: Duration) -> Duration? {
    let count = failures[key] ?? 0
    failures[key] = count + 1
    let next =
      now + ControllerContext.controlLatency + min(.milliseconds(5) * (1 << min(count, 20)), Duration.seconds(1_000))
    if let earlier = due[key], earlier > now, earlier <= next { return nil }
    due[key] = next
    return next
  }

  /// It has succeeded, or is given up: the next failure is the first.
  mutating func forget(_ key: ObjectKey) {
    failures[key] = nil
  }
}
