import AutoscalerModel
import KubernetesObjects
import Units

/// What a quota counts: an object, by its kind and what it says
/// (Kubernetes 1.36, pkg/quota/v1/evaluator/core: pods.go, persistent_volume_claims.go, services.go).
struct QuotaSubject {
  private enum Content {
    /// As it is read, as it is written, and whether it has come to its end.
    case pod(PodSpec, JSONValue, isOver: Bool)
    /// The spec of an object of another kind, as it is written.
    case other(JSONValue)
  }

  private let kind: ClusterKind
  private let content: Content

  static func pod(_ spec: PodSpec, _ written: JSONValue) -> QuotaSubject {
    QuotaSubject(kind: .pod, content: .pod(spec, written, isOver: false))
  }

  static func claim(_ spec: JSONValue) -> QuotaSubject {
    QuotaSubject(kind: .persistentVolumeClaim, content: .other(spec))
  }

  init(_ object: ClusterObject) {
    kind = object.kind
    let written = object.written["spec"] ?? [:]
    content =
      object.pod.map {
        .pod($0.spec, written, isOver: $0.status?.phase == "Succeeded" || $0.status?.phase == "Failed")
      } ?? .other(written)
  }

  private init(kind: ClusterKind, content: Content) {
    self.kind = kind
    self.content = content
  }

  /// `count/deployments.apps`.
  private static func countName(of kind: ClusterKind) -> String {
    let group = kind.resource.group
    return "count/" + kind.resource.plural + (group.isEmpty ? "" : ".\(group)")
  }

  /// Whether objects of a kind take some of a resource.
  static func isCounted(_ resource: String, of kind: ClusterKind) -> Bool {
    if resource == countName(of: kind) { return true }
    switch kind {
    case .pod:
      return resource == "pods" || computed(resource) != nil
    case .persistentVolumeClaim:
      return ["persistentvolumeclaims", "requests.storage"].contains(resource) || resource.contains(storageClass)
    case .service: return resource == "services" || resource.hasPrefix("services.")
    case .secret, .configMap, .replicationController, .resourceQuota: return resource == kind.resource.plural
    default: return false
    }
  }

  private static let storageClass = ".storageclass.storage.k8s.io/"

  /// Which amount of containers a resource of a quota is about: `requests.cpu` is what they request of `cpu`.
  private static func computed(_ resource: String) -> (isLimit: Bool, name: String)? {
    if resource.hasPrefix("limits.") { return (true, String(resource.dropFirst("limits.".count))) }
    if resource.hasPrefix("requests."), resource != "requests.storage" {
      return (false, String(resource.dropFirst("requests.".count)))
    }
    return ["cpu", "memory", "ephemeral-storage"].contains(resource) || resource.hasPrefix("hugepages-")
      ? (false, resource) : nil
  }

  /// How much of a resource it takes.
  func amount(of resource: String) -> Quantity {
    guard Self.isCounted(resource, of: kind) else { return .zero }
    let one = Quantity(milli: 1_000)
    // All of a kind are counted that are stored; the rest is of those that have not come to their end.
    if resource == Self.countName(of: kind) { return one }
    switch content {
    case .pod(let spec, _, let isOver):
      guard !isOver else { return .zero }
      return Self.computed(resource).map { Self.amount(of: $0.name, isLimit: $0.isLimit, in: spec) } ?? one
    case .other(let spec):
      switch kind {
      case .persistentVolumeClaim: return Self.amount(of: resource, inClaim: spec)
      case .service: return Self.amount(of: resource, inService: spec)
      default: return one
      }
    }
  }

  private static func amount(of resource: String, inClaim spec: JSONValue) -> Quantity {
    var name = resource
    if let range = resource.firstRange(of: storageClass) {
      guard String(resource[..<range.lowerBound]) == spec["storageClassName"]?.string else { return .zero }
      name = String(resource[range.upperBound...])
    }
    guard name == "requests.storage" else { return Quantity(milli: 1_000) }
    return spec["resources", "requests", "storage"]?.string.flatMap { try? Quantity(text: $0) } ?? .zero
  }

