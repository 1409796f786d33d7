package import KubernetesObjects
import Units

/// A Kubernetes cluster as a deterministic state machine over a clock that it is given.
///
/// Objects, controllers, machines, metrics and the Ingress in one value, without a socket, thread or clock of its own.
/// *Cluster time* is the `Duration` since the start that ``advance(to:)`` gets. The wall passes `timeScale` times
/// slower: control loops, waits and timestamps are in cluster time; requests, their latency and their CPU are on the wall.
/// Equal manifests, workloads and calls give equal clusters.
package struct ClusterSimulation: Sendable {
  /// The most pods that one workload may have: enough for any that is tried on one machine, and soon worked through.
  package static let mostReplicas = 2_000

  /// Cluster time that passes before anybody uses a cluster, so that its workloads are up by then.
  package static let warmUp = Duration.seconds(60)

  /// What the API refuses whoever asks; nothing unless it is told to.
  package var refusals: Set<AccessRefusal> = []
  /// Whether who brings no credentials is `system:anonymous`, and not the administrator.
  package var requiresCredentials = false

  var context: ControllerContext
  var dataPlane: DataPlane
  var metrics = MetricsPipeline()
  var tokens: TokenTable

  var autoscalers = AutoscalerController()
  var deployments = DeploymentController()
  var replicaSets = ReplicaSetController()
  var statefulSets: StatefulSetController
  var jobs = JobController()
  var endpointSlices = EndpointSliceController()
  /// Whether the controller manager runs; see ``stopControllers()``.
  var controllersRun = true
  var faults: [Fault] = []
  /// What became of each fault, in the order in which they were planned.
  package internal(set) var faultCourses: [FaultCourse] = []

  /// - Parameters:
  ///   - manifests: the objects to begin with, each with the name of what it came from, for error messages.
  ///   - epoch: the date at cluster time zero.
  ///   - historyLimit: how many changes of a kind are kept for watches and lists in parts.
  /// - Throws: ``ManifestProblem`` for an object that the cluster cannot run.
  package init(
    manifests: [ClusterManifest], workload: SimulatedWorkload = SimulatedWorkload(), timeScale: Double = 1,
    epoch: KubernetesTime = KubernetesTime(seconds: 1_767_225_600), historyLimit: Int = 5_000
  ) throws(ManifestProblem) {
    try self.init(
      manifests: manifests, workload: workload, timeScale: timeScale, epoch: epoch,
      statefulSets: StatefulSetController(), historyLimit: historyLimit)
  }

  /// - Parameters:
  ///   - statefulSets: a controller that may do something else than Kubernetes', for tests of what notices.
  ///   - historyLimit: how many changes of a kind are kept for watches and lists in parts.
  init(
    manifests: [ClusterManifest], workload: SimulatedWorkload = SimulatedWorkload(), timeScale: Double = 1,
    epoch: KubernetesTime = KubernetesTime(seconds: 1_767_225_600), statefulSets: StatefulSetController,
    historyLimit: Int = 5_000
  ) throws(ManifestProblem) {
    context = ControllerContext(
      workload: workload, timeScale: timeScale, epoch: epoch, historyLimit: historyLimit)
    dataPlane = DataPlane(machines: workload.machines, seed: workload.seed)
    context.configurationIsElsewhere = manifests.contains(where: \.refersElsewhere)
    self.statefulSets = statefulSets
    tokens = TokenTable(seed: workload.seed)
    dataPlane.showMachines(in: &context)
    try apply(manifests)
    placeSystemObjects()
    context.schedule(.measure, at: workload.firstMeasurement ?? workload.metricsResolution)
    context.schedule(.forgetEvents, at: .seconds(300))
    if workload.machines.removedAfter != nil { context.schedule(.removeMachines, at: DataPlane.scanInterval) }
  }

  /// The tag of an image, as answers report it as their version; `latest` without one.
  package static func version(ofImage image: String) -> String { DataPlane.version(ofImage: image) }

  /// `gitVersion` of the API server.
  package static var version: String { Discovery.version["gitVersion"]?.string ?? "" }

  package var workload: SimulatedWorkload { context.workload }
  /// Cluster seconds per second of wall time; at least 1.
  package var timeScale: Double { context.timeScale }
  /// The date at cluster time zero.
  package var epoch: KubernetesTime { context.epoch }
  /// Cluster time of the last ``advance(to:)``.
  package var now: Duration { context.now }
  /// Whether `metrics.k8s.io` answers 503, as it does while metrics-server is down.
  package var metricsAPIFails: Bool {
    get { !metrics.isServed }
    set {
      metrics.isServed = !newValue
      noteMetricsAPIs()
    }
  }

  /// The date now, to the second, as objects bear it.
  package var date: KubernetesTime { context.date }
  /// The date now, to the microsecond.
  package var preciseDate: KubernetesTime { context.preciseDate }

  /// When there is next something to do.
  package var nextDue: Duration? { context.nextDue }

  /// Lets cluster time pass: does all that is due, in order. Going back does nothing.
  package mutating func advance(to time: Duration) {
    while let work = context.takeWork(until: time) {
      workOffBacklogs()
      perform(work)
    }
    context.advance(to: time)
  }

  private mutating func perform(_ work: Work) {
    guard controllersRun || !work.isOfControllers else { return }
    switch work {
    case .reconcile(let reconciliation): reconcile(reconciliation)
    case .proceedReplicaSet(let key): replicaSets.proceed(key, in: &context, pods: &dataPlane)
    case .synchronizeAutoscaler(let key):
      autoscalers.synchronize(key, in: &context, pods: dataPlane, metrics: metrics)
    case .bind(let pod): dataPlane.bind(pod, in: &context)
    case .finishPull(let pod): dataPlane.finishPull(pod, in: &context)
    case .startContainers(let pod): dataPlane.startContainers(pod, in: &context)
    case .startUp(let run): dataPlane.startUp(run, in: &context)
    case .probe(let run, let kind): dataPlane.ask(kind, run, in: &context)
    case .crash(let run): dataPlane.crash(run, in: &context)
    case .becomeAvailable(let pod): dataPlane.noteAvailability(of: pod, in: &context)
    case .signal(let run): dataPlane.signal(run, in: &context)
    case .stopListening(let run): dataPlane.stopListening(run, in: &context)
    case .exit(let run, let killed): dataPlane.exit(run, killed: killed, in: &context)
    case .remove(let pod): dataPlane.removePod(pod, in: &context)
    case .forgetExit(let run): dataPlane.exits[run] = nil
    case .finishTask(let run): dataPlane.finishTask(run, in: &context)
    case .renewFiles(let pod): dataPlane.renewFiles(of: pod, in: &context)
    case .addMachines: dataPlane.addMachines(in: &context)
    case .removeMachines: dataPlane.removeMachines(in: &context)
    case .machineJoins: dataPlane.machineJoins(in: &context)
    case .machineUnreachable where !controllersRun, .evict where !controllersRun:
      context.schedule(work, after: .seconds(1))
    case .machineUnreachable(let machine): dataPlane.noteUnreachable(machine: machine, in: &context)
    case .evict(let pod): dataPlane.evict(pod, in: &context)
    case .faultBegins(let fault): beginFault(fault)
    case .faultEnds(let fault): endFault(fault)
    case .awaitFault(let fault): awaitFault(fault)
    case .considerFaults: considerFaults()
    case .cutWatches(let fault): repeatCut(fault)
    case .routeByRules: dataPlane.takeRules(at: context.wall)
    case .route(let service, let pods): dataPlane.route(service, to: pods, at: context.wall)
    case .measure: metrics.measure(in: &context, pods: &dataPlane)
    case .collectGarbage(let uid): GarbageCollector.collect(ownerUID: uid, in: &context, pods: &dataPlane)
    case .checkProgress(let key): context.requestReconciliation(.deployment(key))
    case .forgetEvents: context.forgetEvents()
    }
  }

  private mutating func workOffBacklogs() {
    guard !context.workload.metrics.isEmpty else { return }
    metrics.custom.work(
      at: context.now, of: context.workload, loadBegan: context.disturbances.loadBegan, pods: dataPlane)
  }

  private mutating func reconcile(_ reconciliation: Reconciliation) {
    if let client = reconciliation.client, let turn = context.turn(of: client) {
      context.requestReconciliation(reconciliation, after: turn - context.now)
      return
    }
    context.client = reconciliation.client
    defer { context.client = nil }
    switch reconciliation {
    case .deployment(let key): deployments.reconcile(key, in: &context, pods: dataPlane)
    case .replicaSet(let key): replicaSets.reconcile(key, in: &context, pods: &dataPlane)
    case .statefulSet(let key): statefulSets.reconcile(key, in: &context, pods: &dataPlane)
    case .job(let key): jobs.reconcile(key, in: &context, pods: &dataPlane)
    case .endpoints(let service): endpointSlices.reconcile(service, in: &context, pods: dataPlane)
    case .volumes(let claim): VolumeController.reconcile(claim, in: &context)
    case .quotas(let namespace): ResourceQuotaController.reconcile(namespace, in: &context)
    case .disruptionBudget(let key): DisruptionController.reconcile(key, in: &context)
    case .node(let key): dataPlane.reconcileNode(key, in: &context)
    case .ownership(let kind, let key): context.settleOwnership(of: kind, key, pods: &dataPlane)
    }
  }

  /// Stores a version of an object that a client has written.
  @discardableResult
  mutating func commit(_ object: ClusterObject) -> ClusterObject {
    let stored = context.commit(object)
    notice(stored)
    return stored
  }

  /// Removes an object at once, as a client has asked.
  mutating func discard(_ kind: ClusterKind, _ key: ObjectKey) {
    guard let removed = context.discard(kind, key) else { return }
    notice(removed)
    if context.hasQuotas(key.namespace) { context.requestReconciliation(.quotas(namespace: key.namespace)) }
  }

  /// What only clients write: no controller makes, changes or removes the specs of these.
  private mutating func notice(_ object: ClusterObject) {
    switch object.kind {
    case .service, .ingress: dataPlane.rebuildRoutes(in: &context)
    case .autoscaler where controllersRun: autoscalers.note(object, in: &context)
    case .node: dataPlane.take(node: object, in: &context)
    case .pod: dataPlane.noteChange(ofPod: object.key, in: &context)
    case .persistentVolumeClaim: dataPlane.retryUnscheduled(in: &context)
    case .configMap: dataPlane.noteConfiguration(object, in: &context)
    case .secret:
      dataPlane.noteConfiguration(object, in: &context)
      fillTokenSecret(object.key)
    case .namespace where context.store[.namespace, object.key] != nil: addDefaultAccount(of: object.key.name)
    case .serviceAccount where context.store[.serviceAccount, object.key] == nil:
      removeTokenSecrets(ofAccount: object.key)
    default: break
    }
  }
}

