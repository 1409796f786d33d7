import KubernetesObjects
import Units

@testable import AutoscalerModel

/// A way in which a controller may be wrong.
enum ControllerMutation: String, CaseIterable, Sendable {
  case oneTooMany
  case oneTooFew
  /// Follows every recommendation at once.
  case noWindows
  /// Waits twice as long as it should before it shrinks.
  case longWindow
  case noTolerance
  case noPolicies
  /// Leaves failed metrics out, and shrinks by the others.
  case shrinksOnFailedMetrics
  /// Reads metrics 1.4 times too high.
  case readsTooHigh
  /// Acts one sync after it should.
  case tooLate
  /// Acts between two syncs.
  case tooEarly
  case aboveMax
  case belowMin
  case neverGrows
  case neverShrinks

  /// The spec that the controller goes by, in place of the one it should.
  func spec(_ spec: HorizontalPodAutoscaler.Spec, failed: [Int]) -> HorizontalPodAutoscaler.Spec {
    var spec = spec
    func bendRules(
      _ bend: (inout HorizontalPodAutoscaler.ScalingRules, inout HorizontalPodAutoscaler.ScalingRules) -> Void
    ) {
      guard let behavior = spec.behavior else { return }
      var (up, down) = (behavior.scaleUp ?? .init(), behavior.scaleDown ?? .init())
      bend(&up, &down)
      spec.behavior = .init(scaleUp: up, scaleDown: down)
    }
    switch self {
    case .noWindows:
      bendRules { up, down in
        up.stabilizationWindowSeconds = 0
        down.stabilizationWindowSeconds = 0
      }
    case .longWindow:
      bendRules { _, down in down.stabilizationWindowSeconds = 2 * (down.stabilizationWindowSeconds ?? 300) }
    case .noTolerance:
      bendRules { up, down in
        up.tolerance = nil
        down.tolerance = nil
      }
    case .noPolicies:
      bendRules { up, down in
        up.policies = [.init(type: "Percent", value: 100_000, periodSeconds: 15)]
        down.policies = [.init(type: "Percent", value: 100, periodSeconds: 15)]
        up.selectPolicy = "Max"
        down.selectPolicy = "Max"
      }
    case .shrinksOnFailedMetrics:
      let all = spec.metricsOrDefault
      if failed.count < all.count {
        spec.metrics = all.indices.filter { !failed.contains($0) }.map { all[$0] }
      }
    case .aboveMax: spec.maxReplicas += 3
    case .belowMin: spec.minReplicas = max((spec.minReplicas ?? 1) - 1, 1)
    default: break
    }
    return spec
  }

  /// The flags that the controller goes by.
  var settings: ControllerSettings {
    var settings = ControllerSettings.defaults
    switch self {
    case .noWindows: settings.downscaleStabilization = .zero
    case .longWindow: settings.downscaleStabilization = .seconds(600)
    case .noTolerance: settings.tolerance = 0
    case .noPolicies: settings.scaleUpLimitFactor = 1000
    default: break
    }
    return settings
  }

  func read(_ reading: MetricReading) -> MetricReading {
    guard self == .readsTooHigh else { return reading }
    func high(_ milli: Int64) -> Int64 { milli * 14 / 10 }
    switch reading {
    case .external(let milli): return .external(milli: milli.map(high))
    case .resource(let usages):
      return .resource(
        usages.map { usage in
          var usage = usage
          for index in usage.containers.indices {
            usage.containers[index].usage.cpu = usage.containers[index].usage.cpu.map(high)
          }
          return usage
        })
    default: return reading
    }
  }

  /// What becomes of a decision.
  func bend(_ decision: inout Decision, before: Decision?) {
    let current = decision.currentReplicas
    let wanted = decision.desiredReplicas
    switch self {
    case .oneTooMany where decision.rescale != nil: decision.desiredReplicas += 1
    case .oneTooFew where decision.rescale != nil: decision.desiredReplicas -= 1
    case .tooLate where decision.rescale != nil && (before?.rescaleBeforeBending ?? false) == false:
      decision.desiredReplicas = current
      decision.path = .computed
    case .neverGrows where wanted > current, .neverShrinks where wanted < current:
      decision.desiredReplicas = current
      decision.path = .computed
    default: break
    }
  }
}

extension Decision {
  fileprivate var rescaleBeforeBending: Bool { (stabilizedRecommendation ?? desiredReplicas) != currentReplicas }
}
