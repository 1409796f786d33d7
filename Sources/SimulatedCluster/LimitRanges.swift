import AutoscalerModel
import KubernetesObjects
import Units

// LimitRange: fills in what containers leave out, and refuses what is beyond its bounds
// (Kubernetes 1.36, plugin/pkg/admission/limitranger).
extension ControllerContext {
  /// Admits a pod that a controller wants: fills in what its class and LimitRanges say, then looks whether it is
  /// within their bounds and the quotas.
  ///
  /// - Returns: why the pod is refused, in the words of the API server; `nil` when it is not.
  func admit(_ pod: inout NewPod) -> String? {
    let namespace = pod.owner.key.namespace
    var annotations = pod.template.metadata?.annotations
    if let refusal = admitReferences(of: &pod.spec, name: pod.name, namespace: namespace) { return refusal }
    let refusal = store.admitByLimitRanges(
      &pod.spec, &pod.template.spec, &annotations, name: pod.name, namespace: namespace)
    if annotations != pod.template.metadata?.annotations {
      pod.template.metadata = pod.template.metadata ?? ObjectMetadata()
      pod.template.metadata?.annotations = annotations
    }
    return refusal
      ?? store.quotaRefusal(of: .pod, name: pod.name, namespace: namespace, .pod(pod.template.spec, pod.spec))
  }
}

extension ObjectStore {
  /// Fills in requests and limits of the containers of a new pod, and says so in its annotations.
  ///
  /// - Parameters:
  ///   - written: the spec as it is written.
  ///   - spec: the same as it is read.
  /// - Returns: why the pod is refused; `nil` when it is within all bounds.
  func admitByLimitRanges(
    _ written: inout JSONValue, _ spec: inout PodSpec, _ annotations: inout [String: String]?, name: String,
    namespace: String
  ) -> String? {
    guard count(.limitRange) > 0 else { return nil }
    let ranges = limitRanges(namespace)
    for range in ranges {
      let changes = range.fillDefaults(in: &written)
      guard !changes.isEmpty else { continue }
      annotations = (annotations ?? [:]).merging([
        LimitRangeItem.annotation: "LimitRanger plugin set: " + changes.joined(separator: "; ")
      ]) { $1 }
      // What could be read before can be read with amounts filled in.
      if let filled: PodSpec = try? written.decoded() {
        spec.containers = filled.containers
        spec.initContainers = filled.initContainers
      }
    }
    let admitted = spec
    return ranges.lazy.compactMap { $0.problem(with: admitted) }.first.map { "pods \"\(name)\" is forbidden: \($0)" }
  }

  /// Why a claim is refused; `nil` when it is within all bounds.
  func limitRefusal(ofClaim name: String, _ spec: JSONValue, namespace: String) -> String? {
    guard count(.limitRange) > 0 else { return nil }
    let requests: [String: ResourceQuantity] = (try? (spec["resources", "requests"] ?? [:]).decoded()) ?? [:]
    return limitRanges(namespace).lazy.compactMap { $0.problem(withClaimOf: requests) }.first
      .map { "persistentvolumeclaims \"\(name)\" is forbidden: \($0)" }
  }

  private func limitRanges(_ namespace: String) -> [[LimitRangeItem]] {
    all(.limitRange, namespace: namespace).map { (try? ($0.written["spec"]?["limits"] ?? []).decoded()) ?? [] }
  }
}

/// One entry of `spec.limits` of a LimitRange.
struct LimitRangeItem: Sendable, Decodable {
  static let annotation = "kubernetes.io/limit-ranger"

  /// `Container`, `Pod` or `PersistentVolumeClaim`.
  var type: String
  var min: [String: ResourceQuantity]?
  var max: [String: ResourceQuantity]?
  var `default`: [String: ResourceQuantity]?
  var defaultRequest: [String: ResourceQuantity]?
  var maxLimitRequestRatio: [String: ResourceQuantity]?

  /// What the API server fills in when the LimitRange is written
  /// (Kubernetes 1.36, pkg/apis/core/v1/defaults.go, `SetDefaults_LimitRangeItem`).
  static func fillDefaults(in item: inout JSONValue) {
    guard item["type"] == "Container" else { return }
    for (from, to) in [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")] {
      for (resource, amount) in item[from]?.object ?? [:] { item.setDefault(amount, at: to, resource) }
    }
  }

