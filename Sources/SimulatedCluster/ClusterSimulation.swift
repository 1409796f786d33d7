import AutoscalerModel
package import KubernetesObjects
import Units

/// A Kubernetes cluster as a deterministic state machine over a clock that it is given.
///
/// Objects, controllers, machines, metrics and the Ingress in one value, without a socket, thread or clock of its own.
/// *Cluster time* is the `Duration` since the start that ``advance(to:)`` gets. The wall passes `timeScale` times
/// slower: control loops, waits and timestamps are in cluster time; requests, their latency and their CPU are on the wall.
/// Equal manifests, workloads and calls give equal clusters.
package struct ClusterSimulation: Sendable {
  /// How long a controller takes to notice a change: the latency of a watch and a queue.
  static let controlLatency = Duration.milliseconds(10)
  /// The most pods that one workload may have: enough for any that is tried on one machine, and soon worked through.
  package static let mostReplicas = 2_000

  package let workload: SimulatedWorkload
  /// Cluster seconds per second of wall time; at least 1.
  package let timeScale: Double
  /// The date at cluster time zero.
  package let epoch: KubernetesTime
  /// Cluster time of the last ``advance(to:)``.
  package private(set) var now: Duration = .zero

  /// What the API refuses; nothing unless it is told to.
  package var refusals: Set<AccessRefusal> = []

  var store = ObjectStore(historyLimit: 5_000)
  var queue = WorkQueue()
  var reconciling: Set<Reconciliation> = []
  var random: SeededRandom
  var pods: [PodID: PodRuntime] = [:]
  var podIDs: [ObjectKey: PodID] = [:]
  var podCounter = 0
  var podsOnNode: [Int]
  var addressesOnNode: [Int]
  var pulledImages: [Set<String>]
  var podsOfReplicaSet: [ObjectKey: [PodID]] = [:]
  /// Failed attempts in a row to make the pods of a ReplicaSet.
  var creationFailures: [ObjectKey: Int] = [:]
  /// When a Deployment is next looked at for its progress deadline.
  var progressChecks: [ObjectKey: Duration] = [:]
  var exits: [PodID: Double] = [:]
  var routing = IngressRouting()
  var metrics = MetricsPipeline()
  var recorder = EventRecorder()
  var offered = OfferedLoad()
  var autoscaling = HPAController()
  /// The uid of each HPA whose syncs run.
  var autoscalers: [ObjectKey: String] = [:]

  /// - Parameters:
  ///   - manifests: the objects to begin with, each with the name of what it came from, for error messages.
  ///   - epoch: the date at cluster time zero.
  /// - Throws: ``ManifestProblem`` for an object that the cluster cannot run.
  package init(
    manifests: [ClusterManifest], workload: SimulatedWorkload = SimulatedWorkload(), timeScale: Double = 1,
    epoch: KubernetesTime = KubernetesTime(seconds: 1_767_225_600)
  ) throws(ManifestProblem) {
    self.workload = workload
    self.timeScale = max(timeScale, 1)
    self.epoch = epoch
    random = SeededRandom(seed: workload.seed)
    let nodes = max(workload.nodes, 1)
    podsOnNode = Array(repeating: 0, count: nodes)
    addressesOnNode = Array(repeating: 1, count: nodes)
    pulledImages = Array(repeating: [], count: nodes)
    try apply(manifests)
    queue.add(.measure, at: workload.metricsResolution)
    queue.add(.forgetEvents, at: .seconds(300))
  }

  /// When there is next something to do.
  package var nextDue: Duration? { queue.nextDue }

  /// Lets cluster time pass: does all that is due, in order. Going back does nothing.
  package mutating func advance(to time: Duration) {
    while let next = queue.next(until: time) {
      if next.due > now { now = next.due }
      perform(next.work)
    }
    if time > now { now = time }
  }

  /// Seconds on the wall since the start.
  var wall: Double { now.seconds / timeScale }

  /// The date now, to the second, as objects bear it.
  package var date: KubernetesTime { date(at: now) }

  func date(at time: Duration) -> KubernetesTime {
    KubernetesTime(seconds: (epoch.microseconds + time.microseconds) / 1_000_000)
  }

  /// The date now, to the microsecond.
  package var preciseDate: KubernetesTime {
    KubernetesTime(microseconds: epoch.microseconds + now.microseconds)
  }

  mutating func perform(_ work: Work) {
    switch work {
    case .reconcile(let reconciliation):
      reconciling.remove(reconciliation)
      reconcile(reconciliation)
    case .synchronizeAutoscaler(let key, let uid): synchronizeAutoscaler(key, uid: uid)
    case .bind(let pod): bind(pod)
    case .finishPull(let pod): finishPull(pod)
    case .startContainers(let pod): startContainers(pod)
    case .startUp(let pod): startUp(pod)
    case .probe(let pod): probe(pod)
    case .becomeAvailable(let pod): noteAvailability(of: pod)
    case .signal(let pod): signal(pod)
    case .stopListening(let pod): stopListening(pod)
    case .exit(let pod, let killed): exit(pod, killed: killed)
    case .remove(let pod): removePod(pod)
    case .forgetExit(let pod): exits[pod] = nil
    case .route(let service, let pods): route(service, to: pods)
    case .measure: measure()
    case .collectGarbage(let uid): collectGarbage(ownerUID: uid)
    case .checkProgress(let key): requestReconciliation(.deployment(key))
    case .forgetEvents: forgetEvents()
    }
  }

  private mutating func reconcile(_ reconciliation: Reconciliation) {
    switch reconciliation {
    case .deployment(let key): reconcileDeployment(key)
    case .replicaSet(let key): reconcileReplicaSet(key)
    case .endpoints(let service): reconcileEndpoints(service)
    case .quotas(let namespace): reconcileQuotas(namespace)
    }
  }

  mutating func requestReconciliation(_ reconciliation: Reconciliation, after delay: Duration = controlLatency) {
    guard reconciling.insert(reconciliation).inserted else { return }
    queue.add(.reconcile(reconciliation), at: now + delay)
  }

  /// Stores a version of an object and wakes the controllers that watch it.
  @discardableResult
  mutating func commit(_ object: ClusterObject) -> ClusterObject {
    let stored = store.put(object, at: now)
    wakeControllers(of: stored)
    return stored
  }

  /// Removes an object at once and wakes the controllers that watch it.
  mutating func discard(_ kind: ClusterKind, _ key: ObjectKey) {
    guard let removed = store.remove(kind, key, at: now) else { return }
    wakeControllers(of: removed)
    if let uid = removed.metadata.uid, kind == .deployment || kind == .replicaSet || kind == .service {
      queue.add(.collectGarbage(ownerUID: uid), at: now + Self.controlLatency)
    }
  }

  private mutating func wakeControllers(of object: ClusterObject) {
    let key = object.key
    switch object.kind {
    case .deployment: requestReconciliation(.deployment(key))
    case .replicaSet:
      requestReconciliation(.replicaSet(key))
      if let owner = object.metadata.controller(kind: "Deployment") {
        requestReconciliation(.deployment(ObjectKey(namespace: key.namespace, name: owner.name)))
      }
    case .pod:
      if let owner = object.metadata.controller(kind: "ReplicaSet") {
        requestReconciliation(.replicaSet(ObjectKey(namespace: key.namespace, name: owner.name)))
      }
      for service in store.all(.service, namespace: key.namespace) where service.selects(object.metadata.labels) {
        requestReconciliation(.endpoints(service: service.key))
      }
      if hasQuotas(key.namespace) { requestReconciliation(.quotas(namespace: key.namespace)) }
    case .service:
      requestReconciliation(.endpoints(service: key))
      rebuildRoutes()
    case .ingress: rebuildRoutes()
    case .resourceQuota: requestReconciliation(.quotas(namespace: key.namespace))
    case .autoscaler: noteAutoscaler(object)
    default: break
    }
  }
}

