import Units

/// How fast a controller may talk to the API server: the limiter of its client
/// (client-go 1.36, util/flowcontrol/throttle.go; kube-controller-manager, `--kube-api-qps` and `--kube-api-burst`).
///
/// Each controller has one of its own, which its writes and its events share.
struct RequestRate: Sendable {
  static let perSecond = 20.0
  static let burst = 30.0

  private var tokens = burst
  private var counted = Duration.zero
  /// Events are sent one after the other: how many wait, and when the one before them is sent.
  private var waitingEvents = 0
  private var eventSent = Duration.zero

  /// Takes the next place in the row.
  ///
  /// - Returns: when the request may be sent: now, or later when its turn comes.
  mutating func reserve(at now: Duration) -> Duration {
    sendEvents(until: now)
    return take(at: now)
  }

  /// Counts an event, which takes its place when the one before it has been sent.
  mutating func noteEvent(at now: Duration) {
    sendEvents(until: now)
    if eventSent <= now { eventSent = take(at: now) } else { waitingEvents += 1 }
  }

  private mutating func sendEvents(until now: Duration) {
    while waitingEvents > 0, eventSent <= now {
      eventSent = take(at: max(eventSent, counted))
      waitingEvents -= 1
    }
  }

  private mutating func take(at now: Duration) -> Duration {
    refill(at: now)
    tokens -= 1
    return tokens >= 0 ? now : now + .seconds(-tokens / Self.perSecond)
  }

  /// When a request that is asked for then could be sent.
  mutating func nextFree(at now: Duration) -> Duration {
    sendEvents(until: now)
    refill(at: now)
    return tokens >= 1 ? now : now + .seconds((1 - tokens) / Self.perSecond)
  }

  private mutating func refill(at now: Duration) {
    tokens = min(Self.burst, tokens + max(0, (now - counted).seconds) * Self.perSecond)
    counted = max(counted, now)
  }
}

/// The limiters of the controllers.
struct RequestRates: Sendable {
  /// A controller with a client of its own.
  enum Client: Int, CaseIterable, Sendable {
    case deployment, replicaSet, statefulSet, job, endpointSlice, volume, quota, disruption, node

    /// Who tells events with it.
    init?(component: String) {
      switch component {
      case "deployment-controller": self = .deployment
      case ReplicaSetController.name: self = .replicaSet
      case StatefulSetController.name: self = .statefulSet
      case JobController.name: self = .job
      case DisruptionController.name: self = .disruption
      default: return nil
      }
    }
  }

  private var rates = Client.allCases.map { _ in RequestRate() }

  /// Before this nobody is held back: the time stands for the long one in which a cluster has come to be what it is.
  static let begin = ClusterSimulation.warmUp

  mutating func reserve(_ client: Client, at now: Duration) -> Duration {
    now < Self.begin ? now : rates[client.rawValue].reserve(at: now)
  }

  mutating func noteEvent(_ client: Client, at now: Duration) {
    if now >= Self.begin { rates[client.rawValue].noteEvent(at: now) }
  }

  mutating func nextFree(_ client: Client, at now: Duration) -> Duration {
    now < Self.begin ? now : rates[client.rawValue].nextFree(at: now)
  }
}

extension Reconciliation {
  /// Whose client its requests go through; `nil` for who takes its places in the row itself.
  var client: RequestRates.Client? {
    switch self {
    case .deployment: .deployment
    case .replicaSet: nil
    case .ownership(let kind, _): kind == .replicaSet ? .deployment : .replicaSet
    case .statefulSet: .statefulSet
    case .job: .job
    case .endpoints: .endpointSlice
    case .volumes: .volume
    case .quotas: .quota
    case .disruptionBudget: .disruption
    case .node: .node
    }
  }
}
