import KubernetesObjects
import RunTimeline
import Units

extension LabelledWorld {
  /// A second release comes before the pods of the first have replaced the old ones.
  static let oneRollout = LabelledWorld(
    expectation: "{during: peak}",
    fault: Change(fields: [
      #"actions=[{name: release, at: peak + 90s, rollout: {setImage: {web: "registry.example.com/web:v2"}}}, "#
        + #"{name: fix, at: peak + 95s, rollout: {setImage: {web: "registry.example.com/web:v3"}}}]"#
    ])
  ) { truth in
    let peak = try truth.phase("peak")
    func image(_ deployment: Deployment) -> String? { deployment.spec.template.spec.containers?.first?.image }
    let releases = zip(truth.deployments, truth.deployments.dropFirst()).compactMap { before, version in
      image(before.object) == image(version.object) ? nil : version.at
    }
    return releases.filter(peak.contains).allSatisfy { instant in
      let there = truth.pods.filter { $0.created <= instant && instant < $0.going ?? .farFuture }
      return Set(there.compactMap(\.hash)).count == 1
    }
  }
}
