import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.PodStartup: JudgedKind {
  /// Every pod and each stage by itself, by the times that the pod bears. A pod that was asked to go before a bound was over
  /// is not judged by it.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, watching: \.readyReplicas) { judged in
      let pods = CountedMoments(judged.cluster.pods, in: judged.stretch, at: \.created)
      func stages(_ pods: [PodLifeline], areCertain: Bool) -> [StartupStage] {
        pods.flatMap { pod in
          bounds.map { StartupStage($0.stage, of: pod, limit: $0.limit, isCertain: areCertain, in: judged.cluster) }
        }
      }
      let all = stages(pods.certain, areCertain: true) + stages(pods.doubtful, areCertain: false)
      let sight = judged.sightOfPods
      let late = all.filter { $0.verdict == .fail && $0.isCertain }
      let open = all.filter { $0.verdict == .inconclusive || $0.verdict == .fail && !$0.isCertain }
      return decided(all, late, open, pods: pods.all.count, sight).about(
        judged.window, evidence: (late + open).prefix(8).map { Evidence(at: $0.pod.created, $0.sentence) } + sight.gaps,
        measuring: bounds.compactMap { measurement($0.stage, $0.limit, all, isWhole: sight.isWhole) })
    }
  }

  func remarks(on profile: Profile) -> [PlanRemark] {
    [("within", within), ("scheduled", scheduled), ("started", started), ("ready", ready)].compactMap { field, bound in
      bound.flatMap { PlanRemark.neverExceeded($0, field, in: profile) }
    }
  }

  private var bounds: [(stage: StartupStage.Stage, limit: Duration)] {
    [(.whole, within), (.scheduling, scheduled), (.starting, started), (.becomingReady, ready)].compactMap {
      stage, limit in limit.map { (stage, $0) }
    }
  }

  private func decided(
    _ stages: [StartupStage], _ late: [StartupStage], _ open: [StartupStage], pods: Int, _ sight: JudgedCluster.Sight
  ) -> Opinion {
    if let worst = late.max(by: { $0.shortest - $0.limit < $1.shortest - $1.limit }) {
      let names = Set(late.map(\.pod.uid)).count
      let more = names > 1 ? "; \(names) of \(pods.of("pod")) were late" : ""
      return .fail("\(worst.sentence)\(worst.blame)\(more)", evidence: worst.advice)
    }
    if let objection = sight.objection() { return objection }
    if let first = open.first { return .inconclusive(first.sentence) }
    let judged = stages.filter { $0.verdict == .pass }
    guard let slowest = judged.max(by: { $0.longest ?? .zero < $1.longest ?? .zero }) else {
      return .inconclusive(
        pods == 0 ? "no pod was made in \(during)" : "all pods that were made in \(during) were asked to go before")
    }
    guard judged.contains(where: \.isCertain) else {
      return .inconclusive("\(pods.of("pod")) may have been made in \(during), and none certainly was")
    }
    return .pass("\(Set(judged.map(\.pod.uid)).count.of("pod")) in time; the slowest: \(slowest.sentence)")
  }

  /// What the slowest pod took for a stage.
  private func measurement(
    _ stage: StartupStage.Stage, _ limit: Duration, _ all: [StartupStage], isWhole: Bool
  ) -> Judgement.Measurement? {
    let judged = all.filter { $0.stage == stage && $0.verdict != nil }
    if judged.isEmpty { return nil }
    let longest = judged.map(\.longest)
    let isKnown = isWhole && longest.allSatisfy { $0 != nil }
    return .time(
      "podStartup.\(stage.rawValue)", judged.filter(\.isCertain).map(\.shortest).max() ?? .zero,
      isKnown ? longest.compactMap { $0 }.max() : nil,
      // Of pods that may belong to another window nothing follows.
      limit: judged.contains(where: \.isCertain) ? .atMost(limit) : nil)
  }

  func remarks(on planned: PlannedWorkload) -> [PlanRemark] {
    guard let containers = planned.fixedTemplate?.spec.containers else { return [] }
    let delays = containers.flatMap { [$0.readinessProbe?.initialDelaySeconds, $0.startupProbe?.initialDelaySeconds] }
    guard let delay = delays.compactMap({ $0 }).max().map({ Duration.seconds($0) }) else { return [] }
    return [("within", within), ("ready", ready)].compactMap { field, bound in
      guard let bound, bound < delay else { return nil }
      return PlanRemark(
        field: field,
        message:
          "no pod of \(planned.reference.text) is asked whether it is ready before \(delay.text) (initialDelaySeconds), so "
          + "that none is in \(bound.text)",
        hint: "write \(delay.text) or more, or lower initialDelaySeconds of the probe", isImpossible: true)
    }
  }
}
