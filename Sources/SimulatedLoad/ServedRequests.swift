import LoadDriving
package import LoadFacts

/// What a simulated cluster did with each request that came to it, for whoever wants to know what happened and not what was
/// counted of it.
package struct ServedRequests: Sendable {
  /// Instants are wall time in nanoseconds since the load began.
  package struct Request: Sendable {
    package let due: Int64
    package let arrived: Int64
    package let route: Int
    /// `nil` where its client gave up before.
    package fileprivate(set) var answered: Int64?
    package fileprivate(set) var outcome: Outcome?
    /// The pod that answered; `nil` where the Ingress did, or the names of pods are not read.
    package fileprivate(set) var pod: String?
  }

  /// In the order in which they arrived.
  package private(set) var requests: [Request] = []
  /// By slot: which request it has.
  private var places: [Int] = []

  mutating func arrived(_ request: PendingRequest, in slot: Int, at now: Int64) {
    while places.count <= slot { places.append(0) }
    places[slot] = requests.count
    requests.append(Request(due: request.due, arrived: now, route: request.route))
  }

  mutating func answered(_ outcome: Outcome, by pod: String?, in slot: Int, at now: Int64) {
    requests[places[slot]].answered = now
    requests[places[slot]].outcome = outcome
    requests[places[slot]].pod = pod
  }
}
