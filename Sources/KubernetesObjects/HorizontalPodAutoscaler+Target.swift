extension HorizontalPodAutoscaler {
  /// Whether `scaleTargetRef` is a Deployment of the group `apps` with this name.
  ///
  /// The controller looks for the kind in the reference's own group (Kubernetes 1.36,
  /// pkg/controller/podautoscaler/horizontal.go, `scaleForResourceMappings`), of which any version will do. Where the
  /// reference leaves the group out, nothing speaks against it.
  package func scales(deployment: String) -> Bool {
    let target = spec.scaleTargetRef
    let group = target.apiVersion.map { $0.split(separator: "/").dropLast().first ?? "" } ?? "apps"
    return target.kind == "Deployment" && target.name == deployment && group == "apps"
  }

  /// What it scales instead of a Deployment, and what to do about that; `nil` when it scales that Deployment.
  package func misdirection(from deployment: String) -> String? {
    if scales(deployment: deployment) { return nil }
    let target = spec.scaleTargetRef
    let version = target.apiVersion.map { "\($0) " } ?? ""
    return "hpa/\(metadata.name ?? "") scales \(version)\(target.kind)/\(target.name), not apps/v1 "
      + "Deployment/\(deployment): name the autoscaler of this Deployment, or mend the scaleTargetRef"
  }
}
