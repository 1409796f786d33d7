import KubernetesObjects
import RunTimeline
import Units

extension LabelledWorld {
  /// Pods take so long to go that in the end there are nearly twice as many as are wanted.
  static let surgeCeiling = LabelledWorld(
    expectation: "{during: release, terminating: 4}",
    setting: Change(fields: [
      "manifests.deployment.spec.template.spec.containers[0].lifecycle.preStop.sleep.seconds=1"
    ]),
    fault: Change(fields: [
      "manifests.deployment.spec.template.spec.terminationGracePeriodSeconds=90",
      "manifests.deployment.spec.template.spec.containers[0].lifecycle.preStop.sleep.seconds=60",
    ])
  ) { truth in
    let window = try truth.window(ofRollout: "release")
    return truth.pods.map(\.created).filter(window.contains).allSatisfy { instant in
      let there = truth.pods.filter { $0.created <= instant && instant < $0.removed ?? .farFuture }
      let most = truth.wanted.values(in: window.lowerBound...instant).max() ?? 0
      // maxSurge is 2.
      return there.count <= most + 2 + 4
    }
  }
}