  private static func amount(of resource: String, inService spec: JSONValue) -> Quantity {
    let type = spec["type"]?.string ?? "ClusterIP"
    let count: Int
    switch resource {
    case "services.loadbalancers": count = type == "LoadBalancer" ? 1 : 0
    case "services.nodeports":
      let hasPorts = type == "NodePort" || (type == "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] != false)
      count = hasPorts ? spec["ports"]?.array?.count ?? 0 : 0
    default: count = 1
    }
    return Quantity(milli: Int64(count) * 1_000)
  }

  /// What the pod as a whole says, or the sum of its containers and sidecars, or what an init container says if that is more.
  private static func amount(of name: String, isLimit: Bool, in spec: PodSpec) -> Quantity {
    func milli(_ resources: ResourceRequirements?) -> Int64? {
      let amounts = isLimit ? resources?.limits : resources?.requests
      return amounts?[name].map { max($0.quantity.milli, 0) }
    }
    if let whole = milli(spec.resources) { return Quantity(milli: whole) }
    let initial = spec.initContainers ?? []
    let running = (spec.containers ?? []) + initial.filter { $0.restartPolicy == "Always" }
    let sum = running.reduce(Int64(0)) { $0.addingClamped(milli($1.resources) ?? 0) }
    return Quantity(milli: max(sum, initial.compactMap { milli($0.resources) }.max() ?? 0))
  }

  /// What a quota limits and a pod does not say, as the API server names it: `limits.memory for: web,sidecar`.
  ///
  /// - Parameter resources: those of the quota, in their order.
  func unsaid(of resources: [String]) -> String? {
    guard case .pod(let spec, _, _) = content else { return nil }
    let missing = resources.compactMap { resource -> String? in
      guard let wanted = Self.computed(resource), ["cpu", "memory"].contains(wanted.name) else { return nil }
      func isSaid(_ resources: ResourceRequirements?) -> Bool {
        (wanted.isLimit ? resources?.limits : resources?.requests)?[wanted.name] != nil
      }
      guard !isSaid(spec.resources) else { return nil }
      let silent = ((spec.containers ?? []) + (spec.initContainers ?? [])).filter { !isSaid($0.resources) }
      return silent.isEmpty ? nil : "\(resource) for: \(Set(silent.map(\.name)).sorted().joined(separator: ","))"
    }
    return missing.isEmpty ? nil : missing.joined(separator: "; ")
  }
}

// Scopes: a quota that has some is about the pods in all of them.
extension QuotaSubject {
  func isIn(scopesOf quota: ClusterObject) -> Bool {
    let spec = quota.written["spec"]
    let plain: [JSONValue] = (spec?["scopes"]?.array ?? []).map { ["scopeName": $0, "operator": "Exists"] }
    let scopes = plain + (spec?["scopeSelector", "matchExpressions"]?.array ?? [])
    guard !scopes.isEmpty else { return true }
    guard case .pod(let spec, let written, _) = content else { return false }
    return scopes.allSatisfy { Self.isIn($0, spec, written) }
  }

  private static func isIn(_ scope: JSONValue, _ spec: PodSpec, _ written: JSONValue) -> Bool {
    switch scope["scopeName"]?.string {
    case "Terminating": return written["activeDeadlineSeconds"]?.integer ?? -1 >= 0
    case "NotTerminating": return written["activeDeadlineSeconds"]?.integer ?? -1 < 0
    case "BestEffort": return isBestEffort(spec)
    case "NotBestEffort": return !isBestEffort(spec)
    case "PriorityClass":
      let name = written["priorityClassName"]?.string ?? ""
      let named = (scope["values"]?.array ?? []).contains(.string(name))
      switch scope["operator"]?.string {
      case "In": return !name.isEmpty && named
      case "NotIn": return name.isEmpty || !named
      case "DoesNotExist": return name.isEmpty
      default: return !name.isEmpty
      }
    case "CrossNamespacePodAffinity":
      return ["podAffinity", "podAntiAffinity"].contains { kind in
        let affinity = written["affinity"]?[kind]
        let preferred = affinity?["preferredDuringSchedulingIgnoredDuringExecution"]?.array ?? []
        let terms =
          (affinity?["requiredDuringSchedulingIgnoredDuringExecution"]?.array ?? [])
          + preferred.compactMap { $0["podAffinityTerm"] }
        return terms.contains { $0["namespaces"]?.array?.isEmpty == false || $0["namespaceSelector"] != nil }
      }
    default: return false
    }
  }

  /// Whether neither the pod nor a container of it says anything of CPU and memory.
  private static func isBestEffort(_ spec: PodSpec) -> Bool {
    let all = [spec.resources] + ((spec.containers ?? []) + (spec.initContainers ?? [])).map(\.resources)
    return all.allSatisfy { resources in
      [resources?.requests, resources?.limits].allSatisfy { amounts in
        ["cpu", "memory"].allSatisfy { (amounts?[$0]?.quantity.milli ?? 0) <= 0 }
      }
    }
  }
}
