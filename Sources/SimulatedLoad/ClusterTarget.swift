package import LoadDriving
import LoadFacts
package import SimulatedCluster
import Units

/// The Ingress of a simulated cluster as the target of a load in virtual time.
///
/// Answers have a status, the name of the pod, and its version; what else a route may expect of an answer is not there to be
/// checked. Instants are wall time, in which the cluster passes ``ClusterSimulation/timeScale`` times as fast.
package struct ClusterTarget: VirtualTarget {
  package private(set) var cluster: ClusterSimulation
  /// Cluster time at instant zero.
  private let origin: Duration
  private let host: String
  private let path: @Sendable (PendingRequest) -> String
  /// What the Ingress did with the latest request of a slot.
  private var decisions: [IngressDecision] = []

  /// - Parameters:
  ///   - cluster: at the moment that is instant zero.
  ///   - host: the `Host` header.
  ///   - path: the request target of a request, with or without a query.
  package init(
    _ cluster: ClusterSimulation, host: String, path: @escaping @Sendable (PendingRequest) -> String
  ) {
    self.cluster = cluster
    self.host = host
    self.path = path
    origin = cluster.now
  }

  private mutating func advance(to instant: Int64) {
    cluster.advance(to: origin + .nanoseconds(instant) * cluster.timeScale)
  }

  package mutating func arrive(_ request: PendingRequest, in slot: Int, at now: Int64) -> Int64? {
    advance(to: now)
    while decisions.count <= slot { decisions.append(.noRoute) }
    decisions[slot] = cluster.arrive(host: host, target: path(request))
    guard case .forwarded(let request) = decisions[slot] else { return now }
    return now + request.answerAfter.nanoseconds
  }

  package mutating func answer(in slot: Int, at now: Int64) -> VirtualAnswer {
    advance(to: now)
    switch decisions[slot] {
    case .noRoute: return VirtualAnswer(.status(404))
    case .noEndpoint: return VirtualAnswer(.status(503))
    case .refused: return VirtualAnswer(.status(502))
    case .overloaded(let pod, let version): return VirtualAnswer(.status(503), pod: pod, version: version)
    case .forwarded(let request):
      switch cluster.outcome(of: request) {
      case .answered: return VirtualAnswer(.status(200), pod: request.pod, version: request.version)
      case .cut: return VirtualAnswer(.status(502))
      }
    }
  }
}
