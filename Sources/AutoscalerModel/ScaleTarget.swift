/// The scale subresource of the workload, as it was at the start of a sync
/// (Kubernetes 1.36, pkg/controller/podautoscaler/horizontal.go, `reconcileAutoscaler`).
package struct ScaleTarget: Sendable, Equatable {
  /// `spec.replicas`.
  package var specReplicas: Int
  /// `status.replicas`: pods that the workload's controller counts.
  package var statusReplicas: Int
  /// `status.selector`, as text: `app=web`.
  package var selector: String

  package init(specReplicas: Int, statusReplicas: Int, selector: String) {
    self.specReplicas = specReplicas
    self.statusReplicas = statusReplicas
    self.selector = selector
  }
}
