/// Why a metric gives no proposal, in the words of the controller
/// (Kubernetes 1.36, pkg/controller/podautoscaler: horizontal.go, replica_calculator.go, metrics/client.go).
package enum MetricProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// The metrics API could not be asked or refused.
  case unavailable(String)
  case noResourceMetrics
  case noCustomMetrics
  case noExternalMetrics
  /// Up to 1.32: one pod's metrics lack the named container.
  case containerNotInMetrics(container: String, pod: String)
  case noPods
  case noSamplesLeft
  case noKnownPods
  case missingRequest(resource: ResourceName, container: String, pod: String)
  case missingPodLevelRequest(resource: ResourceName, pod: String)
  case containerNotInPod(container: String, pod: String)
  case noResourceTarget
  case noPodsTarget
  case noObjectTarget
  case noExternalTarget
  case unknownType(String)
  /// The entry of `spec.metrics` lacks the member that its `type` names.
  case noSource(type: String)
  /// The caller passed no reading, or one of another kind of metric.
  case noReading

  package var description: String {
    switch self {
    case .unavailable(let text): text
    case .noResourceMetrics: "no metrics returned from resource metrics API"
    case .noCustomMetrics: "no metrics returned from custom metrics API"
    case .noExternalMetrics: "no metrics returned from external metrics API"
    case .containerNotInMetrics(let container, let pod): "container \(container) not present in metrics for pod \(pod)"
    case .noPods: "No pods returned by selector while calculating replica count"
    case .noSamplesLeft: "did not receive metrics for targeted pods (pods might be unready)"
    case .noKnownPods: "no metrics returned matched known pods"
    case .missingRequest(let resource, let container, let pod):
      "missing request for \(resource) in container \(container) of Pod \(pod)"
    case .missingPodLevelRequest(let resource, let pod): "missing pod-level request for \(resource) in Pod \(pod)"
    case .containerNotInPod(let container, let pod): "container \(container) not found in Pod \(pod)"
    case .noResourceTarget:
      "invalid resource metric source: neither an average utilization target nor an average value (usage) target was set"
    case .noPodsTarget: "invalid pods metric source: no average value target was set"
    case .noObjectTarget: "invalid object metric source: neither a value target nor an average value target was set"
    case .noExternalTarget: "invalid external metric source: neither a value target nor an average value target was set"
    case .unknownType(let type): "unknown metric source type \"\(type)\""
    case .noSource(let type): "metric source of type \"\(type)\" is missing its fields"
    case .noReading: "no reading of this metric was given"
    }
  }
}
