import KubernetesObjects
import Units

/// What the controllers of a cluster have in common: the objects, the clock, chance, their wake-ups and their events.
///
/// A controller is a value of its own. It reads and writes through this, and through what else is handed to it.
struct ControllerContext: Sendable {
  /// How long a controller takes to notice a change: the latency of a watch and a queue.
  static let controlLatency = Duration.milliseconds(10)
  /// Who writes for the controllers, in `managedFields`.
  static let controllerManager = "kube-controller-manager"

  let workload: SimulatedWorkload
  /// Whether ConfigMaps and Secrets that pods refer to are there though nobody has made them here.
  var configurationIsElsewhere = false
  /// Cluster seconds per second of wall time; at least 1.
  let timeScale: Double
  /// The date at cluster time zero.
  let epoch: KubernetesTime
  /// Cluster time.
  private(set) var now: Duration = .zero { didSet { wall = now.seconds / timeScale } }
  /// Seconds on the wall since the start. Kept, since each request asks for it several times.
  private(set) var wall = 0.0

  var store: ObjectStore
  var random: SeededRandom
  var recorder = EventRecorder()
  var disturbances: Disturbances
  private var rates = RequestRates()
  /// The client of the controller that is at work; what it writes takes places in its row.
  var client: RequestRates.Client?
  private var queue = WorkQueue()
  private var reconciling: Set<Reconciliation> = []

  /// - Parameter historyLimit: how many changes of a kind are kept for watches.
  init(workload: SimulatedWorkload, timeScale: Double, epoch: KubernetesTime, historyLimit: Int = 5_000) {
    store = ObjectStore(historyLimit: historyLimit)
    self.workload = workload
    self.timeScale = max(timeScale, 1)
    self.epoch = epoch
    random = SeededRandom(seed: workload.seed)
    disturbances = Disturbances(seed: workload.seed)
  }

  /// The date now, to the second, as objects bear it.
  var date: KubernetesTime { date(at: now) }

  func date(at time: Duration) -> KubernetesTime {
    KubernetesTime(seconds: (epoch.microseconds + time.microseconds) / 1_000_000)
  }

  /// The date now, to the microsecond.
  var preciseDate: KubernetesTime {
    KubernetesTime(microseconds: epoch.microseconds + now.microseconds)
  }
}

// Time and wake-ups.
extension ControllerContext {
  var nextDue: Duration? { queue.nextDue }

  /// Takes the next work that is due until a time, and lets the clock go to it.
  mutating func takeWork(until time: Duration) -> Work? {
    guard let next = queue.next(until: time) else { return nil }
    if next.due > now { now = next.due }
    if case .reconcile(let reconciliation) = next.work { reconciling.remove(reconciliation) }
    return next.work
  }

  /// Lets the clock go on; going back does nothing.
  mutating func advance(to time: Duration) {
    if time > now { now = time }
  }

  /// Forgets all that was asked of the controller manager, as the end of its process does, and what it knew of events.
  mutating func forgetControllerWork() {
    queue.remove(where: \.isOfControllers)
    reconciling = []
    rates = RequestRates()
    recorder.forget(componentsWhere: { $0 != DataPlane.kubelet && $0 != "default-scheduler" })
  }

  mutating func schedule(_ work: Work, at time: Duration) {
    queue.add(work, at: time)
  }

  mutating func schedule(_ work: Work, after delay: Duration) {
    queue.add(work, at: now + delay)
  }

  /// Has a controller look at an object; asking again before it does so is asking once.
  mutating func requestReconciliation(_ reconciliation: Reconciliation, after delay: Duration = controlLatency) {
    guard reconciling.insert(reconciliation).inserted else { return }
    schedule(.reconcile(reconciliation), after: delay)
  }
}

// Requests to the API server, which have their turns.
extension ControllerContext {
  /// Whether requests wait for each other yet.
  var requestsTakeTurns: Bool { now >= RequestRates.begin }

  /// Takes the next place in the row of a client.
  ///
  /// - Returns: when the request may be sent, now or later.
  mutating func reserveRequest(_ client: RequestRates.Client) -> Duration { rates.reserve(client, at: now) }

  /// Counts a request that is sent now.
  mutating func countRequest(of client: RequestRates.Client?) {
    if let client { _ = rates.reserve(client, at: now) }
  }

  /// Counts an event, which is sent when its turn comes.
  mutating func countEvent(of client: RequestRates.Client) { rates.noteEvent(client, at: now) }

