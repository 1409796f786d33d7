import AutoscalerModel
import KubernetesObjects

/// Keeps the status of PodDisruptionBudgets (Kubernetes 1.36, pkg/controller/disruption/disruption.go).
///
/// Reads budgets, pods and the sizes of what owns these; writes the status of budgets. It does not look when the size of a
/// workload changes, but when its pods do.
enum DisruptionController {
  /// For how long an eviction that was allowed is taken to come, while its pod is not being deleted.
  static let deletionTimeout = Duration.seconds(120)
  static let name = "controllermanager"

  static func reconcile(_ key: ObjectKey, in context: inout ControllerContext) {
    guard let object = context.store[.podDisruptionBudget, key] else { return }
    let spec = object.disruptionBudgetSpec
    let before = object.disruptionBudgetStatus
    let pods = context.store.all(.pod, namespace: key.namespace).filter {
      spec.selector?.matches($0.metadata.labels) ?? false
    }
    if pods.isEmpty {
      context.record(.normal, "NoPods", "No matching pods found", about: .podDisruptionBudget, key, by: name)
    }
    var status = before
    do {
      let budget = try budget(of: spec, pods: pods, key, in: &context)
      let (disrupted, recheck) = disruptedPods(before, among: pods, key, in: &context)
      status.disruptedPods = disrupted
      status.currentHealthy = pods.compactMap(\.pod).count {
        $0.isReady && !$0.isTerminating && disrupted[$0.metadata.name ?? ""] == nil
      }
      status.desiredHealthy = budget.desiredHealthy
      status.expectedPods = budget.expectedPods
      status.disruptionsAllowed = budget.disruptionsAllowed(healthy: status.currentHealthy)
      status.observedGeneration = object.metadata.generation ?? 0
      status.renewAllowance(at: context.date)
      if let recheck { context.schedule(.reconcile(.disruptionBudget(key)), at: recheck) }
    } catch {
      context.record(
        .warning, "CalculateExpectedPodCountFailed",
        "Failed to calculate the number of expected pods: \(error.description)", about: .podDisruptionBudget, key,
        by: name)
      status.fail(error.description, at: context.date)
    }
    guard status != before else { return }
    context.writeStatus(status, ofBudget: object)
  }

  /// The pods whose eviction was allowed and that are not being deleted yet, and when to look at them again.
  private static func disruptedPods(
    _ status: DisruptionBudgetStatus, among pods: [ClusterObject], _ key: ObjectKey, in context: inout ControllerContext
  ) -> (pods: [String: KubernetesTime], recheck: Duration?) {
    var kept: [String: KubernetesTime] = [:]
    var recheck: Duration?
    for pod in pods where pod.metadata.deletionTimestamp == nil {
      guard let time = status.disruptedPods[pod.key.name] else { continue }
      let expected = Duration.microseconds(time.microseconds - context.epoch.microseconds) + deletionTimeout
      guard expected >= context.now else {
        // The namespace twice, as Kubernetes has it.
        context.record(
          .warning, "NotDeleted",
          "Pod was expected by PDB \(key.namespace)/\(key.namespace) to be deleted but it wasn't", about: .pod, pod.key,
          by: name)
        continue
      }
      kept[pod.key.name] = time
      // A moment later, so that the time is over then.
      let next = expected + .milliseconds(5)
      recheck = recheck.map { min($0, next) } ?? next
    }
    return (kept, recheck)
  }

  /// How many pods there should be, and how many of them healthy.
  private static func budget(
    of spec: DisruptionBudgetSpec, pods: [ClusterObject], _ key: ObjectKey, in context: inout ControllerContext
  ) throws(ScaleProblem) -> DisruptionBudget {
    if let most = spec.maxUnavailable {
      return DisruptionBudget(
        maxUnavailable: most, expectedPods: try expectedPods(pods, spec, key, in: &context))
    }
    guard let least = spec.minAvailable else {
      return DisruptionBudget(minAvailable: .count(0), expectedPods: 0)
    }
    if case .count = least { return DisruptionBudget(minAvailable: least, expectedPods: pods.count) }
    return DisruptionBudget(minAvailable: least, expectedPods: try expectedPods(pods, spec, key, in: &context))
  }

