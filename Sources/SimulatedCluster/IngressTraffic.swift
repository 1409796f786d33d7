import ApplicationNature
import Arrivals
import Units

/// What the Ingress does with one request, at once.
package enum IngressDecision: Sendable, Equatable {
  /// No rule for this host and path: 404.
  case noRoute
  /// There is no such service, it has no such port, or no pod that the Ingress knows as ready: 503.
  case noEndpoint
  /// The pod does not listen any more, or not yet: 502.
  case refused(pod: String)
  /// Too many requests wait in the pod: 503 from the pod itself.
  case overloaded(pod: String, version: String)
  /// The machine of the pod is gone: nothing comes back.
  case unanswered(pod: String)
  /// The pod has taken the request.
  case forwarded(ForwardedRequest)
}

/// A request that a pod has taken; ask ``ClusterSimulation/outcome(of:)`` when its time has come.
package struct ForwardedRequest: Sendable, Equatable {
  let run: ContainerRun
  package let pod: String
  package let version: String
  /// Nanoseconds of wall time from now until the answer.
  package let answerAfterNanoseconds: Int64
  /// Seconds on the wall since the start.
  let answeredAt: Double
  /// The application answers 500.
  let fails: Bool

  /// Wall time from now until the answer.
  package var answerAfter: Duration { .nanoseconds(answerAfterNanoseconds) }
}

/// What became of a request that a pod had taken.
package enum ForwardedOutcome: Sendable, Equatable {
  /// 200, with the pod's name and version.
  case answered
  /// The container ended before the answer: 502, "upstream prematurely closed connection".
  case cut
  /// 500 from the pod, with its name and version.
  case failed
  /// Its machine is gone: no answer ever comes.
  case silent
}

extension ClusterSimulation {
  /// For how long the Ingress waits for a pod before it answers 504 (nginx, `proxy_read_timeout`). Wall time.
  package static let readTimeout = Duration.seconds(60)

  /// A request arrives at the Ingress now.
  ///
  /// - Parameters:
  ///   - host: the `Host` header, with or without a port.
  ///   - target: the request target, with or without a query.
  package mutating func arrive(host: String, target: String, over connection: Int = 0) -> IngressDecision {
    var destination = IngressDestination(host: host, target: target)
    return arrive(at: &destination, over: connection)
  }

  /// A request arrives at the Ingress now, for a destination to which others may have gone before.
  package mutating func arrive(at destination: inout IngressDestination, over connection: Int = 0) -> IngressDecision {
    let pinned = context.workload.balancing == .connections ? connection : nil
    return dataPlane.arrive(
      at: &destination, at: context.wall, over: pinned, retries: context.workload.retries)
  }

  /// A connection is closed.
  package mutating func close(connection: Int) { dataPlane.podsOfConnections[connection] = nil }

  /// The service whose turn a request would be, by the rules of the Ingress alone.
  package func ingressService(host: String, target: String) -> ObjectKey? {
    let destination = IngressDestination(host: host, target: target)
    return dataPlane.routing.backend(host: destination.host, path: destination.path[...])?.service
  }

  /// What became of a request, once its ``ForwardedRequest/answerAfter`` has passed. It changes nothing, and is mutating so
  /// that asking does not copy the cluster.
  package mutating func outcome(of request: ForwardedRequest) -> ForwardedOutcome {
    if !dataPlane.exits.isEmpty, !dataPlane.runtimes.isRunning(request.run), let exit = dataPlane.exits[request.run],
      exit < request.answeredAt
    {
      return .cut
    }
    if dataPlane.runtimes.isLost(request.run.pod) { return .silent }
    return request.fails ? .failed : .answered
  }
}

extension DataPlane {
  /// A request arrives at a time on the wall.
  ///
  /// - Parameters:
  ///   - connection: the connection that it comes over, where the Ingress chooses a pod for each.
  ///   - retries: how many other pods are tried when one refuses.
  mutating func arrive(
    at destination: inout IngressDestination, at arrival: Double, over connection: Int? = nil, retries: Int = 0
  ) -> IngressDecision {
    guard let upstream = routing.upstream(behind: &destination) else { return .noRoute }
    if !routing.knowsTargets(of: upstream) {
      routing.note(targets(of: routing.upstreams[upstream].backend), of: upstream)
    }
    var triesLeft = retries
    while true {
      guard let id = choosePod(of: upstream, over: connection) else { return .noEndpoint }
      // The pod is changed where it stands: to copy all that is known of it would take longer than the rest.
      let decision = runtimes[id]?.take(at: arrival) ?? .refused(pod: "")
      guard triesLeft > 0, case .refused = decision else { return decision }
      triesLeft -= 1
      if let connection { podsOfConnections[connection] = nil }
    }
  }

  private mutating func choosePod(of upstream: Int, over connection: Int?) -> PodID? {
    guard let connection else { return routing.nextTarget(of: upstream) }
    if let pod = podsOfConnections[connection], let runtime = runtimes[pod], runtime.isListening || runtime.isLost {
      return pod
    }
    let chosen = routing.nextTarget(of: upstream)
    podsOfConnections[connection] = chosen
    return chosen
  }
}

extension PodRuntime {
  /// A request arrives at a time on the wall.
  fileprivate mutating func take(at arrival: Double) -> IngressDecision {
    if isLost { return .unanswered(pod: key.name) }
    guard isListening else { return .refused(pod: key.name) }
    let deviation = application.serviceTime.isSpread ? luck.nextNormal() : 0
    let serviceTime = application.serviceTime.seconds(at: deviation)
    guard let answered = load.take(at: arrival, serviceTime: serviceTime) else {
      return .overloaded(pod: key.name, version: version)
    }
    var fails = false
    if application.failingShare > 0 {
      failing += application.failingShare
      fails = failing >= 1
      if fails { failing -= 1 }
    }
    return .forwarded(
      ForwardedRequest(
        run: run, pod: key.name, version: version,
        answerAfterNanoseconds: Int64(min(((answered - arrival) * 1e9).rounded(), 9e18)), answeredAt: answered,
        fails: fails))
  }
}
