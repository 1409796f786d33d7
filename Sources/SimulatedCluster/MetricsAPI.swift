/// The APIs that metrics are read from: each is served by a program of its own, behind the API server.
package enum MetricsAPI: String, CaseIterable, Sendable {
  case resource = "metrics.k8s.io"
  case custom = "custom.metrics.k8s.io"
  case external = "external.metrics.k8s.io"

  var group: String { rawValue }

  /// The preferred one first.
  var versions: [String] { self == .custom ? ["v1beta2", "v1beta1"] : ["v1beta1"] }

  /// Who serves it, as its APIService says.
  var service: (namespace: String, name: String) {
    self == .resource ? ("kube-system", "metrics-server") : ("monitoring", "prometheus-adapter")
  }

  /// What an autoscaler says before the words of the API
  /// (Kubernetes 1.36, pkg/controller/podautoscaler/metrics/client.go).
  var failurePrefix: String {
    switch self {
    case .resource: "unable to fetch metrics from resource metrics API: "
    case .custom: "unable to fetch metrics from custom metrics API: "
    case .external: "unable to fetch metrics from external metrics API: "
    }
  }
}

extension APIFailure {
  /// What a client makes of the answer of an API server whose service behind it is down
  /// (Kubernetes, apimachinery/pkg/api/errors/errors.go, `NewGenericServerResponse`).
  ///
  /// - Parameter resource: what was asked for: `pods`, or `pods *`.
  static func unavailable(_ api: MetricsAPI, _ resource: String) -> APIFailure {
    let parts = resource.split(separator: " ", maxSplits: 1)
    let name = parts.count == 2 ? " \(parts[1])" : ""
    return APIFailure(
      code: 503, reason: "ServiceUnavailable",
      message: "the server is currently unable to handle the request (get \(parts.first ?? "").\(api.group)\(name))")
  }

  /// - Parameter resource: what has no such metric: `pods`, `services web`
  ///   (custom-metrics-apiserver, pkg/provider/errors.go).
  static func metricNotFound(_ metric: String, for resource: String) -> APIFailure {
    APIFailure(
      code: 404, reason: "NotFound", message: "the server could not find the metric \(metric) for \(resource)")
  }
}

extension APIAnswer {
  /// The answer of an API server whose service behind it is down (Kubernetes, kube-aggregator/pkg/apiserver/handler_proxy.go).
  static let serviceUnavailable = APIAnswer.text(status: 503, "service unavailable\n")
}