extension ClusterSimulation {
  /// The version of the newest change of any object.
  package var resourceVersion: Int64 { context.store.resourceVersion }

  /// The objects of a kind, by namespace and name; all namespaces when none is given.
  package func objects(_ kind: ClusterKind, namespace: String? = nil) -> [ClusterObject] {
    context.store.all(kind, namespace: namespace)
  }

  package func object(_ kind: ClusterKind, namespace: String, name: String) -> ClusterObject? {
    context.store[kind, ObjectKey(namespace: namespace, name: name)]
  }

  /// A workload that a run can watch; `nil` where there is none.
  package func workload(_ kind: ClusterKind, namespace: String, name: String) -> Workload? {
    context.store[kind, ObjectKey(namespace: namespace, name: name)]?.workload
  }

  /// What happened to the objects of a kind after a version, the oldest first; `nil` when some of it is forgotten.
  package func changes(_ kind: ClusterKind, after version: Int64) -> ArraySlice<ObjectChange>? {
    context.store.changes(kind, after: version)
  }

  /// The namespace of most of what the cluster began with: that of the first Deployment or StatefulSet, else `default`.
  package var mainNamespace: String {
    (context.store.all(.deployment).first ?? context.store.all(.statefulSet).first)?.metadata.namespace ?? "default"
  }
}
