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
  /// The pod has taken the request.
  case forwarded(ForwardedRequest)
}

/// A request that a pod has taken; ask ``ClusterSimulation/outcome(of:)`` when its time has come.
package struct ForwardedRequest: Sendable, Equatable {
  let podID: PodID
  package let pod: String
  package let version: String
  /// Wall time from now until the answer.
  package let answerAfter: Duration
  /// Seconds on the wall since the start.
  let answeredAt: Double
}

/// What became of a request that a pod had taken.
package enum ForwardedOutcome: Sendable, Equatable {
  /// 200, with the pod's name and version.
  case answered
  /// The container ended before the answer: 502, "upstream prematurely closed connection".
  case cut
}

extension ClusterSimulation {
  /// A request arrives at the Ingress now.
  ///
  /// - Parameters:
  ///   - host: the `Host` header, with or without a port.
  ///   - target: the request target, with or without a query.
  package mutating func arrive(host: String, target: String) -> IngressDecision {
    var destination = IngressDestination(host: host, target: target)
    return arrive(at: &destination)
  }

  /// A request arrives at the Ingress now, for a destination to which others may have gone before.
  package mutating func arrive(at destination: inout IngressDestination) -> IngressDecision {
    dataPlane.arrive(at: &destination, at: context.wall, serviceTime: context.workload.serviceTime.seconds)
  }

  /// The service whose turn a request would be, by the rules of the Ingress alone.
  package func ingressService(host: String, target: String) -> ObjectKey? {
    let destination = IngressDestination(host: host, target: target)
    return dataPlane.routing.backend(host: destination.host, path: destination.path[...])?.service
  }

  /// What became of a request, once its ``ForwardedRequest/answerAfter`` has passed. It changes nothing, and is mutating so
  /// that asking does not copy the cluster.
  package mutating func outcome(of request: ForwardedRequest) -> ForwardedOutcome {
    if let exit = dataPlane.exits[request.podID], exit < request.answeredAt { return .cut }
    return .answered
  }
}

extension DataPlane {
  /// A request arrives at a time on the wall; `serviceTime` is in seconds of the wall.
  mutating func arrive(
    at destination: inout IngressDestination, at arrival: Double, serviceTime: Double
  ) -> IngressDecision {
    guard let upstream = routing.upstream(behind: &destination) else { return .noRoute }
    if !routing.knowsTargets(of: upstream) {
      routing.note(targets(of: routing.upstreams[upstream].backend), of: upstream)
    }
    guard let id = routing.nextTarget(of: upstream) else { return .noEndpoint }
    // The pod is changed where it stands: to copy all that is known of it would take longer than the rest.
    return runtimes[id]?.take(at: arrival, serviceTime: serviceTime) ?? .refused(pod: "")
  }
}

extension PodRuntime {
  /// A request arrives at a time on the wall; `serviceTime` is in seconds of the wall.
  fileprivate mutating func take(at arrival: Double, serviceTime: Double) -> IngressDecision {
    guard isListening else { return .refused(pod: key.name) }
    guard let done = load.take(at: arrival) else { return .overloaded(pod: key.name, version: version) }
    // The CPU works for a part of the service time; the pod waits for others in the rest.
    let limit = load.limit ?? 1
    let rest = max(0, serviceTime - load.cost / limit)
    let answered = done + (load.limit == nil ? serviceTime : rest)
    return .forwarded(
      ForwardedRequest(
        podID: id, pod: key.name, version: version, answerAfter: .seconds(answered - arrival), answeredAt: answered))
  }
}
