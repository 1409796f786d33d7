package import LoadDriving
import LoadFacts
package import SimulatedCluster
import Units

/// The Ingress of a simulated cluster as the target of a load in virtual time.
///
/// Answers have a status, and headers with the name of the pod and its version; what else a route may expect of an answer is not there to be
/// checked. Instants are wall time, in which the cluster passes ``ClusterSimulation/timeScale`` times as fast.
package struct ClusterTarget: VirtualTarget {
  /// The headers of an answer that the load generator reads.
  package struct ReadHeaders: Sendable {
    package var pod: Bool
    package var version: Bool

    package init(pod: Bool = true, version: Bool = true) {
      self.pod = pod
      self.version = version
    }
  }

  /// What the Ingress reads of requests. A class, so that a request takes one reference and not three.
  package final class ReadRequests: Sendable {
    let destination: @Sendable (PendingRequest) -> IngressDestination
    let header: @Sendable (String, PendingRequest) -> String?
    let bodyLength: @Sendable (PendingRequest) -> Int64

    /// - Parameters:
    ///   - header: the value of a header, by its name in any case of letters; `nil` for one that a request does not have.
    ///   - bodyLength: bytes of the body; asked for only where it is a question whether the Ingress takes it.
    ///   - destination: where a request goes.
    package init(
      header: @escaping @Sendable (String, PendingRequest) -> String? = { _, _ in nil },
      bodyLength: @escaping @Sendable (PendingRequest) -> Int64 = { _ in 0 },
      destination: @escaping @Sendable (PendingRequest) -> IngressDestination
    ) {
      self.header = header
      self.bodyLength = bodyLength
      self.destination = destination
    }
  }

  package internal(set) var cluster: ClusterSimulation
  /// Cluster time at instant zero.
  private let origin: Duration
  private let timeScale: Double
  private let requests: ReadRequests
  private let settledRoutes: Set<Int>
  /// By route: where its latest request went, and whether the next one goes there too.
  private var destinations: [IngressDestination] = []
  private var isSettled: [Bool] = []
  private let headers: ReadHeaders
  /// What the Ingress did with the latest request of a slot.
  private var decisions: [IngressDecision] = []

  /// - Parameters:
  ///   - cluster: at the moment that is instant zero.
  ///   - headers: which headers of answers are read.
  ///   - settledRoutes: those whose requests all have one destination, so that one of them is asked for.
  package init(
    _ cluster: ClusterSimulation, reading headers: ReadHeaders = ReadHeaders(), settledRoutes: Set<Int> = [],
    requests: ReadRequests
  ) {
    self.cluster = cluster
    self.headers = headers
    self.settledRoutes = settledRoutes
    self.requests = requests
    origin = cluster.now
    timeScale = cluster.timeScale
  }

  mutating func advance(to instant: Int64) {
    cluster.advance(to: origin + .nanoseconds(instant, times: timeScale))
  }

  package mutating func arrive(
    _ request: PendingRequest, over connection: Int, in slot: Int, at now: Int64
  ) -> Int64? {
    advance(to: now)
    find(request)
    while decisions.count <= slot { decisions.append(.noRoute) }
    let requests = requests
    decisions[slot] = cluster.arrive(
      at: &destinations[request.route], over: connection, bodyLength: { requests.bodyLength(request) },
      header: { requests.header($0, request) })
    return end(in: slot, at: now)
  }

  /// When the request in a slot ends, or is to be looked at again, as far as the Ingress knows.
  private func end(in slot: Int, at now: Int64) -> Int64 {
    if case .forwarded(let request) = decisions[slot] { now + request.answerAfterNanoseconds } else { now }
  }

  /// Has ``destinations`` say where a request goes.
  private mutating func find(_ request: PendingRequest) {
    let route = request.route
    if route < isSettled.count, isSettled[route] { return }
    while destinations.count <= route {
      destinations.append(IngressDestination(host: "", target: ""))
      isSettled.append(false)
    }
    destinations[route] = requests.destination(request)
    isSettled[route] = settledRoutes.contains(route)
  }

  package mutating func answer(in slot: Int, at now: Int64) -> VirtualAnswer? {
    advance(to: now)
    switch decisions[slot] {
    case .noRoute: return VirtualAnswer(.status(404))
    case .tooLarge: return VirtualAnswer(.status(413), closesConnection: true)
    case .redirected: return VirtualAnswer(.status(308))
    case .noEndpoint: return VirtualAnswer(.status(503))
    case .refused: return VirtualAnswer(.status(502))
    case .timedOut: return VirtualAnswer(.status(504))
    case .overloaded(let pod): return answer(.status(503), from: pod)
    case .forwarded(let request):
      switch cluster.outcome(of: request) {
      case .answered: return answer(.status(200), from: request.pod)
      case .failed: return answer(.status(500), from: request.pod)
      case .cut:
        // The answer is the Ingress' own, not the pod's.
        decisions[slot] = .refused
        return VirtualAnswer(.status(502))
      case .goesOn(let decision):
        decisions[slot] = decision
        return nil
      }
    }
  }

  package mutating func laterEnd(in slot: Int, at now: Int64) -> Int64? { end(in: slot, at: now) }

  package func pod(in slot: Int) -> String? {
    guard headers.pod else { return nil }
    return switch decisions[slot] {
    case .forwarded(let request): cluster.answeringPod(request.pod).name
    case .overloaded(let pod): cluster.answeringPod(pod).name
    default: nil
    }
  }

  @inline(__always)
  private func answer(_ outcome: Outcome, from pod: Int) -> VirtualAnswer {
    VirtualAnswer(outcome, version: headers.version ? cluster.version(ofAnsweringPod: pod) : nil)
  }
}
