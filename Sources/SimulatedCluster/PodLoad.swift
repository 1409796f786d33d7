/// A point on the curve of CPU that a pod has used.
struct UsagePoint: Sendable {
  /// Cluster time.
  let time: Duration
  /// CPU seconds since the start of the container.
  let used: Double
}

/// The requests of one pod: a server that takes one after the other, as fast as the CPU limit allows.
///
/// All times are seconds on the wall.
struct PodLoad: Sendable {
  /// CPU seconds that one request costs.
  let cost: Double
  /// Cores; `nil` without a limit.
  let limit: Double?
  let queueLimit: Int

  /// CPU seconds of all requests that were taken.
  private(set) var accepted = 0.0
  /// When the CPU has worked off what was taken.
  private(set) var busyUntil = 0.0
  var points: [UsagePoint] = []

  init(cost: Double, limit: Double?, queueLimit: Int) {
    self.cost = cost
    self.limit = limit
    self.queueLimit = queueLimit
  }

  /// CPU time of one request at the limit.
  private var turn: Double { limit.map { cost / $0 } ?? 0 }

  /// Takes a request; the time when the CPU is done with it, or `nil` when too many wait.
  mutating func take(at now: Double) -> Double? {
    guard turn > 0 else {
      accepted += cost
      return now
    }
    let start = max(now, busyUntil)
    guard Int(((start - now) / turn).rounded()) <= queueLimit else { return nil }
    busyUntil = start + turn
    accepted += cost
    return busyUntil
  }

  /// Takes a steady stream of requests; how many were taken.
  mutating func take(rate: Double, from start: Double, to end: Double) -> Double {
    let offered = rate * (end - start)
    guard turn > 0 else {
      accepted += offered * cost
      return offered
    }
    let waiting = max(0, busyUntil - start) / turn
    let room = max(0, Double(queueLimit) + (end - start) / turn - waiting)
    let taken = min(offered, room)
    accepted += taken * cost
    busyUntil = max(start, busyUntil) + taken * turn
    if busyUntil < end { busyUntil = end }
    return taken
  }

  /// CPU seconds used until a time: what was taken less what waits still.
  func used(at now: Double) -> Double {
    guard let limit else { return accepted }
    return accepted - max(0, busyUntil - now) * limit
  }
}
