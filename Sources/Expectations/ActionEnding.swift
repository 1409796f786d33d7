import KubernetesObjects
import RunTimeline
import Units

/// When that is over which an action does to the pods of its workload.
struct ActionEnding {
  let action: ActionSpan
  let start: InstantBounds
  let cluster: ClusterHistory

  /// When the workload has all replicas that are wanted of it available again, after pods were taken away or their count was
  /// set, and no pod that was to go for it is left.
  ///
  /// - Parameter ending: what ended the run, for the reason.
  func settled(ending: String) -> RunView.Instant {
    switch action.effect {
    case .rollout, .change, .none: return .known(start)
    case .replicas(let count): return settled(at: count, ending: ending)
    case .pods(let names): return replaced(names, ending: ending)
    }
  }

  private func settled(at count: Int, ending: String) -> RunView.Instant {
    let versions = cluster.workload
    guard
      let set = versions.firstIndex(where: {
        $0.at.latest >= start.earliest && !$0.deleted && $0.object.wanted == count
      })
    else { return .missing("it was not seen that \(count) replicas were wanted after action \(action.name)") }
    guard let steady = versions[set...].first(where: { !$0.deleted && $0.object.isSteady }) else {
      return .missing("the replicas that action \(action.name) asked for were not all available when \(ending)")
    }
    return PodTerminations(in: cluster, from: start, to: steady.at).last(ending: ending)
  }

  private func replaced(_ names: [String], ending: String) -> RunView.Instant {
    let gone = PodTerminations(in: cluster, from: start, to: nil).last(ending: ending) { names.contains($0.name) }
    guard case .known(let gone) = gone else { return gone }
    // Until its controller has seen a pod go, the workload says that all is well.
    let versions = cluster.workload.filter { $0.at.latest >= start.earliest && !$0.deleted }
    guard let dip = versions.firstIndex(where: { !$0.object.isSteady }) else {
      return .missing("it was not seen how the pods that action \(action.name) took away were replaced")
    }
    guard let steady = versions[dip...].first(where: { $0.object.isSteady }) else {
      return .missing("the pods that action \(action.name) took away were not all replaced when \(ending)")
    }
    return .known(InstantBounds(max(gone.earliest, steady.at.earliest), max(gone.latest, steady.at.latest)))
  }
}
