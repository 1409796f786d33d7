/// A minor version of Kubernetes, and what the HorizontalPodAutoscaler controller of that version does differently.
///
/// The differences were found by comparing pkg/controller/podautoscaler and pkg/apis/autoscaling of each minor version;
/// those of 1.37 come from its pull requests (139648, 140107). Patch versions make no difference here.
package struct KubernetesVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The number behind `1.`.
  package let minor: Int

  /// The oldest version whose controller is modelled: the first with `autoscaling/v2`.
  package static let oldest = v1_23
  /// The newest version whose controller is modelled.
  package static let newest = v1_37

  private init(minor: Int) {
    self.minor = minor
  }

  /// Reads `1.36`, `v1.36.2` or `v1.36.2+k3s1`; versions newer than ``newest`` behave as that one.
  ///
  /// `nil` when the text is no version of Kubernetes, or one older than ``oldest``.
  package init?(text: String) {
    let parts = (text.first == "v" ? text.dropFirst() : Substring(text)).split(separator: ".")
    guard parts.count >= 2, parts[0] == "1", let minor = Int(parts[1].prefix { $0.isASCII && $0.isNumber }),
      minor >= Self.oldest.minor
    else { return nil }
    self.init(minor: min(minor, Self.newest.minor))
  }

  package static func < (left: KubernetesVersion, right: KubernetesVersion) -> Bool {
    left.minor < right.minor
  }

  package var description: String { "1.\(minor)" }
}

// The names are those of the versions, and a digit cannot follow a digit otherwise.
// swift-format-ignore: AlwaysUseLowerCamelCase
extension KubernetesVersion {
  package static let v1_23 = KubernetesVersion(minor: 23)
  package static let v1_24 = KubernetesVersion(minor: 24)
  package static let v1_25 = KubernetesVersion(minor: 25)
  package static let v1_26 = KubernetesVersion(minor: 26)
  package static let v1_27 = KubernetesVersion(minor: 27)
  package static let v1_28 = KubernetesVersion(minor: 28)
  package static let v1_29 = KubernetesVersion(minor: 29)
  package static let v1_32 = KubernetesVersion(minor: 32)
  package static let v1_33 = KubernetesVersion(minor: 33)
  package static let v1_34 = KubernetesVersion(minor: 34)
  package static let v1_35 = KubernetesVersion(minor: 35)
  package static let v1_36 = KubernetesVersion(minor: 36)
  package static let v1_37 = KubernetesVersion(minor: 37)
}

extension KubernetesVersion {
  /// 1.25: the replica count at the start of a policy's period is reckoned from scale-ups and scale-downs (PR 109058);
  /// before, only from those of the same direction.
  var periodStartCountsBothDirections: Bool { self >= .v1_25 }
  /// 1.26: pods that another HPA selects too make the selector ambiguous.
  var refusesAmbiguousSelectors: Bool { self >= .v1_26 }
  /// 1.26: below the target, a pod without a sample is assumed at the target if that is above 100 %.
  var assumesTargetAboveRequestForMissingPods: Bool { self >= .v1_26 }
  /// 1.27: utilization of a container has a text of its own.
  var namesContainerUtilization: Bool { self >= .v1_27 }
  /// 1.28: for averages, pods without a sample stay out at a ratio of exactly one; before, they counted as idle.
  var leavesMissingPodsOutOfAveragesAtTarget: Bool { self >= .v1_28 }
  /// 1.29: restartable init containers count in a pod's request.
  var countsSidecarRequests: Bool { self >= .v1_29 }
  /// 1.29: after a failure, `currentMetrics` shows what this sync could read; before, the last good values stayed.
  var showsPartialMetricsAfterFailure: Bool { self >= .v1_29 }
  /// 1.33: the tolerance has one bound for each direction; before, it was one on the distance of the ratio from one.
  var toleranceHasTwoBounds: Bool { self >= .v1_33 }
  /// 1.33: a pod whose metrics lack the named container has no sample; before, it made the metric fail.
  var treatsAbsentContainerMetricsAsMissing: Bool { self >= .v1_33 }
  /// 1.34: averages of memory are written with binary suffixes.
  var writesMemoryWithBinarySuffixes: Bool { self >= .v1_34 }
  /// 1.35: a named container that the pod does not have is an error; before, its request counted as nothing.
  var refusesAbsentContainers: Bool { self >= .v1_35 }
  /// 1.36: a workload at zero replicas is scaled only if this controller put it there.
  var remembersScalingToZero: Bool { self >= .v1_36 }

  /// Whether the gate `HPAConfigurableTolerance` is on by default: beta in 1.35.
  package var configurableToleranceByDefault: Bool { self >= .v1_35 }
  /// Whether the gate `HPAScaleToZero` is on by default: beta in 1.37.
  package var scaleToZeroByDefault: Bool { self >= .v1_37 }
  /// Whether the gate `PodLevelResources` is on by default: beta in 1.34.
  package var podLevelResourcesByDefault: Bool { self >= .v1_34 }
}
