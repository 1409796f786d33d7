import AutoscalerModel
package import KubernetesObjects
import Units

/// What was found: the way from an Ingress to a workload, and what scales it.
package struct DiscoveredTarget: Sendable, Equatable {
  package let namespace: String
  package let workload: Workload
  /// How long a pod has to be ready before it counts as available.
  package let minReadySeconds: Int
  /// Whether a pod starts only when the one before it is ready.
  package let startsInOrder: Bool
  package let autoscaler: HorizontalPodAutoscaler?
  /// The way in; `nil` where no Ingress leads to the workload.
  package let lead: IngressLead?
  /// The Service on the way; `nil` where none selects its pods.
  package let service: String?
  /// Its pods that are not ending.
  package let pods: [Pod]

  package var reference: WorkloadReference { workload.reference }

  /// The URL of the way in; `nil` where there is none, or where it is for every host.
  package var url: String? {
    guard let lead, let host = lead.host, !host.isEmpty, !host.hasPrefix("*") else { return nil }
    return lead.url(host: host)
  }

  /// `Ingress web (api.example.com/) → Service web:80 → Deployment web, 3 pods → HPA web, 3..10`
  package var way: String {
    var parts: [String] = []
    if let lead { parts.append(lead.title) }
    if let service { parts.append("Service \(service)\(lead.map { ":\($0.port)" } ?? "")") }
    parts.append("\(reference.title), \(Figure.count(workload.wanted, "pod"))")
    if let autoscaler {
      let plan = ScalingPlan(autoscaler.spec)
      parts.append("HPA \(autoscaler.metadata.name ?? ""), \(plan.minReplicas)..\(plan.maxReplicas)")
    } else {
      parts.append("no HPA")
    }
    return parts.joined(separator: " → ")
  }

  /// Seconds from the creation of its quickest pod until that was ready; `nil` where no pod tells. Others may have been
  /// unready between.
  package var startSeconds: Double? {
    var shortest: Double?
    for pod in pods where pod.isReady {
      guard let created = pod.metadata.creationTimestamp, let ready = pod.condition("Ready")?.lastTransitionTime,
        ready >= created
      else { continue }
      shortest = min(shortest ?? .infinity, ready.seconds - created.seconds)
    }
    return shortest
  }
}

extension DiscoveredTarget {
  /// How much CPU a probe may have the pods use: half of what would make the autoscaler act, or of what they request.
  package struct ProbeRoom: Sendable, Equatable {
    /// The container that is measured; `nil` for the whole pod.
    package let container: String?
    /// Thousandths of a core, of all pods together; `nil` where nothing says how much they may use.
    package let milli: Double?
  }

  package var probeRoom: ProbeRoom {
    let count = Double(max(pods.count { $0.isReady }, 1))
    if let autoscaler, let cpu = try? CPUTarget(of: self, plan: ScalingPlan(autoscaler.spec)) {
      return ProbeRoom(container: cpu.container, milli: min(cpu.perPod, cpu.capacity) * count / 2)
    }
    let requests = (workload.template.spec.containers ?? []).map { $0.resources?.requests?["cpu"]?.quantity.milli ?? 0 }
    let sum = Double(requests.reduce(0, +))
    return ProbeRoom(container: nil, milli: sum > 0 ? sum * count / 2 : nil)
  }
}
