import AutoscalerModel
import KubernetesObjects
import Units

/// The CPU that an autoscaler wants a pod to use, and the CPU that a pod can use.
package struct CPUTarget: Sendable, Equatable {
  /// The container that is measured; `nil` for the whole pod.
  package let container: String?
  /// What a pod is to use, in thousandths of a core: the target times the request.
  let perPod: Double
  /// Per cent of the request; `nil` for an amount.
  let utilization: Int?
  /// What a pod requests, in thousandths.
  let request: Double?
  /// What a pod can use at most; `nil` without a limit.
  let limit: Double?
  let tolerance: Tolerance

  /// How many pods' worth more than a count is needed before the autoscaler surely adds to it, as a share: its tolerance,
  /// the whole per cents that it counts in, and a hundredth for what nobody knows.
  var certainlyAbove: Double { tolerance.scaleUp + 1 / Double(utilization ?? 100) + 0.01 }

  /// `70 % of 250m = 175m`
  var words: String {
    guard let utilization, let request else { return Figure.milli(perPod) }
    return "\(utilization) % of \(Figure.milli(request)) = \(Figure.milli(perPod))"
  }

  /// What a pod may use without getting slow: its limit, or where it has none twice its request.
  var capacity: Double { limit ?? 2 * max(request ?? perPod, perPod) }

  /// The first CPU metric of an autoscaler, for pods of a template.
  ///
  /// - Throws: ``DiscoveryProblem`` that says why no level of load can be worked out.
  init(of target: DiscoveredTarget, plan: ScalingPlan) throws(DiscoveryProblem) {
    let spec = target.pods.first { $0.isReady }?.spec ?? target.workload.template.spec
    for metric in plan.metrics {
      guard case .resource(.cpu, let container, let wanted) = metric.source else { continue }
      let containers = (spec.containers ?? []) + (spec.initContainers ?? []).filter { $0.restartPolicy == "Always" }
      let counted = containers.filter { container == nil || $0.name == container }
      let request =
        Self.sum(counted.map { $0.resources?.requests?["cpu"] ?? $0.resources?.limits?["cpu"] })
        ?? (container == nil ? spec.resources?.requests?["cpu"].map { Double($0.quantity.milli) } : nil)
      self.container = container
      self.request = request
      limit =
        Self.capacity(of: counted, request: request)
        ?? spec.resources?.limits?["cpu"].map { Double($0.quantity.milli) }
      tolerance = plan.tolerance
      switch wanted {
      case .average(let milli):
        (utilization, perPod) = (nil, Double(milli))
      case .utilization(let percent):
        guard let request, request > 0 else {
          throw DiscoveryProblem(
            "the autoscaler is to hold CPU at \(percent) % of a request that not every container has: it computes nothing"
          )
        }
        (utilization, perPod) = (percent, request * Double(percent) / 100)
      }
      guard perPod > 0 else { throw DiscoveryProblem("the autoscaler's target of CPU is nothing") }
      return
    }
    let names = plan.metrics.map(\.text).joined(separator: ", ")
    throw DiscoveryProblem(
      "the autoscaler goes by \(names), and what a request adds to that cannot be told; by CPU it could")
  }

  /// What the containers can use together before one of them is at its limit, when each takes the part that it requests; `nil`
  /// where none has a limit.
  private static func capacity(of containers: [Container], request: Double?) -> Double? {
    guard let request else { return sum(containers.map { $0.resources?.limits?["cpu"] }) }
    var least: Double?
    for container in containers {
      guard let limit = container.resources?.limits?["cpu"]?.quantity.milli else { continue }
      let own = container.resources?.requests?["cpu"]?.quantity.milli ?? limit
      guard own > 0 else { continue }
      least = min(least ?? .infinity, Double(limit) / Double(own) * request)
    }
    return least
  }

  private static func sum(_ amounts: [ResourceQuantity?]) -> Double? {
    var sum = 0.0
    for amount in amounts {
      guard let amount else { return nil }
      sum += Double(amount.quantity.milli)
    }
    return amounts.isEmpty ? nil : sum
  }
}
