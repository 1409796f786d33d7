import AutoscalerModel
import KubernetesObjects
import Units

// ResourceQuota: refuses pods beyond a sum (Kubernetes 1.36, plugin/pkg/admission/resourcequota, pkg/quota/v1).
extension ClusterSimulation {
  func hasQuotas(_ namespace: String) -> Bool {
    store.count(.resourceQuota) > 0 && !store.all(.resourceQuota, namespace: namespace).isEmpty
  }

  /// Why a further pod is refused, in the words of the API server; `nil` when it fits.
  func quotaRefusal(of name: String, namespace: String, template: PodTemplate?) -> String? {
    guard store.count(.resourceQuota) > 0, let spec = template?.spec else { return nil }
    for quota in store.all(.resourceQuota, namespace: namespace) {
      let limits = hardLimits(of: quota)
      let used = usage(namespace: namespace, of: limits.map(\.name))
      var requested: [String] = []
      var taken: [String] = []
      var limited: [String] = []
      for (resource, limit) in limits {
        let amount = Self.amount(of: resource, in: spec)
        let current = used[resource] ?? .zero
        guard amount.milli > 0, current.milli.addingClamped(amount.milli) > limit.milli else { continue }
        requested.append("\(resource)=\(amount)")
        taken.append("\(resource)=\(current)")
        limited.append("\(resource)=\(limit)")
      }
      if !requested.isEmpty {
        return "pods \"\(name)\" is forbidden: exceeded quota: \(quota.key.name), "
          + "requested: \(requested.joined(separator: ",")), used: \(taken.joined(separator: ",")), "
          + "limited: \(limited.joined(separator: ","))"
      }
    }
    return nil
  }

  /// Renews the status of the quotas of a namespace.
  mutating func reconcileQuotas(_ namespace: String) {
    for quota in store.all(.resourceQuota, namespace: namespace) {
      let limits = hardLimits(of: quota)
      let used = usage(namespace: namespace, of: limits.map(\.name))
      let status: JSONValue = [
        "hard": quota.written["spec"]?["hard"] ?? [:],
        "used": .object(
          Dictionary(limits.map { ($0.name, .string((used[$0.name] ?? .zero).description)) }) { $1 }),
      ]
      guard case .plain(let metadata, let current) = quota.content, current != status else { continue }
      var quota = quota
      quota.content = .plain(metadata, status: status)
      quota.recordWriter(Self.controllerManager, subresource: "status", at: date)
      commit(quota)
    }
  }

  private func hardLimits(of quota: ClusterObject) -> [(name: String, limit: Quantity)] {
    (quota.written["spec"]?["hard"]?.object ?? [:]).sorted { $0.key < $1.key }.compactMap { name, value in
      let text = value.string ?? value.integer.map { String($0) } ?? ""
      return (try? Quantity(text: text)).map { (name, $0) }
    }
  }

  private func usage(namespace: String, of resources: [String]) -> [String: Quantity] {
    var sums: [String: Int64] = [:]
    for pod in store.all(.pod, namespace: namespace).compactMap(\.pod) {
      for resource in resources {
        sums[resource] = (sums[resource] ?? 0).addingClamped(Self.amount(of: resource, in: pod.spec).milli)
      }
    }
    return sums.mapValues { Quantity(milli: $0) }
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
