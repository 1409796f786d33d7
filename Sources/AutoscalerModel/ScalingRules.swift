package import KubernetesObjects
import Units

/// The scaling rules of one direction, completed with the API's defaults
/// (Kubernetes 1.36, pkg/apis/autoscaling/v2/defaults.go).
package struct ScalingRules: Sendable, Equatable {
  package var stabilizationWindowSeconds: Int
  package var selectPolicy: SelectPolicy
  package var policies: [Policy]
  /// As a fraction; `nil` where the controller's flag decides.
  package var tolerance: Double?

  package enum SelectPolicy: String, Sendable, Equatable { case max = "Max", min = "Min", disabled = "Disabled" }

  package struct Policy: Sendable, Equatable {
    package var type: PolicyType
    package var value: Int
    package var periodSeconds: Int

    package enum PolicyType: String, Sendable, Equatable { case pods = "Pods", percent = "Percent" }

    package init(type: PolicyType, value: Int, periodSeconds: Int) {
      self.type = type
      self.value = value
      self.periodSeconds = periodSeconds
    }
  }

  /// The longest period of the policies, in seconds.
  package var longestPeriod: Int { policies.map(\.periodSeconds).max() ?? 0 }

  /// Rules whose every field is set, as ``HorizontalPodAutoscaler/Behavior/withDefaults()`` leaves them.
  ///
  /// - Parameter window: seconds, where the rules give no window.
  package init(completed rules: HorizontalPodAutoscaler.ScalingRules, window: Int) {
    stabilizationWindowSeconds = rules.stabilizationWindowSeconds ?? window
    // Like the controller, anything but Disabled and Min is Max, and a policy of unknown type limits nothing.
    selectPolicy = rules.selectPolicy.flatMap(SelectPolicy.init) ?? .max
    policies = (rules.policies ?? []).compactMap { policy in
      Policy.PolicyType(rawValue: policy.type).map {
        Policy(type: $0, value: policy.value, periodSeconds: policy.periodSeconds)
      }
    }
    tolerance = rules.tolerance.map { Self.fraction(milli: $0.quantity.milli) }
  }

  /// A quantity as a fraction, computed as Kubernetes does from its canonical form: an integer times a power of ten
  /// (Kubernetes 1.36, apimachinery/pkg/api/resource/quantity.go, `AsApproximateFloat64`).
  static func fraction(milli: Int64) -> Double {
    milli % 1000 == 0 ? Double(milli / 1000) : Double(milli) * 1e-3
  }
}

extension HorizontalPodAutoscaler.Behavior {
  /// Both directions, completed field by field; a list of policies that is given replaces the default list entirely.
  ///
  /// The window for scaling down stays unset: the controller's flag decides. (The API reference speaks of periods of
  /// 60 s; 15 s is what the code does.)
  package func withDefaults() -> HorizontalPodAutoscaler.Behavior {
    var completed = self
    completed.scaleUp = (scaleUp ?? .init()).withScaleUpDefaults()
    completed.scaleDown = (scaleDown ?? .init()).withScaleDownDefaults()
    return completed
  }
}

extension HorizontalPodAutoscaler.ScalingRules {
  package func withScaleUpDefaults() -> Self {
    var rules = self
    if rules.stabilizationWindowSeconds == nil { rules.stabilizationWindowSeconds = 0 }
    if rules.selectPolicy == nil { rules.selectPolicy = "Max" }
    if rules.policies == nil {
      rules.policies = [
        .init(type: "Pods", value: 4, periodSeconds: 15), .init(type: "Percent", value: 100, periodSeconds: 15),
      ]
    }
    return rules
  }

  package func withScaleDownDefaults() -> Self {
    var rules = self
    if rules.selectPolicy == nil { rules.selectPolicy = "Max" }
    if rules.policies == nil { rules.policies = [.init(type: "Percent", value: 100, periodSeconds: 15)] }
    return rules
  }
}
