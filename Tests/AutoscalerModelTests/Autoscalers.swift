import KubernetesObjects

/// Makes HPA objects for tests.
enum Autoscalers {
  static func make(
    name: String = "web", minReplicas: Int?, maxReplicas: Int, metrics: [MetricSpec] = [],
    behavior: HorizontalPodAutoscaler.Behavior? = nil
  ) throws -> HorizontalPodAutoscaler {
    let object: JSONValue = [
      "metadata": ["name": .string(name), "namespace": "production"],
      "spec": [
        "maxReplicas": .integer(Int64(maxReplicas)),
        "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": .string(name)],
      ],
    ]
    var autoscaler: HorizontalPodAutoscaler = try object.decoded()
    autoscaler.spec.minReplicas = minReplicas
    autoscaler.spec.metrics = metrics
    autoscaler.spec.behavior = behavior
    return autoscaler
  }

  /// CPU against a share of the request.
  static func cpu(utilization: Int) -> MetricSpec {
    var metric = MetricSpec(type: "Resource")
    metric.resource = .init(name: "cpu", target: MetricTarget(type: "Utilization", averageUtilization: utilization))
    return metric
  }

  /// An external metric whose raw recommendation is its value in whole units, whatever the current count:
  /// one unit for each replica.
  static func external(name: String = "q", milliPerReplica: Int64 = 1000) throws -> MetricSpec {
    let text = "\(milliPerReplica)m"
    return try
      ([
        "type": "External",
        "external": [
          "metric": ["name": .string(name)], "target": ["type": "AverageValue", "averageValue": .string(text)],
        ],
      ] as JSONValue).decoded()
  }
}