  /// What is wrong with requests and limits by this entry, by resource.
  fileprivate func problems(requests: [String: ResourceQuantity], limits: [String: ResourceQuantity]) -> [String] {
    let kind = type
    func sorted(_ amounts: [String: ResourceQuantity]?) -> [(String, ResourceQuantity)] {
      (amounts ?? [:]).sorted { $0.key < $1.key }
    }
    let least = sorted(min).compactMap { resource, bound -> String? in
      let rule = "minimum \(resource) usage per \(kind) is \(bound.text)"
      guard let request = requests[resource] else { return "\(rule).  No request is specified" }
      if request.quantity < bound.quantity { return "\(rule), but request is \(request.text)" }
      guard let limit = limits[resource], limit.quantity < bound.quantity else { return nil }
      return "\(rule), but limit is \(limit.text)"
    }
    let most = sorted(max).compactMap { resource, bound -> String? in
      let rule = "maximum \(resource) usage per \(kind) is \(bound.text)"
      guard kind != "PersistentVolumeClaim" else {
        guard let request = requests[resource] else { return "\(rule).  No request is specified" }
        return request.quantity > bound.quantity ? "\(rule), but request is \(request.text)" : nil
      }
      guard let limit = limits[resource] else { return "\(rule).  No limit is specified" }
      if limit.quantity > bound.quantity { return "\(rule), but limit is \(limit.text)" }
      guard let request = requests[resource], request.quantity > bound.quantity else { return nil }
      return "\(rule), but request is \(request.text)"
    }
    let ratios = sorted(maxLimitRequestRatio).compactMap { resource, bound -> String? in
      let rule = "\(resource) max limit to request ratio per \(kind) is \(bound.text)"
      guard let request = requests[resource], request.quantity.milli != 0 else {
        return "\(rule), but no request is specified or request is 0"
      }
      guard let limit = limits[resource], limit.quantity.milli != 0 else {
        return "\(rule), but no limit is specified or limit is 0"
      }
      let ratio = Double(limit.quantity.milli) / Double(request.quantity.milli)
      guard ratio * 1_000 > Double(bound.quantity.milli) else { return nil }
      return "\(rule), but provided ratio is \(Self.sixPlaces(ratio))"
    }
    return least + most + ratios
  }

  /// A number as Go's `%f` prints it.
  private static func sixPlaces(_ number: Double) -> String {
    let millionths = Int64(Swift.min((number.magnitude * 1e6).rounded(), 9e18))
    let rest = String(millionths % 1_000_000)
    return "\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - rest.count) + rest
  }
}

extension [LimitRangeItem] {
  /// Fills in requests and limits that containers do not have.
  ///
  /// - Returns: what was set, for the annotation of the pod.
  fileprivate func fillDefaults(in spec: inout JSONValue) -> [String] {
    var requests: [String: ResourceQuantity] = [:]
    var limits: [String: ResourceQuantity] = [:]
    for item in self where item.type == "Container" {
      requests.merge(item.defaultRequest ?? [:]) { $1 }
      limits.merge(item.default ?? [:]) { $1 }
    }
    var changes: [String] = []
    for (list, title) in [("containers", "container"), ("initContainers", "init container")] {
      spec.mapElements(of: list) { container in
        for (part, amounts, word) in [("requests", requests, "request"), ("limits", limits, "limit")] {
          let missing = amounts.keys.filter { container["resources", part]?[$0] == nil }.sorted()
          guard !missing.isEmpty else { continue }
          for name in missing {
            container.setMember(.string(amounts[name]?.text ?? "0"), at: ["resources", part, name])
          }
          changes.append(
            "\(missing.joined(separator: ", ")) \(word) for \(title) \(container["name"]?.string ?? "")")
        }
      }
    }
    return changes
  }

  fileprivate func problem(with spec: PodSpec) -> String? {
    let containers = (spec.containers ?? []) + (spec.initContainers ?? [])
    var problems: [String] = []
    for item in self {
      switch item.type {
      case "Container":
        for container in containers {
          problems += item.problems(
            requests: container.resources?.requests ?? [:], limits: container.resources?.limits ?? [:])
        }
      case "Pod": problems += item.problems(requests: spec.total(\.requests), limits: spec.total(\.limits))
      default: break
      }
    }
    return Self.aggregate(problems)
  }

  fileprivate func problem(withClaimOf requests: [String: ResourceQuantity]) -> String? {
    Self.aggregate(
      filter { $0.type == "PersistentVolumeClaim" }.flatMap { $0.problems(requests: requests, limits: [:]) })
  }

  /// Several errors as Go joins them; each once.
  private static func aggregate(_ problems: [String]) -> String? {
    var distinct: [String] = []
    for problem in problems where !distinct.contains(problem) { distinct.append(problem) }
    return distinct.count > 1 ? "[\(distinct.joined(separator: ", "))]" : distinct.first
  }
}

extension PodSpec {
  /// The sum over the containers, or what an init container has, if that is more.
  fileprivate func total(
    _ part: (ResourceRequirements) -> [String: ResourceQuantity]?
  ) -> [String: ResourceQuantity] {
    var total: [String: ResourceQuantity] = [:]
    for container in containers ?? [] {
      total.merge(container.resources.flatMap(part) ?? [:]) { sum, amount in
        ResourceQuantity(
          Quantity(milli: sum.quantity.milli.addingClamped(amount.quantity.milli)), format: sum.format)
      }
    }
    for container in initContainers ?? [] {
      total.merge(container.resources.flatMap(part) ?? [:]) { $0.quantity < $1.quantity ? $1 : $0 }
    }
    return total
  }
}
