/// `autoscaling/v2` HorizontalPodAutoscaler; objects of older versions are converted when they are read.
package struct HorizontalPodAutoscaler: KubernetesObject {
  package static let resource = ResourceType.horizontalPodAutoscalers

  package var metadata: ObjectMetadata
  package var spec: Spec
  package var status: Status?

  package struct Spec: Sendable, Equatable, Codable {
    package var scaleTargetRef: ScaleTargetReference
    package var minReplicas: Int?
    package var maxReplicas: Int
    package var metrics: [MetricSpec]?
    package var behavior: Behavior?
  }

  package struct ScaleTargetReference: Sendable, Equatable, Codable {
    package var apiVersion: String?
    package var kind: String
    package var name: String
  }

  package struct Behavior: Sendable, Equatable, Codable {
    package var scaleUp: ScalingRules?
    package var scaleDown: ScalingRules?

    package init(scaleUp: ScalingRules? = nil, scaleDown: ScalingRules? = nil) {
      self.scaleUp = scaleUp
      self.scaleDown = scaleDown
    }
  }

  package struct ScalingRules: Sendable, Equatable, Codable {
    package var stabilizationWindowSeconds: Int?
    /// `Max`, `Min` or `Disabled`.
    package var selectPolicy: String?
    package var policies: [ScalingPolicy]?
    package var tolerance: ResourceQuantity?

    package init(
      stabilizationWindowSeconds: Int? = nil, selectPolicy: String? = nil, policies: [ScalingPolicy]? = nil,
      tolerance: ResourceQuantity? = nil
    ) {
      self.stabilizationWindowSeconds = stabilizationWindowSeconds
      self.selectPolicy = selectPolicy
      self.policies = policies
      self.tolerance = tolerance
    }
  }

  package struct ScalingPolicy: Sendable, Equatable, Codable {
    /// `Pods` or `Percent`.
    package var type: String
    package var value: Int
    package var periodSeconds: Int

    package init(type: String, value: Int, periodSeconds: Int) {
      self.type = type
      self.value = value
      self.periodSeconds = periodSeconds
    }
  }

  package struct Status: Sendable, Equatable, Codable {
    /// `spec.replicas` of the target when the last sync began, not the number of running pods.
    package var currentReplicas: Int?
    package var desiredReplicas: Int?
    package var lastScaleTime: KubernetesTime?
    package var currentMetrics: [MetricStatus]?
    package var conditions: [Condition]?

    package init() {}

    package func condition(_ type: String) -> Condition? {
      conditions?.first { $0.type == type }
    }
  }
}

extension HorizontalPodAutoscaler {
  private enum MemberKeys: CodingKey { case metadata, spec, status }

  /// Reads any version, and converts older ones as the API server does.
  package init(from decoder: any Decoder) throws {
    if try OlderAutoscaler.VersionMarks(from: decoder).isOlder {
      self = try OlderAutoscaler.version2(of: JSONValue(from: decoder)).decoded()
      return
    }
    let members = try decoder.container(keyedBy: MemberKeys.self)
    metadata = try members.decode(ObjectMetadata.self, forKey: .metadata)
    spec = try members.decode(Spec.self, forKey: .spec)
    status = try members.decodeIfPresent(Status.self, forKey: .status)
  }
}

/// One entry of `spec.metrics`. Exactly the member that `type` names is set.
package struct MetricSpec: Sendable, Equatable, Codable {
  /// `Resource`, `ContainerResource`, `Pods`, `Object` or `External`.
  package var type: String
  package var resource: ResourceMetric?
  package var containerResource: ResourceMetric?
  package var pods: NamedMetric?
  package var object: NamedMetric?
  package var external: NamedMetric?

  package init(type: String) {
    self.type = type
  }

  package struct ResourceMetric: Sendable, Equatable, Codable {
    package var name: String
    /// Only for `containerResource`.
    package var container: String?
    package var target: MetricTarget

    package init(name: String, container: String? = nil, target: MetricTarget) {
      self.name = name
      self.container = container
      self.target = target
    }
  }

  package struct NamedMetric: Sendable, Equatable, Codable {
    package var metric: MetricIdentifier
    package var target: MetricTarget
    /// Only for `object`.
    package var describedObject: HorizontalPodAutoscaler.ScaleTargetReference?

    package init(
      metric: MetricIdentifier, target: MetricTarget,
      describedObject: HorizontalPodAutoscaler.ScaleTargetReference? = nil
    ) {
      self.metric = metric
      self.target = target
      self.describedObject = describedObject
    }
  }
}

package struct MetricIdentifier: Sendable, Equatable, Codable {
  package var name: String
  package var selector: LabelSelector?

  package init(name: String, selector: LabelSelector? = nil) {
    self.name = name
    self.selector = selector
  }
}

package struct MetricTarget: Sendable, Equatable, Codable {
  /// `Utilization`, `Value` or `AverageValue`.
  package var type: String
  package var value: ResourceQuantity?
  package var averageValue: ResourceQuantity?
  /// Per cent of the request.
  package var averageUtilization: Int?

  package init(
    type: String, value: ResourceQuantity? = nil, averageValue: ResourceQuantity? = nil,
    averageUtilization: Int? = nil
  ) {
    self.type = type
    self.value = value
    self.averageValue = averageValue
    self.averageUtilization = averageUtilization
  }
}

/// One entry of `status.currentMetrics`; a metric that failed in the sync has an empty `type`.
package struct MetricStatus: Sendable, Equatable, Codable {
  package var type: String
  package var resource: Resource?
  package var containerResource: Resource?
  package var pods: Named?
  package var object: Named?
  package var external: Named?

  package init(type: String) {
    self.type = type
  }

  package struct Resource: Sendable, Equatable, Codable {
    package var name: String
    package var container: String?
    package var current: Current

    package init(name: String, container: String? = nil, current: Current) {
      self.name = name
      self.container = container
      self.current = current
    }
  }

  package struct Named: Sendable, Equatable, Codable {
    package var metric: MetricIdentifier
    package var current: Current
    package var describedObject: HorizontalPodAutoscaler.ScaleTargetReference?

    package init(
      metric: MetricIdentifier, current: Current,
      describedObject: HorizontalPodAutoscaler.ScaleTargetReference? = nil
    ) {
      self.metric = metric
      self.current = current
      self.describedObject = describedObject
    }
  }

  package struct Current: Sendable, Equatable, Codable {
    package var value: ResourceQuantity?
    package var averageValue: ResourceQuantity?
    package var averageUtilization: Int?

    package init(
      value: ResourceQuantity? = nil, averageValue: ResourceQuantity? = nil, averageUtilization: Int? = nil
    ) {
      self.value = value
      self.averageValue = averageValue
      self.averageUtilization = averageUtilization
    }
  }
}
