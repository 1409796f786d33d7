/// Clients that stay with a pod, by a cookie of the Ingress or by their address.
extension DataPlane {
  /// How often another key is tried for a client whose pod did not answer (ingress-nginx, `MAX_UPSTREAM_CHECKS_COUNT`).
  private static let mostKeys = 20

  /// The pod of a client with a cookie, and what its cookie becomes.
  mutating func choosePod(of upstream: Int, for session: inout IngressSession, by affinity: SessionAffinity) -> PodID? {
    findTargets(of: upstream)
    guard let pods = routing.upstreams[upstream].targets, !pods.isEmpty else { return nil }
    if session.failed == 0, !session.isNew {
      let known =
        affinity.isPersistent
        ? pods.first { IngressSession.key(of: $0) == session.key } : IngressSession.pod(for: session.key, among: pods)
      if let known { return known }
    }
    var chosen: (pod: PodID, key: UInt64)?
    for _ in 0..<Self.mostKeys {
      let key = sessions.next()
      let pod =
        affinity.isPersistent
        ? pods[Int(key % UInt64(pods.count))] : IngressSession.pod(for: key, among: pods) ?? pods[0]
      chosen = (pod, affinity.isPersistent ? IngressSession.key(of: pod) : key)
      if pod != Int(session.failed) { break }
    }
    guard let chosen else { return nil }
    // A persistent cookie whose pod is gone counts for nothing.
    if session.failed == 0 || affinity.changesOnFailure || session.isGiven {
      (session.key, session.isGiven, session.isNew) = (chosen.key, true, false)
    }
    return chosen.pod
  }

  /// The pod of a new connection, where the Service has all connections of one address stay with one pod. The load is one
  /// client, whatever connections it has.
  mutating func podOfClient(of upstream: Int, at now: Double) -> PodID? {
    let service = routing.upstreams[upstream].backend.service
    guard let timeout = routing.rules.clientAffinity[service] else { return routing.nextTarget(of: upstream) }
    if let known = podsOfClients[service], now - known.usedAt < timeout,
      routing.upstreams[upstream].targets?.contains(known.pod) == true
    {
      podsOfClients[service]?.usedAt = now
      return known.pod
    }
    let chosen = routing.nextTarget(of: upstream)
    podsOfClients[service] = chosen.map { ClientPod(pod: $0, usedAt: now) }
    return chosen
  }

  /// The pod that the connections of a client go to.
  struct ClientPod: Sendable {
    let pod: PodID
    /// When it had a connection last, in seconds on the wall.
    var usedAt: Double
  }
}

extension ClusterSimulation {
  /// The value of the header `Set-Cookie` that goes with the answer to a request; `nil` for none.
  package func sessionCookie(of request: ForwardedRequest) -> String? {
    guard let session = request.attempt.session, session.isGiven else { return nil }
    return dataPlane.routing.settings[request.attempt.settings].affinity?.header(session)
  }
}
