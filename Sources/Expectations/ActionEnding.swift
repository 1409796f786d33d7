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
    case .none where action.requests.isEmpty:
      return .known(InstantBounds(exactly: max(action.answered ?? start.latest, start.latest)))
    case .rollout, .change, .changes, .none: return .known(start)
    case .replicas(let count): return settled(at: count, ending: ending)
    case .pods(let names): return replaced(names, ending: ending)
    }
  }

  private func settled(at count: Int, ending: String) -> RunView.Instant {
    let versions = versions(from: start.earliest)
    guard let set = versions.firstIndex(where: { !$0.deleted && $0.object.wanted == count }) else {
      return .missing("it was not seen that \(count) replicas were wanted after action \(action.name)")
    }
    guard let steady = versions[set...].first(where: { !$0.deleted && $0.object.isSteady }) else {
      return .missing("the replicas that action \(action.name) asked for were not all available when \(ending)")
    }
    let since = InstantBounds(max(steady.at.earliest, start.earliest), max(steady.at.latest, start.latest))
    return PodTerminations(in: cluster, from: start, to: since).last(ending: ending)
  }

  private func replaced(_ names: [String], ending: String) -> RunView.Instant {
    let isMeant = { (pod: PodLifeline) in names.contains(pod.name) }
    let terminations = PodTerminations(in: cluster, from: start, to: nil)
    guard case .known(let gone) = terminations.last(ending: ending, where: isMeant) else {
      return terminations.last(ending: ending, where: isMeant)
    }
    // From here on none of them counts as ready. Until its controller has seen them go, the workload says that all is well.
    let asked = terminations.asked(where: isMeant).map(\.latest).max() ?? start.latest
    let versions = versions(from: asked)
    for (index, version) in versions.enumerated() where !version.deleted && version.object.isSteady {
      let from = max(asked, version.at.earliest)
      let next = index + 1 < versions.count ? versions[index + 1].at.latest : .farFuture
      let all = CountCondition(.atLeast, version.object.wanted)
      guard case .reached(let ready) = cluster.readyReplicas.first(all, from: from), ready.latest <= next else {
        continue
      }
      let earliest = ready.earliest == asked ? gone.earliest : max(gone.earliest, ready.earliest)
      return .known(InstantBounds(earliest, max(gone.latest, ready.latest, version.at.latest)))
    }
    return .missing("the pods that action \(action.name) took away were not all replaced when \(ending)")
  }

  /// The versions of the workload from the one on that was in force at an instant.
  private func versions(from instant: Duration) -> [ObjectVersion<Workload>] {
    let inForce = cluster.workload.lastIndex { $0.at.latest <= instant } ?? cluster.workload.startIndex
    return Array(cluster.workload[inForce...])
  }
}
