import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.RolloutCompletes: JudgedKind {
  /// From the action's request to the first instant at which every replica was of the new template and available.
  ///
  /// A rollout that a Deployment itself reports as stuck (`ProgressDeadlineExceeded`) and that never completes fails,
  /// even before the bound is over; so does one that another change overtook. While nothing was known it may have been
  /// complete, and have lost a pod again before anybody looked.
  func opinion(on run: RunView) -> Opinion {
    guard let span = run.timeline.action(action) else {
      return .inconclusive("the recording has no action \"\(action)\"")
    }
    guard let sent = span.sent else { return .inconclusive("action \(action) was never started: \(run.ending)") }
    if let problem = span.problem { return .inconclusive("action \(action) failed: \(problem)") }
    guard let cluster = run.timeline.cluster else { return .inconclusive("no cluster was watched") }
    let start = InstantBounds(sent, span.answered ?? run.timeline.lastInstant)
    guard let rollout = run.rollout(of: action) else {
      let seen =
        cluster.workload.isEmpty
        ? "nothing was seen of the \(run.workloadKind.title)" : "the pod template did not change"
      var opinion = Opinion.inconclusive("no rollout was seen after action \(action): \(seen)")
      opinion.isUntrusted = run.wasUnwatched(
        run.workloadKind.resource.plural, from: start.earliest, to: start.latest + within)
      return opinion
    }
    let window = InstantBounds(start.earliest, start.latest + within)
    var opinion = judge(rollout, from: start, cluster, run)
      .measuring(measurements(rollout, from: start, cluster))
    opinion.window = window
    if opinion.verdict == .inconclusive {
      let doubt = rollout.completed ?? window
      opinion.isUntrusted = run.wasUnwatched(
        run.workloadKind.resource.plural, from: doubt.earliest, to: min(doubt.latest, window.latest))
    }
    opinion.evidence = rows(rollout, cluster, run, window)
    if opinion.verdict != .pass { opinion.evidence += ScalingClues.clues(run, in: window) }
    return opinion
  }

  var focus: Judgement.Focus { .deadline }

  private func judge(
    _ rollout: Rollout, from start: InstantBounds, _ cluster: ClusterHistory, _ run: RunView
  ) -> Opinion {
    if let completed = rollout.completed {
      let (shortest, longest) = completed.elapsed(since: start)
      let took = InstantBounds(max(shortest, .zero), max(longest, .zero)).plain
      if longest <= within {
        return .pass("complete \(took) after it began, \((within - longest).plain) before the bound")
      }
      if shortest > within {
        if let unseen = unseen(from: start, cluster, run) { return unseen }
        return .fail("complete only \(took) after it began, \((shortest - within).plain) after the bound")
      }
      return .inconclusive("complete \(took) after it began, around the bound of \(within.text)")
    }
    let progress = progress(cluster, before: rollout.superseded)
    if let stalled = rollout.stalled {
      let after = InstantBounds(max(stalled.earliest - start.latest, .zero), stalled.latest - start.earliest)
      let end = Overtaking(rollout, among: cluster.rollouts).map { "; \($0.sentence)" } ?? ""
      return .fail("stuck: ProgressDeadlineExceeded \(after.plain) after it began, with \(progress)\(end)")
    }
    if let unseen = unseen(from: start, cluster, run, before: rollout.superseded) { return unseen }
    if let overtaking = Overtaking(rollout, among: cluster.rollouts) {
      return .fail("\(overtaking.sentence); it had come to \(progress)")
    }
    let watched = cluster.updatedReplicas.end - start.latest
    if watched > within { return .fail("not complete \(within.text) after it began: \(progress)") }
    return .inconclusive(
      "not complete in the \(max(watched, .zero).plain) that were watched, and \(run.ending)", finding: progress)
  }

  /// What is said where nothing is known of a part of the time in which it had to be complete; `nil` where all is.
  private func unseen(
    from start: InstantBounds, _ cluster: ClusterHistory, _ run: RunView, before end: InstantBounds? = nil
  ) -> Opinion? {
    guard let gap = gap(from: start, cluster, before: end) else { return nil }
    let resource = run.workloadKind.resource.plural
    let window = InstantBounds(start.earliest, limit(from: start, cluster, before: end))
    return .unknown(gap.earliest, gap.latest, run, resource: resource, window: window, evidence: [])
  }

  /// The first part of the time in which it had to be complete of which nothing is known.
  private func gap(
    from start: InstantBounds, _ cluster: ClusterHistory, before end: InstantBounds?
  ) -> InstantBounds? {
    cluster.updatedReplicas.pieces(from: start.earliest, to: limit(from: start, cluster, before: end))
      .first { $0.range == nil }.map { InstantBounds($0.from, $0.to) }
  }

  private func limit(from start: InstantBounds, _ cluster: ClusterHistory, before end: InstantBounds?) -> Duration {
    let known = cluster.updatedReplicas
    return min(start.latest + within, end?.latest ?? known.end, known.end)
  }

  /// How long it took, and what else let it fail: that it was stuck, and that other changes overtook it.
  private func measurements(
    _ rollout: Rollout, from start: InstantBounds, _ cluster: ClusterHistory
  ) -> [Judgement.Measurement] {
    let gap = gap(from: start, cluster, before: rollout.completed == nil ? rollout.superseded : nil)
    let unseen = gap.map { $0.earliest - start.latest }
    let took = rollout.completed.map { $0.elapsed(since: start) }
    // Complete in time however late it may have been; what lies before it does not matter then.
    let isInTime = took.map { $0.longest <= within } ?? false
    let shortest = took?.shortest ?? cluster.updatedReplicas.end - start.latest
    let never = Judgement.Measurement.Limit(.atMost, 0)
    let decides = rollout.completed == nil
    let isStuck = decides && rollout.stalled != nil
    // While nothing was known it may have been complete before it was overtaken.
    let overtaking = decides && !isStuck && unseen == nil ? Overtaking(rollout, among: cluster.rollouts) : nil
    let changes = overtaking.map { max($0.followers.count, 1) } ?? 0
    return [
      .time(
        "rollout.completedAfter", max(.zero, isInTime ? shortest : min(shortest, unseen ?? shortest)),
        took.map { max(.zero, $0.longest) }, limit: .atMost(within)),
      .count("rollout.exceededProgressDeadline", isStuck ? 1 : 0, isStuck ? 1 : 0, limit: never),
      .count("rollout.overtakenBy", changes, changes, limit: never),
    ]
  }

  /// `2 of 3 updated, 2 available`, of the last version that belongs to the rollout.
  private func progress(_ cluster: ClusterHistory, before end: InstantBounds?) -> String {
    let version = cluster.workload.last { version in end.map { version.at.latest < $0.latest } ?? true }
    guard let workload = version?.object else { return "nothing known of its progress" }
    let (updated, available) = (workload.status?.updated ?? 0, workload.status?.available ?? 0)
    return "\(updated) of \(workload.wanted) updated, \(available) available"
  }

  private func rows(
    _ rollout: Rollout, _ cluster: ClusterHistory, _ run: RunView, _ window: InstantBounds
  ) -> [Evidence] {
    var rows = [Evidence(at: rollout.started, "the pod template changed" + (rollout.image.map { " to \($0)" } ?? ""))]
    if let stalled = rollout.stalled {
      rows.append(Evidence(at: stalled, "Progressing=False ProgressDeadlineExceeded"))
    }
    if let completed = rollout.completed { rows.append(Evidence(at: completed, "all replicas updated and available")) }
    if let superseded = rollout.superseded {
      let sentence = Overtaking(rollout, among: cluster.rollouts)?.sentence
      rows.append(Evidence(at: superseded, "the pod template changed again" + (sentence.map { ": \($0)" } ?? "")))
    }
    if rollout.completed == nil {
      for pod in cluster.pods where pod.created.latest >= rollout.started.earliest && pod.ready.isEmpty {
        let waiting = pod.waitingReason.map { ": \($0)" } ?? ""
        rows.append(Evidence(at: pod.created, "pod \(pod.name) never became ready\(waiting)"))
      }
    }
    return Array(rows.prefix(12)) + CountEvidence.gaps(run, resource: run.workloadKind.resource.plural, in: window)
  }

  func remarks(on planned: PlannedWorkload) -> [PlanRemark] {
    guard let action = planned.profile.actions.first(where: { $0.name == action }) else { return [] }
    func impossible(_ message: String, _ hint: String) -> [PlanRemark] {
      [PlanRemark(field: "action", message: message, hint: hint, isImpossible: true)]
    }
    let name = planned.reference.text
    if planned.changesTemplate(action) == false {
      return impossible(
        "the action \(self.action) changes nothing of the pod template of \(name), so that it starts no rollout",
        "have it change spec.template, or name an action that does")
    }
    let others = planned.profile.actions.map(\.kind)
    if planned.reference.kind == .deployment, !others.contains(.pause(false)),
      let paused = planned.values(at: "spec", "paused"),
      paused.allSatisfy({ $0 == true })
    {
      return impossible("\(name) is paused (spec.paused) all the time, so that no rollout completes", "let it go on")
    }
    let areTaken = others.contains { kind in
      switch kind {
      case .deletePods, .evictPods, .drain: true
      default: false
      }
    }
    guard planned.reference.kind == .statefulSet, planned.workload.replacement == .byHand, !areTaken,
      !planned.mayChange("spec", "updateStrategy")
    else { return [] }
    return impossible(
      "\(name) replaces its pods only when somebody deletes them (OnDelete), and nobody does, so that no rollout completes",
      "delete pods by an action, or let spec.updateStrategy.type be RollingUpdate")
  }
}
