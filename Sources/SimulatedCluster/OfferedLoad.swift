import Units

/// Steady streams of requests, each to a host and path: load without single requests, for virtual time.
struct OfferedLoad: Sendable {
  struct Stream: Sendable {
    let host: String
    let path: String
    var rate: Double
  }

  /// In the order in which they began, so that equal calls have equal sums.
  private(set) var streams: [Stream] = []
  /// Until when it is reckoned, in seconds on the wall.
  var settledAt = 0.0
  var totals = OfferedLoadTotals()

  mutating func setRate(_ rate: Double, host: String, path: String) {
    if let index = streams.firstIndex(where: { $0.host == host && $0.path == path }) {
      streams[index].rate = rate
    } else {
      streams.append(Stream(host: host, path: path, rate: rate))
    }
  }
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
  /// From now on requests to a host and path come at a steady rate, spread evenly over the pods that the Ingress knows.
  ///
  /// - Parameter rate: requests per second of wall time.
  package mutating func setOfferedRate(_ rate: Double, host: String, path: String = "/") {
    dataPlane.settleOfferedLoad(at: context.wall)
    dataPlane.offered.setRate(rate, host: host, path: path)
  }

  /// What became of the steady streams until now.
  package mutating func offeredLoadTotals() -> OfferedLoadTotals {
    dataPlane.settleOfferedLoad(at: context.wall)
    return dataPlane.offered.totals
  }
}

extension DataPlane {
  /// Reckons the steady streams up to a time on the wall; called before anything changes that they depend on.
  mutating func settleOfferedLoad(at end: Double) {
    let start = offered.settledAt
    offered.settledAt = end
    guard end > start else { return }
    for stream in offered.streams where stream.rate > 0 { settle(stream, from: start, to: end) }
  }

  private mutating func settle(_ stream: OfferedLoad.Stream, from start: Double, to end: Double) {
    guard let backend = routing.route(host: stream.host, path: stream.path[...])?.backend else {
      offered.totals.unrouted += stream.rate * (end - start)
      return
    }
    let targets = targets(of: backend)
    guard !targets.isEmpty else {
      offered.totals.unavailable += stream.rate * (end - start)
      return
    }
    var rate = stream.rate
    if let canary = routing.rules.canaries[backend] {
      let ofCanary = self.targets(of: canary.backend)
      if !ofCanary.isEmpty {
        settle(rate * canary.policy.share, over: ofCanary, of: canary.backend, from: start, to: end)
        rate *= 1 - canary.policy.share
      }
    }
    settle(rate, over: targets, of: backend, from: start, to: end)
  }

  private mutating func settle(
    _ rate: Double, over targets: [PodID], of backend: IngressRouting.Backend, from start: Double, to end: Double
  ) {
    let share = rate / Double(targets.count)
    for id in targets {
      guard runtimes[id]?.isListening == true, runtimes[id]?.isLost == false, !isDeaf(id, to: backend),
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
