import KubernetesObjects

/// What the machine under a pod knows of it, beside the object in the API.
struct PodRuntime: Sendable {
  let id: PodID
  let key: ObjectKey
  let uid: String
  /// What made it.
  let owner: PodOwner?
  let createdAt: Duration
  /// The container that serves requests, and what its probes and limits say.
  let container: Container
  /// The names of the ports of containers and sidecars.
  let portNames: Set<String>
  /// Tag of the image: what answers call their version.
  let version: String

  var node: Int?
  var startedAt: Duration?
  /// The application answers probes and requests.
  var isUp = false
  /// The application accepts requests.
  var isListening = false
  var isReady = false
  var readyAt: Duration?
  var startupDone = false
  var successes = 0
  var failures = 0
  var isTerminating = false
  /// When the machine kills what still runs.
  var killedAt: Duration?
  var load: PodLoad

  init(
    id: PodID, key: ObjectKey, uid: String, owner: PodOwner?, createdAt: Duration, container: Container,
    portNames: Set<String>, version: String, load: PodLoad
  ) {
    self.id = id
    self.key = key
    self.uid = uid
    self.owner = owner
    self.createdAt = createdAt
    self.container = container
    self.portNames = portNames
    self.version = version
    self.load = load
  }

  /// How long the preStop hook holds SIGTERM back; one whose length is unknown takes no time.
  var preStop: Duration {
    switch container.lifecycle?.preStop.map({ PreStopLength($0) }) {
    case .lasts(let duration): duration
    // The grace period ends before.
    case .forever: .seconds(Int64(Int32.max))
    case .unknown, nil: .zero
    }
  }
}

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
  private(set) var requests: Int64 = 0
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
      requests += 1
      return now
    }
    let start = max(now, busyUntil)
    guard Int(((start - now) / turn).rounded()) <= queueLimit else { return nil }
    busyUntil = start + turn
    accepted += cost
    requests += 1
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