  /// The sum of the sizes of what controls the pods: of a ReplicaSet that belongs to a Deployment, that of the Deployment.
  private static func expectedPods(
    _ pods: [ClusterObject], _ spec: DisruptionBudgetSpec, _ key: ObjectKey, in context: inout ControllerContext
  ) throws(ScaleProblem) -> Int {
    var sizes: [String: Int] = [:]
    var hasUnmanaged = false
    for pod in pods {
      guard let controller = pod.metadata.ownerReferences?.first(where: { $0.controller == true }) else {
        hasUnmanaged = true
        continue
      }
      guard sizes[controller.uid] == nil else { continue }
      let scaled = try scaledObject(controller, ofPod: pod, in: context.store)
      sizes[scaled.metadata.uid ?? ""] = scaled.scale?.wanted ?? 0
    }
    if hasUnmanaged {
      context.record(
        .warning, "UnmanagedPods",
        "Pods selected by this PodDisruptionBudget (selector: \(goText(of: spec.selector))) were found to be unmanaged. "
          + "As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. "
          + "To account for these pods please set \".spec.minAvailable\" field of the PDB to an integer value.",
        about: .podDisruptionBudget, key, by: name)
    }
    return sizes.values.reduce(0, +)
  }

  private static func scaledObject(
    _ controller: OwnerReference, ofPod pod: ClusterObject, in store: ObjectStore
  ) throws(ScaleProblem) -> ClusterObject {
    guard let (kind, _) = ClusterKind.served(apiVersion: controller.apiVersion ?? "", kind: controller.kind) else {
      throw ScaleProblem(
        description: "no matches for kind \"\(controller.kind)\" in version \"\(controller.apiVersion ?? "")\"")
    }
    guard kind.hasScale else {
      let group = kind.resource.group.isEmpty ? "" : ".\(kind.resource.group)"
      throw ScaleProblem(description: "\(kind.resource.plural)\(group) does not implement the scale subresource")
    }
    let namespace = pod.key.namespace
    guard let object = store[kind, ObjectKey(namespace: namespace, name: controller.name)],
      object.metadata.uid == controller.uid
    else { throw ScaleProblem(description: "found no controllers for pod \"\(pod.key.name)\"") }
    guard kind == .replicaSet, let owner = object.metadata.controller(kind: "Deployment"),
      let deployment = store[.deployment, ObjectKey(namespace: namespace, name: owner.name)],
      deployment.metadata.uid == owner.uid
    else { return object }
    return deployment
  }

  /// A selector as Go prints it in events.
  private static func goText(of selector: LabelSelector?) -> String {
    guard let selector else { return "nil" }
    let labels = (selector.matchLabels ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)," }.joined()
    let expressions = (selector.matchExpressions ?? []).map {
      "LabelSelectorRequirement{Key:\($0.key),Operator:\($0.operator),"
        + "Values:[\(($0.values ?? []).joined(separator: " "))],},"
    }.joined()
    return "&LabelSelector{MatchLabels:map[string]string{\(labels)},"
      + "MatchExpressions:[]LabelSelectorRequirement{\(expressions)},}"
  }
}

/// Why the size of what controls a pod cannot be told.
private struct ScaleProblem: Error, CustomStringConvertible {
  let description: String
}

extension ControllerContext {
  /// Writes the status of a PodDisruptionBudget.
  mutating func writeStatus(
    _ status: DisruptionBudgetStatus, ofBudget object: ClusterObject, by manager: String = controllerManager
  ) {
    var object = object
    object.content = .plain(object.metadata, status: status.json)
    commitStatus(of: object, by: manager)
  }

  /// Has the budget of a pod looked at. Where there are several, it is one of them.
  mutating func wakeDisruptionBudget(of pod: ClusterObject) {
    let budgets = store.disruptionBudgets(of: pod)
    guard let budget = budgets.first else { return }
    if budgets.count > 1 {
      record(
        .warning, "MultiplePodDisruptionBudgets",
        "Pod \"\(pod.key.namespace)\"/\"\(pod.key.name)\" matches multiple PodDisruptionBudgets.  "
          + "Chose \"\(budget.key.name)\" arbitrarily.", about: .pod, pod.key, by: DisruptionController.name)
    }
    requestReconciliation(.disruptionBudget(budget.key))
  }
}
