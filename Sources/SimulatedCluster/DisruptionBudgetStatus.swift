import KubernetesObjects

/// What a PodDisruptionBudget asks for.
struct DisruptionBudgetSpec: Sendable, Decodable {
  var selector: LabelSelector?
  var minAvailable: IntOrPercent?
  var maxUnavailable: IntOrPercent?
  /// `IfHealthyBudget` when not given.
  var unhealthyPodEvictionPolicy: String?
}

/// The status of a PodDisruptionBudget (`policy/v1`).
struct DisruptionBudgetStatus: Sendable, Equatable {
  var currentHealthy = 0
  var desiredHealthy = 0
  var expectedPods = 0
  var disruptionsAllowed = 0
  /// Pods whose eviction was allowed and whose deletion the controller has not seen yet, with the time of it.
  var disruptedPods: [String: KubernetesTime] = [:]
  /// The generation of the budget that the controller has seen; 0 before the first one.
  var observedGeneration: Int64 = 0
  var allowance: Allowance?

  /// The condition `DisruptionAllowed`.
  struct Allowance: Sendable, Equatable {
    var isGiven: Bool
    /// `SufficientPods`, `InsufficientPods` or `SyncFailed`.
    var reason: String
    var message = ""
    var observedGeneration: Int64
    var since: KubernetesTime
  }

  init() {}

  init(_ json: JSONValue?) {
    currentHealthy = json?["currentHealthy"]?.int ?? 0
    desiredHealthy = json?["desiredHealthy"]?.int ?? 0
    expectedPods = json?["expectedPods"]?.int ?? 0
    disruptionsAllowed = json?["disruptionsAllowed"]?.int ?? 0
    disruptedPods = (json?["disruptedPods"]?.object ?? [:]).compactMapValues {
      $0.string.flatMap { KubernetesTime(text: $0) }
    }
    observedGeneration = json?["observedGeneration"]?.integer ?? 0
    let condition = json?["conditions"]?.array?.first { $0["type"] == "DisruptionAllowed" }
    allowance = condition.map {
      Allowance(
        isGiven: $0["status"] == "True", reason: $0["reason"]?.string ?? "", message: $0["message"]?.string ?? "",
        observedGeneration: $0["observedGeneration"]?.integer ?? 0,
        since: $0["lastTransitionTime"]?.string.flatMap { KubernetesTime(text: $0) } ?? KubernetesTime(seconds: 0))
    }
  }

  var json: JSONValue {
    var result = JSONMembers()
    result.put("currentHealthy", number: currentHealthy)
    result.put("desiredHealthy", number: desiredHealthy)
    result.put("expectedPods", number: expectedPods)
    result.put("disruptionsAllowed", number: disruptionsAllowed)
    if !disruptedPods.isEmpty { result.put("disruptedPods", texts: disruptedPods.mapValues(\.description)) }
    if observedGeneration != 0 { result.put("observedGeneration", number: observedGeneration) }
    if let allowance {
      var condition = JSONMembers()
      condition.put("type", text: "DisruptionAllowed")
      condition.put("status", text: allowance.isGiven ? "True" : "False")
      condition.put("reason", text: allowance.reason)
      condition.put("message", text: allowance.message)
      if allowance.observedGeneration != 0 {
        condition.put("observedGeneration", number: allowance.observedGeneration)
      }
      condition.put("lastTransitionTime", time: allowance.since)
      result.put("conditions", [condition.json])
    }
    return result.json
  }

  /// Sets the condition by whether a pod may go
  /// (Kubernetes 1.36, component-helpers/apps/poddisruptionbudget/helpers.go, `UpdateDisruptionAllowedCondition`).
  mutating func renewAllowance(at time: KubernetesTime) {
    let isGiven = disruptionsAllowed > 0
    setAllowance(isGiven, reason: isGiven ? "SufficientPods" : "InsufficientPods", message: "", at: time)
  }

  /// Nobody may go, since it could not be told who is there.
  mutating func fail(_ message: String, at time: KubernetesTime) {
    disruptionsAllowed = 0
    setAllowance(false, reason: "SyncFailed", message: message, at: time)
  }

  private mutating func setAllowance(_ isGiven: Bool, reason: String, message: String, at time: KubernetesTime) {
    let since = allowance.flatMap { $0.isGiven == isGiven ? $0.since : nil } ?? time
    allowance = Allowance(
      isGiven: isGiven, reason: reason, message: message, observedGeneration: observedGeneration, since: since)
  }
}

extension ClusterObject {
  var disruptionBudgetSpec: DisruptionBudgetSpec {
    (try? (written["spec"] ?? [:]).decoded()) ?? DisruptionBudgetSpec()
  }

  var disruptionBudgetStatus: DisruptionBudgetStatus {
    if case .plain(_, let status) = content { DisruptionBudgetStatus(status) } else { DisruptionBudgetStatus() }
  }
}

extension ObjectStore {
  /// The budgets whose selector a pod fits, by name; a selector without requirements fits all pods, and none fits none.
  func disruptionBudgets(of pod: ClusterObject) -> [ClusterObject] {
    guard count(.podDisruptionBudget) > 0 else { return [] }
    return all(.podDisruptionBudget, namespace: pod.key.namespace).filter {
      $0.disruptionBudgetSpec.selector?.matches(pod.metadata.labels) ?? false
    }
  }
}
