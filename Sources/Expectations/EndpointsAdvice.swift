import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// What to change so that a Service keeps its endpoints, by what was seen as they went; nothing where nothing tells why.
struct EndpointsAdvice {
  private let dip: EndpointsDip
  private let floor: Int
  private let cluster: ClusterHistory
  /// In which the cause of the dip lies: endpoints follow their pods a little later.
  private let cause: InstantBounds

  /// Endpoints are written within it after what changed.
  private static let delay = Duration.seconds(5)

  init(_ dip: EndpointsDip, floor: Int, in cluster: ClusterHistory) {
    (self.dip, self.floor, self.cluster) = (dip, floor, cluster)
    cause = InstantBounds(dip.at.earliest - Self.delay, dip.at.latest)
  }

  var text: String? { ofService ?? ofCount ?? ofTroubles ?? ofRollout ?? ofDeletions }

  /// The Service itself.
  var ofService: String? {
    let absences = cluster.services.first { $0.service == dip.service }?.absences ?? []
    let isGone = absences.contains { absence in
      absence.deleted.earliest <= dip.at.latest && absence.returned.map { $0.latest > dip.at.earliest } ?? true
    }
    if isGone, dip.most == 0 {
      return "Service \(dip.service) was deleted: lead whoever sends to it elsewhere before that"
    }
    if let portless { return portless }
    let ready = cluster.readyReplicas.extent(from: dip.at.earliest, to: dip.at.latest)
    guard dip.isStretch, dip.at.width > Self.delay, let ready, ready.lowerBound >= floor else { return nil }
    return "look at spec.selector and the ports of Service \(dip.service): "
      + "\(ready.lowerBound.of("pod")) of the workload \(ready.lowerBound == 1 ? "was" : "were") ready meanwhile"
  }

  /// Pods that are ready and have no port to send to.
  private var portless: String? {
    let stretches = cluster.services.first { $0.service == dip.service }?.portless ?? []
    let met = stretches.first { stretch in
      stretch.since.earliest <= dip.at.latest && stretch.until.map { $0.latest > dip.at.earliest } ?? true
    }
    guard let met else { return nil }
    let port = met.port.map { $0.isEmpty ? "port" : "port \($0)" } ?? "port"
    return "give a container a port of the name that targetPort of Service \(dip.service) says: "
      + "\(met.pods.of("ready pod")) had no \(port) to send to, and endpoints without one do not count"
  }

  /// Fewer replicas were wanted than endpoints.
  private var ofCount: String? {
    guard let wanted = cluster.wantedReplicas.extent(from: dip.at.earliest, to: dip.at.latest)?.upperBound,
      wanted < floor
    else { return nil }
    let field = cluster.autoscaler.last.map { !$0.deleted } ?? false ? "spec.minReplicas of the HPA" : "spec.replicas"
    return "raise \(field) to \(floor): only \(wanted) \(wanted == 1 ? "was" : "were") wanted"
  }

  private var ofTroubles: String? { PodAdvice(of: cluster, in: cause).text }

  private var ofRollout: String? {
    let isReplacing = cluster.rollouts.contains {
      cause.meets(InstantBounds($0.started.earliest, ($0.completed ?? $0.superseded)?.latest ?? .farFuture))
    }
    let version = cluster.workload.last { $0.at.earliest <= dip.at.latest }
    guard isReplacing, let workload = version?.object else { return nil }
    switch workload.replacement {
    case .recreating: return "change strategy.type to RollingUpdate: Recreate takes all old pods before new ones come"
    case .ordered, .byHand: return "want more replicas, so that those that are replaced are not missed"
    case .surging:
      let fences = RolloutArithmetic.fences(of: workload)
      if !(workload.template.spec.containers ?? []).contains(where: { $0.readinessProbe != nil }) {
        return "give the pod template a readinessProbe: without one new pods count at once, and old ones go"
      }
      guard fences.floor < floor else { return nil }
      return fences.floor < fences.replicas
        ? "change strategy.rollingUpdate.maxUnavailable to 0: it lets \(fences.replicas - fences.floor) of "
          + "\(fences.replicas) pods be missing" : nil
    }
  }

  /// Pods that somebody asked to go who wanted no fewer, as a drain of a node does.
  private var ofDeletions: String? {
    let asked = cluster.pods.filter { $0.deleteRequested.map(cause.meets) ?? false }
    let falls = CountChange.falls(of: cluster.wantedReplicas).contains { $0.at.meets(cause) }
    guard !asked.isEmpty, !falls, cluster.budgets.isEmpty else { return nil }
    return "give the pods a PodDisruptionBudget with minAvailable \(floor), for which a drain waits: "
      + "\(asked.count.of("pod")) \(asked.count == 1 ? "was" : "were") asked to go though no fewer were wanted"
  }
}
