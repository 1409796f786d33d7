import AutoscalerModel
import KubernetesObjects
import Units

// ResourceQuota: refuses pods beyond a sum (Kubernetes 1.36, plugin/pkg/admission/resourcequota, pkg/quota/v1).
extension ObjectStore {
  /// Why a further object is refused, in the words of the API server; `nil` when it fits.
  func quotaRefusal(of kind: ClusterKind, name: String, namespace: String, _ wanted: QuotaSubject?) -> String? {
    guard count(.resourceQuota) > 0, let wanted else { return nil }
    for quota in all(.resourceQuota, namespace: namespace) {
      let limits = hardLimits(of: quota)
      let used = usage(namespace: namespace, of: limits.map(\.name))
      var requested: [String] = []
      var taken: [String] = []
      var limited: [String] = []
      for (resource, limit) in limits {
        let amount = wanted.amount(of: resource)
        let current = used[resource] ?? .zero
        guard amount.milli > 0, current.milli.addingClamped(amount.milli) > limit.milli else { continue }
        requested.append("\(resource)=\(amount)")
        taken.append("\(resource)=\(current)")
        limited.append("\(resource)=\(limit)")
      }
      if !requested.isEmpty {
        return "\(kind.resource.plural) \"\(name)\" is forbidden: exceeded quota: \(quota.key.name), "
          + "requested: \(requested.joined(separator: ",")), used: \(taken.joined(separator: ",")), "
          + "limited: \(limited.joined(separator: ","))"
      }
    }
    return nil
  }

  fileprivate func hardLimits(of quota: ClusterObject) -> [(name: String, limit: Quantity)] {
    (quota.written["spec"]?["hard"]?.object ?? [:]).sorted { $0.key < $1.key }.compactMap { name, value in
      let text = value.string ?? value.integer.map { String($0) } ?? ""
      return (try? Quantity(text: text)).map { (name, $0) }
    }
  }

  fileprivate func usage(namespace: String, of resources: [String]) -> [String: Quantity] {
    var sums: [String: Int64] = [:]
    let subjects =
      all(.pod, namespace: namespace).compactMap(\.pod)
      .filter { $0.status?.phase != "Succeeded" && $0.status?.phase != "Failed" }.map { QuotaSubject.pod($0.spec) }
      + all(.persistentVolumeClaim, namespace: namespace).map { QuotaSubject.claim($0.written["spec"] ?? [:]) }
    for subject in subjects {
      for resource in resources {
        sums[resource] = (sums[resource] ?? 0).addingClamped(subject.amount(of: resource).milli)
      }
    }
    return sums.mapValues { Quantity(milli: $0) }
  }
}

/// What a quota counts.
enum QuotaSubject {
  case pod(PodSpec)
  /// The spec of a PersistentVolumeClaim as it is written.
  case claim(JSONValue)

  /// How much of a resource it takes.
  func amount(of resource: String) -> Quantity {
    switch self {
    case .pod(let spec): Self.amount(of: resource, in: spec)
    case .claim(let spec):
      switch resource {
      case "persistentvolumeclaims", "count/persistentvolumeclaims": Quantity(milli: 1_000)
      case "requests.storage":
        spec["resources", "requests", "storage"]?.string.flatMap { try? Quantity(text: $0) } ?? .zero
      default: .zero
      }
    }
  }

  private static func amount(of resource: String, in spec: PodSpec) -> Quantity {
    func sum(_ part: (ResourceRequirements) -> [String: ResourceQuantity]?, _ name: String) -> Quantity {
      Quantity(
        milli: (spec.containers ?? []).reduce(0) { total, container in
          total.addingClamped(container.resources.flatMap(part)?[name]?.quantity.milli ?? 0)
        })
    }
    switch resource {
    case "pods", "count/pods": return Quantity(milli: 1_000)
    case "cpu", "memory": return sum(\.requests, resource)
    case "requests.cpu", "requests.memory": return sum(\.requests, String(resource.dropFirst("requests.".count)))
    case "limits.cpu", "limits.memory": return sum(\.limits, String(resource.dropFirst("limits.".count)))
    default: return .zero
    }
  }
}

/// Keeps the status of quotas (Kubernetes 1.36, pkg/controller/resourcequota). Reads what is counted; writes the status.
enum ResourceQuotaController {
  /// Renews the status of the quotas of a namespace.
  static func reconcile(_ namespace: String, in context: inout ControllerContext) {
    for quota in context.store.all(.resourceQuota, namespace: namespace) {
      let limits = context.store.hardLimits(of: quota)
      let used = context.store.usage(namespace: namespace, of: limits.map(\.name))
      let status: JSONValue = [
        "hard": quota.written["spec"]?["hard"] ?? [:],
        "used": .object(
          Dictionary(limits.map { ($0.name, .string((used[$0.name] ?? .zero).description)) }) { $1 }),
      ]
      guard case .plain(let metadata, let current) = quota.content, current != status else { continue }
      var quota = quota
      quota.content = .plain(metadata, status: status)
      context.commitStatus(of: quota)
    }
  }
}
