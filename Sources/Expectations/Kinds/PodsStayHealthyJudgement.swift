import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.PodsStayHealthy: JudgedKind {
  /// What `restartCount` and the condition `Ready` of the workload's pods say of the window.
  ///
  /// A pod that was asked to go ends as it should, and is no longer looked at.
  func opinion(on run: RunView) -> Opinion {
    guard let cluster = run.timeline.cluster else { return .inconclusive("no cluster was watched") }
    switch run.stretch(during, watching: cluster.readyReplicas) {
    case .missing(let reason): return .inconclusive(reason)
    case .known(let stretch):
      let window = stretch.hull
      let pods = cluster.pods.filter { $0.mayExist(in: window) }
      let unknown = PodCoverage(cluster: cluster).unknown(from: window.earliest, to: window.latest)
      let troubles = PodTroubles(of: pods, in: stretch)
      let isWhole = stretch.unfinished == nil && unknown == nil
      let measured = troubles.measurements(restarts: restarts, readinessLosses: readinessLosses, isWhole: isWhole)
      var evidence = troubles.rows
      evidence += CountEvidence.gaps(run, resource: Pod.resource.plural, in: window)
      if measured.contains(where: { $0.position == .outside }) {
        let advice = PodAdvice(troubles, cluster: cluster, in: window).rows
        return .fail(troubles.finding(certainOnly: true), window: window, evidence: advice + evidence)
          .measuring(measured)
      }
      if let doubt = troubles.doubt(restarts: restarts, readinessLosses: readinessLosses) {
        return .inconclusive("\(doubt), which may lie outside of \(during)", window: window, evidence: evidence)
          .measuring(measured)
      }
      if let unfinished = stretch.unfinished {
        return .inconclusive(unfinished, window: window, evidence: evidence).measuring(measured)
      }
      if let unknown {
        return .unknown(
          unknown.earliest, unknown.latest, run, resource: Pod.resource.plural, window: window, evidence: evidence
        ).measuring(measured)
      }
      if measured.contains(where: { $0.position != .within }) {
        return .inconclusive(
          "readiness was lost and won again while nothing was heard, perhaps more than once", window: window,
          evidence: evidence
        ).measuring(measured)
      }
      if pods.isEmpty {
        return .inconclusive("no pod of the workload was there during \(during)", window: window)
      }
      return .pass(
        "\(troubles.finding(certainOnly: false)) of \(pods.count.of("pod"))", window: window, evidence: evidence
      ).measuring(measured)
    }
  }

  /// Whether it can pass depends on the cluster, which no plan tells of.
  func remarks(on profile: Profile) -> [PlanRemark] { [] }

  var focus: Judgement.Focus { .firstEvidence }
}

extension PodLifeline {
  /// Whether the pod may have been there, and not yet asked to go, at some instant of a window.
  func mayExist(in window: InstantBounds) -> Bool {
    created.earliest <= window.latest && ((deleteRequested ?? removed)?.latest ?? .farFuture) >= window.earliest
  }
}
