package import KubernetesObjects
import Units

/// The specification of an HPA, read once: defaults filled in, every metric and rule in the form that a sync needs.
package final class ScalingPlan: Sendable {
  package let spec: HorizontalPodAutoscaler.Spec
  package let minReplicas: Int
  package let maxReplicas: Int
  package let metrics: [PlannedMetric]
  /// `nil` without `spec.behavior`: that is another algorithm, not the default rules.
  package let behavior: (scaleUp: ScalingRules, scaleDown: ScalingRules)?
  package let tolerance: Tolerance
  /// Whether the workload may be scaled to zero and back.
  let hasObjectOrExternalMetric: Bool

  package init(
    _ spec: HorizontalPodAutoscaler.Spec, settings: ControllerSettings = .defaults,
    version: KubernetesVersion = .v1_36
  ) {
    self.spec = spec
    minReplicas = spec.minReplicas ?? 1
    maxReplicas = spec.maxReplicas
    metrics = spec.metricsOrDefault.map { PlannedMetric($0, version: version) }
    behavior = spec.behavior.map { given in
      let completed = given.withDefaults()
      let window = Int(settings.downscaleStabilization.microseconds / 1_000_000)
      return (
        ScalingRules(completed: completed.scaleUp ?? .init(), window: 0),
        ScalingRules(completed: completed.scaleDown ?? .init(), window: window)
      )
    }
    let usesOwnTolerance = settings.configurableTolerance ?? version.configurableToleranceByDefault
    tolerance = Tolerance(
      scaleDown: (usesOwnTolerance ? behavior?.scaleDown.tolerance : nil) ?? settings.tolerance,
      scaleUp: (usesOwnTolerance ? behavior?.scaleUp.tolerance : nil) ?? settings.tolerance)
    hasObjectOrExternalMetric = metrics.contains {
      switch $0.source {
      case .object, .external: true
      default: false
      }
    }
  }
}

extension HorizontalPodAutoscaler.Spec {
  /// `spec.metrics`; where it is empty, CPU at 80 % of the request
  /// (Kubernetes 1.36, pkg/apis/autoscaling/v2/defaults.go).
  package var metricsOrDefault: [MetricSpec] {
    if let metrics, !metrics.isEmpty { return metrics }
    var metric = MetricSpec(type: "Resource")
    metric.resource = .init(name: "cpu", target: MetricTarget(type: "Utilization", averageUtilization: 80))
    return [metric]
  }
}

/// One entry of `spec.metrics` with its target found.
package struct PlannedMetric: Sendable, Equatable {
  package let spec: MetricSpec
  package let source: Source
  /// How the controller names the metric in events: `cpu resource utilization (percentage of request)`.
  package let text: String

  package enum Source: Sendable, Equatable {
    /// Resource, or ContainerResource with the name of the container.
    case resource(ResourceName, container: String?, target: ResourceTarget)
    case pods(targetMilli: Int64)
    case object(TotalTarget)
    case external(TotalTarget)
    case invalid(MetricProblem)
  }

  package enum ResourceTarget: Sendable, Equatable {
    /// Per cent of the request.
    case utilization(Int)
    case average(milli: Int64)
  }

  /// A target for a metric of the whole workload, in thousandths.
  package enum TotalTarget: Sendable, Equatable {
    case value(milli: Int64)
    /// For each replica.
    case average(milli: Int64)
  }

  package init(_ spec: MetricSpec, version: KubernetesVersion = .v1_36) {
    self.spec = spec
    source = Self.source(of: spec)
    text = Self.text(of: spec, source: source, version: version)
  }

  /// Which field of the target is used: its type matters for Object only
  /// (Kubernetes 1.36, pkg/controller/podautoscaler/horizontal.go, `computeReplicasForMetric`).
  private static func source(of spec: MetricSpec) -> Source {
    switch spec.type {
    case "Resource":
      guard let resource = spec.resource else { return .invalid(.noSource(type: spec.type)) }
      return source(of: resource, container: nil)
    case "ContainerResource":
      guard let resource = spec.containerResource else { return .invalid(.noSource(type: spec.type)) }
      return source(of: resource, container: resource.container ?? "")
    case "Pods":
      guard let pods = spec.pods else { return .invalid(.noSource(type: spec.type)) }
      return pods.target.averageValue.map { .pods(targetMilli: $0.quantity.milli) } ?? .invalid(.noPodsTarget)
    case "Object":
      guard let object = spec.object else { return .invalid(.noSource(type: spec.type)) }
      switch (object.target.type, object.target.value, object.target.averageValue) {
      case ("Value", let value?, _): return .object(.value(milli: value.quantity.milli))
      case ("AverageValue", _, let average?): return .object(.average(milli: average.quantity.milli))
      default: return .invalid(.noObjectTarget)
      }
    case "External":
      guard let external = spec.external else { return .invalid(.noSource(type: spec.type)) }
      if let average = external.target.averageValue { return .external(.average(milli: average.quantity.milli)) }
      if let value = external.target.value { return .external(.value(milli: value.quantity.milli)) }
      return .invalid(.noExternalTarget)
    default:
      return .invalid(.unknownType(spec.type))
    }
  }

  private static func source(of resource: MetricSpec.ResourceMetric, container: String?) -> Source {
    let name = ResourceName(resource.name)
    if let average = resource.target.averageValue {
      return .resource(name, container: container, target: .average(milli: average.quantity.milli))
    }
    if let percent = resource.target.averageUtilization {
      return .resource(name, container: container, target: .utilization(percent))
    }
    return .invalid(.noResourceTarget)
  }

  private static func text(of spec: MetricSpec, source: Source, version: KubernetesVersion) -> String {
    switch source {
    case .resource(let name, _, .average): return "\(name) resource"
    case .resource(let name, let container, .utilization):
      let kind = container != nil && version.namesContainerUtilization ? "container resource" : "resource"
      return "\(name) \(kind) utilization (percentage of request)"
    case .pods: return "pods metric \(spec.pods?.metric.name ?? "")"
    case .object(.value):
      return "\(spec.object?.describedObject?.kind ?? "") metric \(spec.object?.metric.name ?? "")"
    case .object(.average): return Self.externalText(spec.object)
    case .external: return Self.externalText(spec.external)
    case .invalid: return "\(spec.type) metric"
    }
  }

  private static func externalText(_ metric: MetricSpec.NamedMetric?) -> String {
    "external metric \(metric?.metric.name ?? "")(\(metric?.metric.selector?.goText ?? "nil"))"
  }
}

extension LabelSelector {
  /// The selector as Go prints it with `%+v`, which is how it appears in events.
  var goText: String {
    let labels = (matchLabels ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)," }.joined()
    let expressions = (matchExpressions ?? []).map {
      let values = ($0.values ?? []).joined(separator: " ")
      return "LabelSelectorRequirement{Key:\($0.key),Operator:\($0.operator),Values:[\(values)],},"
    }.joined()
    return "&LabelSelector{MatchLabels:map[string]string{\(labels)},"
      + "MatchExpressions:[]LabelSelectorRequirement{\(expressions)},}"
  }
}
