import AutoscalerModel
import KubernetesObjects
import Units

// ResourceQuota: refuses what does not say what it takes, and what is beyond a sum
// (Kubernetes 1.36, plugin/pkg/admission/resourcequota, pkg/quota/v1).
extension ObjectStore {
  /// Why a further object is refused, in the words of the API server; `nil` when it fits.
  func quotaRefusal(of kind: ClusterKind, name: String, namespace: String, _ wanted: QuotaSubject) -> String? {
    guard count(.resourceQuota) > 0 else { return nil }
    for quota in all(.resourceQuota, namespace: namespace) where wanted.isIn(scopesOf: quota) {
      let limits = hardLimits(of: quota)
      if let missing = wanted.unsaid(of: limits.map(\.name)) {
        return
          "\(kind.resource.plural) \"\(name)\" is forbidden: failed quota: \(quota.key.name): must specify \(missing)"
      }
      let used = usage(of: quota, namespace: namespace, limits.map(\.name))
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

  fileprivate func usage(of quota: ClusterObject, namespace: String, _ resources: [String]) -> [String: Quantity] {
    var sums: [String: Int64] = [:]
    let kinds = ClusterKind.allCases.filter { kind in
      kind.isNamespaced && resources.contains { QuotaSubject.isCounted($0, of: kind) }
    }
    for kind in kinds {
      for object in all(kind, namespace: namespace) {
        let subject = QuotaSubject(object)
        guard subject.isIn(scopesOf: quota) else { continue }
        for resource in resources {
          sums[resource] = (sums[resource] ?? 0).addingClamped(subject.amount(of: resource).milli)
        }
      }
    }
    return sums.mapValues { Quantity(milli: $0) }
  }
}

/// Keeps the status of quotas (Kubernetes 1.36, pkg/controller/resourcequota). Reads what is counted; writes the status.
enum ResourceQuotaController {
  /// Renews the status of the quotas of a namespace.
  static func reconcile(_ namespace: String, in context: inout ControllerContext) {
    for quota in context.store.all(.resourceQuota, namespace: namespace) {
      let limits = context.store.hardLimits(of: quota)
      let used = context.store.usage(of: quota, namespace: namespace, limits.map(\.name))
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
