import KubernetesObjects
import RunTimeline
import Units

extension LabelledWorld {
  /// For a while no pod answers its readiness probe.
  static let podsStayHealthy = LabelledWorld(
    expectation: "{during: calm}",
    fault: Change(faults: ["{at: calm + 20s, for: 20s, application: {becomesReady: false}}"])
  ) { truth in
    let calm = try truth.phase("calm")
    return truth.pods.allSatisfy { pod in
      let isLost = pod.ready.contains { calm.contains($0.upperBound) && $0.upperBound != pod.going }
      let restarts = pod.versions.filter { calm.contains($0.at) }.flatMap {
        $0.object.status?.containerStatuses?.compactMap(\.restartCount) ?? []
      }
      return !isLost && restarts.allSatisfy { $0 == 0 }
    }
  }
}
