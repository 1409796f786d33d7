extension HorizontalPodAutoscaler {
  /// Whether `scaleTargetRef` is this workload of the group `apps`.
  ///
  /// The controller looks for the kind in the reference's own group (Kubernetes 1.36,
  /// pkg/controller/podautoscaler/horizontal.go, `scaleForResourceMappings`), of which any version will do. Where the
  /// reference leaves the group out, nothing speaks against it.
  package func scales(_ workload: WorkloadReference) -> Bool {
    let target = spec.scaleTargetRef
    let group = target.apiVersion.map { $0.split(separator: "/").dropLast().first ?? "" } ?? "apps"
    return target.kind == workload.kind.title && target.name == workload.name && group == workload.kind.resource.group
  }

  /// What it scales instead of a workload, and what to do about that; `nil` when it scales that workload.
  package func misdirection(from workload: WorkloadReference) -> String? {
    if scales(workload) { return nil }
    let target = spec.scaleTargetRef
    let version = target.apiVersion.map { "\($0) " } ?? ""
    return "hpa/\(metadata.name ?? "") scales \(version)\(target.kind)/\(target.name), not "
      + "\(workload.kind.resource.apiVersion) \(workload.kind.title)/\(workload.name): name the autoscaler of this "
      + "\(workload.kind.title), or mend the scaleTargetRef"
  }
}
