import KubernetesObjects

/// A request that a pod leave its machine, if its budget allows that
/// (Kubernetes 1.36, pkg/registry/core/pod/storage/eviction.go).
struct PodEviction: Sendable, Equatable {
  /// Seconds; `nil` for the pod's own.
  var gracePeriod: Int?
  var preconditions = DeletePreconditions()

  /// How many evictions may be under way that the controller has not seen yet.
  private static let mostDisruptedPods = 2_000

  init() {}

  /// - Parameter options: the `deleteOptions` of an Eviction.
  init(options: JSONValue?) {
    gracePeriod = options?["gracePeriodSeconds"]?.int
    preconditions = DeletePreconditions(options: options)
  }

  /// Evicts a pod: counts it against its budget, marks it and has it end.
  ///
  /// - Returns: the answer; also for a pod with several budgets it is a Status, of a failure.
  /// - Throws: 404 without the pod, 409 when it is another one than was meant, 429 when its budget does not allow it.
  func evict(
    _ key: ObjectKey, in context: inout ControllerContext, pods: inout DataPlane
  ) throws(APIFailure) -> JSONValue {
    guard let object = context.store[.pod, key], let pod = object.pod else { throw .notFound(.pod, key.name) }
    let isOver = ["Succeeded", "Failed", "Pending"].contains(pod.status?.phase) || pod.isTerminating
    if !isOver {
      let budgets = context.store.disruptionBudgets(of: object)
      guard budgets.count <= 1 else {
        // Answered as if it had been done, with the failure in the body.
        return [
          "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "code": 500,
          "message":
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
        ]
      }
      if let budget = budgets.first, !Self.goesWithoutAsking(pod, budget) {
        try Self.take(from: budget, for: key.name, in: &context)
      }
    }
    try preconditions.check(object)
    context.markDisrupted(key, reason: "EvictionByEvictionAPI", message: "Eviction API: evicting", by: nil)
    pods.deletePod(key, gracePeriod: gracePeriod, in: &context)
    return ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201]
  }

  /// Whether a pod that is not ready anyway does not count against its budget.
  private static func goesWithoutAsking(_ pod: Pod, _ budget: ClusterObject) -> Bool {
    guard !pod.isReady else { return false }
    if budget.disruptionBudgetSpec.unhealthyPodEvictionPolicy == "AlwaysAllow" { return true }
    let status = budget.disruptionBudgetStatus
    return status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0
  }

  /// Takes one disruption from a budget.
  private static func take(
    from budget: ClusterObject, for pod: String, in context: inout ControllerContext
  ) throws(APIFailure) {
    var status = budget.disruptionBudgetStatus
    let name = budget.key.name
    guard status.observedGeneration >= budget.metadata.generation ?? 0 else {
      throw .disruptionRefused("The disruption budget \(name) is still being processed by the server.", retryAfter: 10)
    }
    guard status.disruptionsAllowed >= 0 else {
      throw .budgetForbidden(name, "pdb disruptions allowed is negative")
    }
    guard status.disruptedPods.count <= mostDisruptedPods else {
      throw .budgetForbidden(
        name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller")
    }
    guard status.disruptionsAllowed > 0 else { throw .disruptionRefused(refusal(of: name, status), retryAfter: nil) }
    status.disruptionsAllowed -= 1
    if status.disruptionsAllowed == 0 { status.renewAllowance(at: context.date) }
    status.disruptedPods[pod] = context.date
    context.writeStatus(status, ofBudget: budget, by: "kube-apiserver")
  }

  private static func refusal(of name: String, _ status: DisruptionBudgetStatus) -> String {
    let refused = status.allowance.flatMap { $0.isGiven || $0.message.isEmpty ? nil : $0 }
    if let refused, refused.reason == "SyncFailed" {
      return "The disruption budget \(name) does not allow evicting pods currently because it failed sync: "
        + refused.message
    }
    if status.currentHealthy <= status.desiredHealthy {
      return "The disruption budget \(name) needs \(status.desiredHealthy) healthy pods and has "
        + "\(status.currentHealthy) currently"
    }
    let reason = refused.map { " (\($0.reason)): \($0.message)" } ?? ""
    return "The disruption budget \(name) does not allow evicting pods currently\(reason)"
  }
}

extension APIFailure {
  /// A budget that lets no pod go now.
  ///
  /// - Parameter retryAfter: seconds after which it is worth asking again.
  fileprivate static func disruptionRefused(_ cause: String, retryAfter: Int?) -> APIFailure {
    var details = JSONMembers(["causes": [["reason": "DisruptionBudget", "message": .string(cause)]]])
    details.put("retryAfterSeconds", number: retryAfter)
    return APIFailure(
      code: 429, reason: "TooManyRequests",
      message: "Cannot evict pod as it would violate the pod's disruption budget.", details: details.json)
  }

  fileprivate static func budgetForbidden(_ name: String, _ text: String) -> APIFailure {
    APIFailure(
      code: 403, reason: "Forbidden",
      message: "poddisruptionbudget.policy \"\(name)\" is forbidden: \(text)",
      details: ["name": .string(name), "group": "policy", "kind": "poddisruptionbudget"])
  }
}

extension ControllerContext {
  /// Says in the conditions of a pod why it is about to go.
  ///
  /// - Parameter manager: who writes that; `nil` when nobody is named in `managedFields`, as for what the API server does.
  mutating func markDisrupted(_ key: ObjectKey, reason: String, message: String, by manager: String?) {
    guard var object = store[.pod, key], var pod = object.pod else { return }
    var conditions = pod.status?.conditions ?? []
    let before = conditions.firstIndex { $0.type == "DisruptionTarget" }
    let since = before.flatMap { conditions[$0].isTrue ? conditions[$0].lastTransitionTime : nil } ?? date
    let condition = Condition(
      type: "DisruptionTarget", status: "True", reason: reason, message: message, lastTransitionTime: since)
    if let before { conditions[before] = condition } else { conditions.append(condition) }
    pod.status?.conditions = conditions
    object.content = .pod(pod)
    if let manager { commitStatus(of: object, by: manager) } else { commit(object) }
  }
}

extension ClusterSimulation {
  /// Answers `POST …/pods/NAME/eviction`.
  mutating func evictionAnswer(_ key: ObjectKey, _ request: APIRequest) throws(APIFailure) -> APIAnswer {
    guard request.method == "POST" else { throw .methodNotAllowed(request.method) }
    guard let body = request.body, body["kind"] == "Eviction",
      ["policy/v1", "policy/v1beta1"].contains(body["apiVersion"]?.string)
    else { throw .badRequest("the body is no Eviction of policy/v1") }
    guard body["metadata", "name"]?.string == key.name else {
      throw .badRequest("name in URL does not match name in Eviction object")
    }
    let options = body["deleteOptions"]
    let inBody = (options?["dryRun"]?.array ?? []).compactMap(\.string)
    let inQuery = request.query["dryRun"].map { [$0] } ?? []
    guard inBody.isEmpty || inQuery.isEmpty || inBody == inQuery else {
      throw APIFailure(
        code: 500, reason: "InternalError",
        message: "Non-matching dry-run options in request and content: \(inQuery) and \(inBody)")
    }
    let eviction = PodEviction(options: options)
    guard inBody.isEmpty, inQuery.isEmpty else {
      var copy = self
      return .object(status: 201, try eviction.evict(key, in: &copy.context, pods: &copy.dataPlane))
    }
    return .object(status: 201, try eviction.evict(key, in: &context, pods: &dataPlane))
  }
}