  /// When a controller can send its next request; `nil` when it can now.
  mutating func turn(of client: RequestRates.Client) -> Duration? {
    let turn = rates.nextFree(client, at: now)
    return turn > now ? turn : nil
  }
}

// Objects.
extension ControllerContext {
  /// Stores a version of an object and wakes the controllers that watch it.
  @discardableResult
  mutating func commit(_ object: ClusterObject) -> ClusterObject {
    countRequest(of: client)
    let previous = store[object.kind, object.key]
    let stored = store.put(object, at: now)
    wakeControllers(of: stored)
    noticeOwnership(of: stored, since: previous)
    if let previous, stored.kind == .pod, previous.metadata.labels != stored.metadata.labels {
      // Who selected it before loses it.
      wakeServices(of: previous)
      wakeDisruptionBudget(of: previous)
    }
    return stored
  }

  /// Stores a version of an object of which a controller has written the status.
  mutating func commitStatus(of object: ClusterObject, by manager: String = controllerManager) {
    var object = object
    object.recordWriter(manager, subresource: "status", at: date)
    commit(object)
  }

  /// Removes an object at once and wakes the controllers that watch it; one that has finalizers is marked only.
  ///
  /// - Returns: the object as it was; `nil` where it is not gone.
  @discardableResult
  mutating func discard(_ kind: ClusterKind, _ key: ObjectKey) -> ClusterObject? {
    guard !keepForFinalizers(kind, key), let removed = store.remove(kind, key, at: now) else { return nil }
    countRequest(of: client)
    wakeControllers(of: removed)
    if let uid = removed.metadata.uid, GarbageCollector.mayOwn(removed, in: store) {
      schedule(.collectGarbage(ownerUID: uid), after: Self.controlLatency)
    }
    return removed
  }

  /// Has the controllers that watch an object look at it.
  mutating func wakeControllers(of object: ClusterObject) {
    let key = object.key
    if disturbances.awaited.contains(where: { $0.watched?.kind == object.kind && $0.watched?.key == key }) {
      schedule(.considerFaults, at: now)
    }
    switch object.kind {
    case .deployment: requestReconciliation(.deployment(key))
    case .statefulSet: requestReconciliation(.statefulSet(key))
    case .job: requestReconciliation(.job(key))
    case .replicaSet:
      requestReconciliation(.replicaSet(key))
      if hasQuotas(key.namespace) { requestReconciliation(.quotas(namespace: key.namespace)) }
      if let owner = object.metadata.controller(kind: "Deployment") {
        requestReconciliation(.deployment(ObjectKey(namespace: key.namespace, name: owner.name)))
      }
    case .pod:
      if let owner = object.owner, let reconciliation = owner.reconciliation { requestReconciliation(reconciliation) }
      wakeServices(of: object)
      if hasQuotas(key.namespace) { requestReconciliation(.quotas(namespace: key.namespace)) }
      wakeDisruptionBudget(of: object)
    case .service: requestReconciliation(.endpoints(service: key))
    case .persistentVolumeClaim:
      requestReconciliation(.volumes(claim: key))
      if hasQuotas(key.namespace) { requestReconciliation(.quotas(namespace: key.namespace)) }
    case .resourceQuota: requestReconciliation(.quotas(namespace: key.namespace))
    case .podDisruptionBudget: requestReconciliation(.disruptionBudget(key))
    case .node: requestReconciliation(.node(key))
    default: break
    }
  }

  /// Has the endpoints of the Services looked at that select a pod.
  private mutating func wakeServices(of pod: ClusterObject) {
    for service in store.all(.service, namespace: pod.key.namespace) where service.selects(pod.metadata.labels) {
      requestReconciliation(.endpoints(service: service.key))
    }
  }

  func hasQuotas(_ namespace: String) -> Bool {
    store.count(.resourceQuota) > 0 && !store.all(.resourceQuota, namespace: namespace).isEmpty
  }
}

extension ClusterObject {
  /// For how long a pod of a workload has to be ready until it is available.
  var minReadySeconds: Int {
    replicaSet?.spec.minReadySeconds ?? statefulSet?.spec.minReadySeconds ?? 0
  }

  /// Whether a service sends requests to pods with these labels; a service without a selector has no pods.
  func selects(_ labels: [String: String]?) -> Bool { service?.sendsTo(podsWith: labels ?? [:]) ?? false }
}

extension ObjectMetadata {
  /// The owner that controls the object, if it is of a kind.
  func controller(kind: String) -> OwnerReference? {
    ownerReferences?.first { $0.controller == true && $0.kind == kind }
  }
}
