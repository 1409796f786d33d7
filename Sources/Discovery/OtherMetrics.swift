import AutoscalerModel
import KubernetesObjects

/// The metrics of an autoscaler beside the CPU that levels of load are worked out by: they may ask for more pods.
struct OtherMetrics: Sendable, Equatable {
  /// Memory over its target, as the last sync saw it.
  private(set) var memory: Double?
  /// Metrics of which nothing tells how they follow the load.
  private(set) var unknown: [String] = []

  init(of autoscaler: HorizontalPodAutoscaler, plan: ScalingPlan) {
    var hasCPU = false
    for metric in plan.metrics {
      switch metric.source {
      case .resource(.cpu, _, _) where !hasCPU: hasCPU = true
      case .resource(.memory, _, .utilization(let target)) where target > 0:
        if let now = Self.memoryUtilization(of: autoscaler) {
          memory = max(memory ?? 0, Double(now) / Double(target))
        } else {
          unknown.append(metric.text)
        }
      default: unknown.append(metric.text)
      }
    }
  }

  private static func memoryUtilization(of autoscaler: HorizontalPodAutoscaler) -> Int? {
    for metric in autoscaler.status?.currentMetrics ?? [] {
      if let resource = metric.resource ?? metric.containerResource, resource.name == "memory" {
        return resource.current.averageUtilization
      }
    }
    return nil
  }

  /// What memory asks for at a count, when each pod uses as much as now, or a tenth more.
  func memoryAsk(at count: Int, tolerance: Tolerance) -> Int {
    guard let memory else { return 0 }
    let ratio = memory * 1.1
    return tolerance.contains(ratio) ? count : Int((ratio * Double(count)).rounded(.up))
  }
}
