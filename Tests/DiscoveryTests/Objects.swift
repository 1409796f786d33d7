import Discovery
import KubernetesObjects

/// Objects of a namespace, as the API lists them.
enum Objects {
  static func deployment(
    _ name: String, labels: [String: String]? = nil, replicas: Int = 2, request: String? = "100m",
    limit: String? = "200m"
  ) -> JSONValue {
    let labels = JSONValue.object((labels ?? ["app": name]).mapValues { .string($0) })
    var resources: JSONValue = [:]
    if let request { resources["requests"] = ["cpu": .string(request)] }
    if let limit { resources["limits"] = ["cpu": .string(limit)] }
    return [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name)],
      "spec": [
        "replicas": .integer(Int64(replicas)), "selector": ["matchLabels": labels],
        "template": [
          "metadata": ["labels": labels],
          "spec": ["containers": [["name": "app", "image": "example.com/app:v1", "resources": resources]]],
        ],
      ],
    ]
  }

  static func service(_ name: String, selects labels: [String: String]?, port: Int = 80) -> JSONValue {
    var spec: JSONValue = ["ports": [["name": "http", "port": .integer(Int64(port))]]]
    if let labels { spec["selector"] = .object(labels.mapValues { .string($0) }) }
    return ["apiVersion": "v1", "kind": "Service", "metadata": ["name": .string(name)], "spec": spec]
  }

  /// - Parameter paths: each leads to a Service.
  static func ingress(
    _ name: String, host: String?, _ paths: [(path: String, service: String)], type: String = "Prefix",
    tls: Bool = false,
    annotations: [String: String] = [:], port: JSONValue = ["number": 80]
  ) -> JSONValue {
    let rules: [JSONValue] = paths.map { path in
      [
        "path": .string(path.path), "pathType": .string(type),
        "backend": ["service": ["name": .string(path.service), "port": port]],
      ]
    }
    var rule: JSONValue = ["http": ["paths": .array(rules)]]
    if let host { rule["host"] = .string(host) }
    var spec: JSONValue = ["rules": [rule]]
    if tls { spec["tls"] = [["hosts": [.string(host ?? "")]]] }
    return [
      "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
      "metadata": [
        "name": .string(name),
        "annotations": .object(
          Dictionary(
            uniqueKeysWithValues: annotations.map { ("nginx.ingress.kubernetes.io/\($0)", JSONValue.string($1)) })),
      ],
      "spec": spec,
    ]
  }

  static func autoscaler(
    _ name: String, of target: String, min: Int = 2, max: Int = 8, metrics: JSONValue? = nil,
    behavior: JSONValue? = nil,
    status: JSONValue? = nil
  ) -> JSONValue {
    var spec: JSONValue = [
      "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": .string(target)],
      "minReplicas": .integer(Int64(min)), "maxReplicas": .integer(Int64(max)), "metrics": metrics ?? [cpu(70)],
    ]
    if let behavior { spec["behavior"] = behavior }
    var object: JSONValue = [
      "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": ["name": .string(name)],
      "spec": spec,
    ]
    if let status { object["status"] = status }
    return object
  }

  static func cpu(_ percent: Int) -> JSONValue { resource("cpu", percent) }

  static func resource(_ name: String, _ percent: Int) -> JSONValue {
    [
      "type": "Resource",
      "resource": [
        "name": .string(name), "target": ["type": "Utilization", "averageUtilization": .integer(Int64(percent))],
      ],
    ]
  }

  /// A Deployment `web` behind `web.example.com`, scaled by CPU.
  static let usual: [JSONValue] = [
    deployment("web"), service("web", selects: ["app": "web"]),
    ingress("web", host: "web.example.com", [("/", "web")]), autoscaler("web", of: "web"),
  ]
}
