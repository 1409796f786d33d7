import Units

/// A steady stream of requests to one host and path: load without single requests, for virtual time.
struct OfferedLoad: Sendable {
  var rate = 0.0
  var host = ""
  var path = "/"
  /// Until when it is reckoned, in seconds on the wall.
  var settledAt = 0.0
  var totals = OfferedLoadTotals()
}

/// What became of the requests of a steady stream; fractions of requests, since the stream has no single ones.
package struct OfferedLoadTotals: Sendable, Equatable {
  package var answered = 0.0
  /// Sent to pods that did not listen: 502.
  package var refused = 0.0
  /// Beyond the queues of the pods, or with no pod to send to: 503.
  package var unavailable = 0.0
  /// No rule for the host and path: 404.
  package var unrouted = 0.0
}

extension ClusterSimulation {
  /// From now on requests come at a steady rate, spread evenly over the pods that the Ingress knows.
  ///
  /// - Parameter rate: requests per second of wall time.
  package mutating func setOfferedRate(_ rate: Double, host: String, path: String = "/") {
    dataPlane.settleOfferedLoad(at: context.wall)
    dataPlane.offered.rate = rate
    dataPlane.offered.host = host
    dataPlane.offered.path = path
  }

  /// What became of the steady stream until now.
  package mutating func offeredLoadTotals() -> OfferedLoadTotals {
    dataPlane.settleOfferedLoad(at: context.wall)
    return dataPlane.offered.totals
  }
}

extension DataPlane {
  /// Reckons the steady stream up to a time on the wall; called before anything changes that it depends on.
  mutating func settleOfferedLoad(at end: Double) {
    let start = offered.settledAt
    offered.settledAt = end
    guard offered.rate > 0, end > start else { return }
    let count = offered.rate * (end - start)
    guard let backend = routing.backend(host: offered.host, path: offered.path[...]) else {
      offered.totals.unrouted += count
      return
    }
    let targets = targets(of: backend)
    guard !targets.isEmpty else {
      offered.totals.unavailable += count
      return
    }
    let share = offered.rate / Double(targets.count)
    for id in targets {
      guard runtimes[id]?.isListening == true,
        let taken = runtimes[id]?.load.take(rate: share, from: start, to: end)
      else {
        offered.totals.refused += share * (end - start)
        continue
      }
      offered.totals.answered += taken
      offered.totals.unavailable += share * (end - start) - taken
    }
  }
}
