import KubernetesObjects
import RunTimeline
import Units

extension LabelledWorld {
  /// The nodes take no more than five pods.
  static let scheduledWithin = LabelledWorld(
    expectation: "{during: peak, within: 5s}",
    fault: Change(fields: ["cluster.simulated.nodes.pods=5"])
  ) { truth in
    let peak = try truth.phase("peak")
    return truth.pods.filter { peak.contains($0.created) }.allSatisfy { pod in
      (pod.scheduled ?? min(pod.going ?? truth.end, truth.end)) - pod.created <= .seconds(5)
    }
  }
}
