import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.GracefulExit: JudgedKind {
  /// Every pod by itself: by how its containers ended where that was seen, and else by when it was gone, since its object goes
  /// only when the kubelet has seen them end.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, watching: \.readyReplicas) { judged in
      let exits = CountedMoments(
        judged.cluster.pods.compactMap { PodExit($0, spare: spare) }, in: judged.stretch, at: \.asked)
      let sight = judged.sightOfPods
      let failed = exits.certain.filter { $0.verdict == .fail }
      let open = exits.certain.filter { $0.verdict == .inconclusive } + exits.doubtful.filter { $0.verdict != .pass }
      let measured = Judgement.Measurement.count(
        "pods.notEndedByThemselves", failed.count, sight.isWhole ? failed.count + open.count : nil, limit: .noneAllowed)
      return decided(failed, open, of: exits.all.count, judged.cluster, sight).about(
        judged.window, evidence: (failed + open).prefix(8).map { Evidence(at: $0.asked, $0.sentence) } + sight.gaps,
        measuring: exits.all.isEmpty ? [] : [measured])
    }
  }

  private func decided(
    _ failed: [PodExit], _ open: [PodExit], of count: Int, _ cluster: ClusterHistory, _ sight: JudgedCluster.Sight
  ) -> Opinion {
    if let first = failed.first {
      let more = failed.count > 1 ? "; \(failed.count) of \(count.of("pod"))" : ""
      return .fail("\(first.sentence)\(more)", evidence: advice(failed, cluster))
    }
    if let objection = sight.objection() { return objection }
    if let first = open.first { return .inconclusive(first.sentence) }
    if count == 0 { return .inconclusive("no pod was asked to go in \(during)") }
    return .pass("all \(count.of("pod")) that went ended within their grace period, and none was killed")
  }

  /// One field to change: what takes the grace period, and how much there is of it.
  private func advice(_ exits: [PodExit], _ cluster: ClusterHistory) -> [Evidence] {
    guard let spec = cluster.workload.last?.object.template.spec, let grace = exits.first?.grace else { return [] }
    if exits.contains(where: { $0.isOutOfMemory }) {
      return [Evidence("a container was killed for want of memory: raise its resources.limits.memory")]
    }
    let sleep = (spec.containers ?? []).compactMap { $0.lifecycle?.preStop?.sleep?.seconds }.max() ?? 0
    let field = "terminationGracePeriodSeconds (\(Int(grace.seconds)))"
    let text =
      Duration.seconds(sleep) + spare >= grace
      ? "the preStop alone sleeps \(sleep)s: set \(field) to more than that and the longest request together"
      : "the program did not end in the \((grace - .seconds(sleep)).text) that it has from SIGTERM on: let it end on SIGTERM, or "
        + "raise \(field)"
    return [Evidence(text)]
  }

  func remarks(on planned: PlannedWorkload) -> [PlanRemark] {
    let field = "terminationGracePeriodSeconds"
    guard let values = planned.values(at: "spec", "template", "spec", field) else { return [] }
    guard let grace = values.map({ Duration.seconds($0?.int ?? 30) }).max() else { return [] }
    guard spare < grace else {
      return [
        PlanRemark(
          field: "spare",
          message:
            "the pods of \(planned.reference.text) have \(grace.text) from when they are asked to go (\(field)), of which "
            + "\(spare.text) can never be left",
          hint: "write less than \(grace.text), or raise \(field)", isImpossible: true)
      ]
    }
    let sleeps = planned.fixedTemplate?.spec.containers?.compactMap { $0.lifecycle?.preStop?.sleep?.seconds }
    guard let sleep = sleeps?.max(), Duration.seconds(sleep) + spare >= grace else { return [] }
    return [
      PlanRemark(
        field: "spare",
        message:
          "a preStop of \(planned.reference.text) sleeps \(sleep)s of the \(grace.text) of grace, so that \(spare.text) "
          + "can hardly be left",
        hint: "raise \(field), or write less")
    ]
  }
}

/// How a pod ended that was asked to go.
private struct PodExit {
  let asked: InstantBounds
  let grace: Duration
  let verdict: Verdict
  let sentence: String
  let isOutOfMemory: Bool

  /// `nil` for a pod that was not asked to go.
  init?(_ pod: PodLifeline, spare: Duration) {
    guard let asked = pod.deleteRequested ?? pod.removed else { return nil }
    self.asked = asked
    // One that had ended before was killed for something else.
    let ends = pod.ends.filter { $0.finished.map { $0.latest >= asked.earliest } ?? true }
    isOutOfMemory = ends.contains { $0.reason == "OOMKilled" }
    guard let grace = pod.gracePeriod, grace > .zero, pod.deleteRequested != nil else {
      grace = .zero
      (verdict, sentence) = (.inconclusive, "when pod \(pod.name) was asked to go was not seen")
      return
    }
    self.grace = grace
    if let killed = ends.first(where: { $0.exitCode == 137 }) {
      let reason = killed.reason.map { ", \($0)" } ?? ""
      let isAfter = killed.finished.map { $0.earliest >= asked.latest } ?? false
      verdict = isAfter ? .fail : .inconclusive
      sentence =
        "container \(killed.container) of pod \(pod.name) was killed (exit code 137\(reason)), "
        + (isAfter ? "with \(grace.text) of grace" : "perhaps before it was asked to go")
      return
    }
    let finished = pod.ends.compactMap(\.finished)
    let isSeen = pod.allEnded && finished.count == pod.ends.count && !finished.isEmpty
    let end =
      isSeen
      ? InstantBounds(finished.map(\.earliest).max() ?? .zero, finished.map(\.latest).max() ?? .zero) : pod.removed
    guard let end else {
      (verdict, sentence) = (.inconclusive, "pod \(pod.name) was still going when the recording ended")
      return
    }
    let bound = grace - spare
    let took = end.elapsed(since: asked)
    let text = InstantBounds(max(took.shortest, .zero), max(took.longest, .zero)).plain
    if took.longest <= bound {
      (verdict, sentence) = (
        .pass, "pod \(pod.name) ended \(text) after it was asked to go, with \(grace.text) of grace"
      )
    } else if isSeen, took.shortest > bound {
      let asked = spare == .zero ? "" : ", of which \(spare.text) were to be left"
      verdict = .fail
      sentence = "pod \(pod.name) ended only \(text) after it was asked to go, with \(grace.text) of grace\(asked)"
    } else {
      // Its object may stay for longer than its containers.
      let how = isSeen ? "around its bound of \(bound.text)" : "and how its containers ended was not seen"
      verdict = .inconclusive
      sentence = "pod \(pod.name) was gone \(text) after it was asked to go, \(how)"
    }
  }
}
