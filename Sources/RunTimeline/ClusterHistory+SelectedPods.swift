import KubernetesObjects

extension ClusterHistory {
  /// The lives of all pods of the namespace for as long as the workload's selector matches their labels; `nil` where no
  /// selector is known.
  ///
  /// The autoscaler asks for pods by the selector of the scale, and never looks at owners (Kubernetes 1.36,
  /// pkg/controller/podautoscaler/replica_calculator.go). A pod whose labels change goes in or out of sight by that.
  static func selectedPods(
    of workload: [ObjectVersion<Workload>], among pods: ObjectHistory<Pod>, clock: ServerClock
  ) -> [PodLifeline]? {
    guard let selector = workload.last?.object.selector else { return nil }
    return pods.objects.flatMap { versions in
      selectedStretches(of: versions, by: selector).compactMap { stretch in
        guard let first = stretch.first else { return nil }
        let isWhole = first == versions.first
        let uid = first.object.metadata.uid ?? ""
        let appeared = isWhole ? pods.appearance(uid: uid) : nil
        return PodLifeline(
          versions: stretch, appeared: appeared ?? first.at, clock: clock,
          gaps: (pods.objectGaps[uid] ?? []).map(\.stretch))
      }
    }
  }

  /// The versions of a pod that a selector matches, in stretches; one that no longer matches ends a stretch as a deletion
  /// would.
  private static func selectedStretches(
    of versions: [ObjectVersion<Pod>], by selector: LabelSelector
  ) -> [[ObjectVersion<Pod>]] {
    var stretches: [[ObjectVersion<Pod>]] = []
    var isInside = false
    for version in versions {
      let matches = selector.matches(version.object.metadata.labels)
      if matches, !isInside { stretches.append([]) }
      if matches || isInside, let last = stretches.indices.last {
        let left = ObjectVersion(at: version.at, object: version.object, deleted: true)
        stretches[last].append(matches ? version : left)
      }
      isInside = matches && !version.deleted
    }
    return stretches
  }
}
