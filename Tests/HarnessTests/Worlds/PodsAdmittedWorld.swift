import KubernetesObjects
import RunTimeline
import Units

extension LabelledWorld {
  /// A quota takes no more than six pods.
  static let podsAdmitted = LabelledWorld(
    expectation: "{during: peak}",
    fault: Change(fields: ["cluster.simulated.manifests=[web.yaml, quota.yaml]"])
  ) { truth in
    let peak = try truth.phase("peak")
    let there = Steps.counting(truth.pods.map { $0.created..<max($0.created, $0.going ?? .farFuture) })
    let most = truth.wanted.values(in: peak).max() ?? 0
    return there.values(in: peak).contains { $0 >= most }
  }
}
