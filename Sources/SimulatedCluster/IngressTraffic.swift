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
    dataPlane.arrive(host: host, target: target, at: context.wall, serviceTime: workload.serviceTime.seconds)
  }

  /// The service whose turn a request would be, by the rules of the Ingress alone.
  package func ingressService(host: String, target: String) -> ObjectKey? {
    dataPlane.backend(host: host, target: target)?.service
  }

  /// What became of a request, once its ``ForwardedRequest/answerAfter`` has passed.
  package func outcome(of request: ForwardedRequest) -> ForwardedOutcome {
    if let exit = dataPlane.exits[request.podID], exit < request.answeredAt { return .cut }
    return .answered
  }
}

extension DataPlane {
  /// A request arrives at a time on the wall; `serviceTime` is in seconds of the wall.
  mutating func arrive(host: String, target: String, at arrival: Double, serviceTime: Double) -> IngressDecision {
    guard let backend = backend(host: host, target: target) else { return .noRoute }
    guard let id = routing.next(of: targets(of: backend), in: backend.service) else { return .noEndpoint }
    guard let runtime = runtimes[id], runtime.isListening else { return .refused(pod: runtimes[id]?.key.name ?? "") }
    guard let done = runtimes[id]?.load.take(at: arrival) else {
      return .overloaded(pod: runtime.key.name, version: runtime.version)
    }
    // The CPU works for a part of the service time; the pod waits for others in the rest.
    let limit = runtime.load.limit ?? 1
    let rest = max(0, serviceTime - runtime.load.cost / limit)
    let answered = done + (runtime.load.limit == nil ? serviceTime : rest)
    return .forwarded(
      ForwardedRequest(
        podID: id, pod: runtime.key.name, version: runtime.version,
        answerAfter: .seconds(answered - arrival), answeredAt: answered))
  }

  func backend(host: String, target: String) -> IngressRouting.Backend? {
    let name = host.utf8.firstIndex(of: 0x3A).map { String(host[..<$0]) } ?? host
    let path = target.utf8.firstIndex(of: 0x3F).map { target[..<$0] } ?? target[...]
    return routing.backend(host: name, path: path)
  }
}