extension ObjectMetadata {
  /// The owner that controls the object, if it is of a kind.
  func controller(kind: String) -> OwnerReference? {
    ownerReferences?.first { $0.controller == true && $0.kind == kind }
  }
}

extension ClusterObject {
  /// Whether a service sends requests to pods with these labels; a service without a selector has no pods.
  func selects(_ labels: [String: String]?) -> Bool {
    guard let selector = service?.spec.selector, !selector.isEmpty else { return false }
    return LabelSelector(matchLabels: selector).matches(labels)
  }
}

extension ClusterSimulation {
  /// The version of the newest change of any object.
  package var resourceVersion: Int64 { store.resourceVersion }

  /// The objects of a kind, by namespace and name; all namespaces when none is given.
  package func objects(_ kind: ClusterKind, namespace: String? = nil) -> [ClusterObject] {
    store.all(kind, namespace: namespace)
  }

  package func object(_ kind: ClusterKind, namespace: String, name: String) -> ClusterObject? {
    store[kind, ObjectKey(namespace: namespace, name: name)]
  }

  /// What happened to the objects of a kind after a version, the oldest first; `nil` when some of it is forgotten.
  package func changes(_ kind: ClusterKind, after version: Int64) -> ArraySlice<ObjectChange>? {
    store.changes(kind, after: version)
  }

  /// The namespace of most of what the cluster began with: that of the first Deployment, else `default`.
  package var mainNamespace: String {
    store.all(.deployment).first?.metadata.namespace ?? "default"
  }
}
