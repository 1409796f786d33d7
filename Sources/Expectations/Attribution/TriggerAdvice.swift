import KubernetesObjects
import LoadFacts
import RunTimeline
import Units

extension Trigger {
  /// Whether failures that look so can be its doing, where several kinds explain them equally well.
  func isPlausible(for rows: [Attribution.Row], in timeline: Timeline) -> Bool {
    guard let row = rows.first(where: { $0.trigger == self }), let outcome = row.outcomes.first,
      outcome == "502" || OutcomeLabel.status(outcome) == nil
    else { return true }
    let containers = Self.containers(in: timeline)
    switch self {
    // A pod that has passed its probe takes connections.
    case .readiness: return containers.allSatisfy { $0.readinessProbe == nil }
    // So does one that waits for twice as long as proxies need before it ends.
    case .termination:
      let enough = PodLifeline.propagation * 2
      return !containers.contains { .seconds($0.lifecycle?.preStop?.sleep?.seconds ?? 0) >= enough }
    case .crash, .version, .write, .noEndpoints, .node, .underCapacity: return true
    }
  }

  /// The one field to change; `nil` where nothing tells which.
  func advice(in timeline: Timeline, _ load: AttributedLoad, _ version: VersionContrast?) -> String? {
    let containers = Self.containers(in: timeline)
    switch self {
    case .termination where containers.allSatisfy { $0.lifecycle?.preStop == nil }:
      return
        "the pod template has no lifecycle.preStop: add one that sleeps for longer than the Ingress needs to notice "
        + "(5s or more)"
    case .termination:
      return "let lifecycle.preStop last longer, and terminationGracePeriodSeconds longer than preStop and the longest "
        + "request"
    case .readiness where containers.allSatisfy { $0.readinessProbe == nil }:
      return "the pod template has no readinessProbe: add one that succeeds when the program answers requests"
    case .readiness:
      return "let the readinessProbe ask for what requests need, and succeed only once the program has warmed up"
    case .crash: return timeline.clusters.lazy.compactMap { Self.advice(onEndsIn: $0, load) }.first
    case .version:
      return version.map {
        "look at what \($0.answerer.text) changed and wrote (kubectl logs)"
          + ($0.mayBeUndone(load) ? ", or undo its rollout (kubectl rollout undo)" : "")
      }
    case .noEndpoints: return timeline.clusters.lazy.compactMap { Self.advice(onEmptyServicesOf: $0, load) }.first
    case .write:
      return "change the Ingress or the Service apart from a release, and keep the old backend until the new one is "
        + "ready"
    case .node:
      return "spread the pods by topologySpreadConstraints, and have the Ingress try the next pod soon (a short "
        + "proxy-connect-timeout)"
    case .underCapacity: return timeline.clusters.lazy.compactMap { Self.advice(onShortagesIn: $0, load) }.first
    }
  }

  /// Pods that were lost would be lost as well if there were more; else those came too late that had come to be wanted.
  private static func advice(onShortagesIn cluster: ClusterHistory, _ load: AttributedLoad) -> String? {
    let shortages = Shortage.all(in: cluster).filter { load.count(in: Stretches([$0.window])).failed > 0 }
    guard let hull = Stretches(shortages.map(\.window)).hull else { return nil }
    let window = InstantBounds(hull.lowerBound - PodLifeline.propagation, hull.upperBound)
    if let advice = PodAdvice(of: cluster, in: window).text { return advice }
    if let advice = StartObstacle.advice(on: cluster, in: window) { return advice }
    return cluster.watched.autoscaler != nil && shortages.contains(where: \.isRise)
      ? "raise minReplicas of the HorizontalPodAutoscaler or lower its target, or have pods start faster" : nil
  }

  private static func advice(onEndsIn cluster: ClusterHistory, _ load: AttributedLoad) -> String? {
    let ends = cluster.pods.flatMap(\.health.ends).map(\.at).filter { $0.latest > .zero }
    guard let first = ends.map(\.earliest).min(), let last = ends.map(\.latest).max() else { return nil }
    return PodAdvice(of: cluster, in: InstantBounds(first, last)).text
  }

  private static func advice(onEmptyServicesOf cluster: ClusterHistory, _ load: AttributedLoad) -> String? {
    EmptyService.all(in: cluster)
      .filter { load.count(in: Stretches([$0.at.earliest..<$0.at.latest])).failed > 0 }
      .lazy.compactMap { EndpointsAdvice($0, floor: 1, in: cluster).ofService }.first
  }

  private static func containers(in timeline: Timeline) -> [Container] {
    timeline.clusters.flatMap { $0.workload.last?.object.template.spec.containers ?? [] }
  }
}

extension VersionContrast {
  /// How long its last answer lies back at most where it still answers.
  private static let pause = Duration.seconds(10)

  /// Whether it came in the run and still was there at its end: what was there before it, or went, no undoing takes away.
  fileprivate func mayBeUndone(_ load: AttributedLoad) -> Bool {
    since.earliest > load.extent.lowerBound
      && (answers.last?.moment ?? .zero) + Self.pause >= load.extent.upperBound
  }
}
