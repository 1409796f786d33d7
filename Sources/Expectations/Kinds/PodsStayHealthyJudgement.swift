import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.PodsStayHealthy: JudgedKind {
  /// What `restartCount` and the condition `Ready` of the workload's pods say of the window.
  ///
  /// A pod that was asked to go ends as it should, and is no longer looked at.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, watching: \.readyReplicas) { judged in
      let pods = judged.cluster.pods.filter { $0.mayExist(in: judged.window) }
      let sight = judged.sightOfPods
      let troubles = PodTroubles(of: pods, in: judged.stretch)
      let measured =
        pods.isEmpty
        ? []
        : troubles.measurements(restarts: restarts, readinessLosses: readinessLosses, isWhole: sight.isWhole)
      return decided(troubles, measured, pods: pods.count, judged, sight).about(
        judged.window, evidence: troubles.rows + sight.gaps, measuring: measured)
    }
  }

  private func decided(
    _ troubles: PodTroubles, _ measured: [Judgement.Measurement], pods: Int, _ judged: JudgedCluster,
    _ sight: JudgedCluster.Sight
  ) -> Opinion {
    if measured.contains(where: { $0.position == .outside }) {
      return .fail(
        troubles.finding(certainOnly: true),
        evidence: PodAdvice(troubles, cluster: judged.cluster, in: judged.window).rows)
    }
    if let doubt = troubles.doubt(restarts: restarts, readinessLosses: readinessLosses) {
      return .inconclusive("\(doubt), which may lie outside of \(during)")
    }
    if let objection = sight.objection() { return objection }
    if measured.contains(where: { $0.position != .within }) {
      return .inconclusive("readiness was lost and won again while nothing was heard, perhaps more than once")
    }
    if pods == 0 { return .inconclusive("no pod of the workload was there during \(during)") }
    return .pass("\(troubles.finding(certainOnly: false)) of \(pods.of("pod"))")
  }
}

extension PodLifeline {
  /// Whether the pod may have been there, and not yet asked to go, at some instant of a window.
  func mayExist(in window: InstantBounds) -> Bool {
    created.earliest <= window.latest && ((deleteRequested ?? left)?.latest ?? .farFuture) >= window.earliest
  }
}
