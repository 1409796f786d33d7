package import Arrivals
package import LoadFacts
package import Statistics

/// One request of a load, as somebody who saw it all would note it: what facts of a load are counted from without adding any.
package struct NotedRequest: Sendable {
  var second: Int
  var route: String
  var source: String
  var outcome: String
  var version: String?
  /// Microseconds, as all that follows; `nil` for one that was never sent.
  var lateness: Int?
  var byMachine: Int
  var latency: Int
  var bytes: Int
  var address: String
  var opensConnection: Bool

  package static func random(_ random: inout SplitMix64, sources: [String]) -> NotedRequest {
    let outcome = ["200", "200", "200", "503", "read timeout", "dropped: target"].randomElement(using: &random) ?? ""
    let isSent = outcome != "dropped: target"
    let lateness = isSent ? Int.random(in: 0...200_000, using: &random) : nil
    return NotedRequest(
      second: Int.random(in: 0..<4, using: &random), route: ["list", "order"].randomElement(using: &random) ?? "",
      source: sources.randomElement(using: &random) ?? "", outcome: outcome,
      version: isSent ? [nil, "v1", "v2"].randomElement(using: &random) ?? nil : nil, lateness: lateness,
      byMachine: Int.random(in: 0...(lateness ?? 0), using: &random),
      // Beyond the range of a histogram too.
      latency: Int.random(in: 0...(Bool.random(using: &random) ? 1_000 : 4_000_000_000), using: &random),
      bytes: Int.random(in: 0...9_999, using: &random),
      address: ["10.0.0.1:80", "10.0.0.2:80"].randomElement(using: &random) ?? "",
      opensConnection: Bool.random(using: &random))
  }
}

extension LoadSnapshot {
  /// What a process tells that saw some requests, counted one by one and without adding any two facts.
  package init(counting requests: [NotedRequest]) {
    struct Place: Hashable {
      let second: Int
      let subject: String
      let source: String
    }
    struct End: Hashable {
      let outcome: String
      let version: String?
    }
    let intervals = Dictionary(grouping: requests) { Place(second: $0.second, subject: $0.route, source: $0.source) }
    let connections = Dictionary(grouping: requests.filter { $0.lateness != nil }) {
      Place(second: $0.second, subject: $0.address, source: $0.source)
    }
    let samples = Dictionary(grouping: requests) { Place(second: $0.second, subject: "", source: $0.source) }
    self.init(
      intervals: intervals.map { place, requests in
        let sent = requests.filter { $0.lateness != nil }
        return LoadInterval(
          start: .seconds(place.second), end: .seconds(place.second + 1), route: place.subject, source: place.source,
          offered: requests.count, sent: sent.count, dropped: requests.count - sent.count,
          late: sent.count { $0.lateness ?? 0 > 10_000 }, lateByMachine: sent.count { $0.byMachine > 10_000 },
          outcomes: Dictionary(grouping: requests) { End(outcome: $0.outcome, version: $0.version) }.map {
            end, requests in
            OutcomeTally(
              outcome: end.outcome, failed: end.outcome != "200", version: end.version, completed: requests.count,
              bytes: requests.reduce(0) { $0 + $1.bytes },
              fromDue: LatencyHistogram(of: requests.map { $0.latency + ($0.lateness ?? 0) }),
              fromSend: LatencyHistogram(of: requests.filter { $0.lateness != nil }.map(\.latency)))
          })
      },
      failures: requests.filter { $0.outcome == "503" }.map(FailedRequest.init),
      connections: connections.map { place, requests in
        ConnectionTally(
          start: .seconds(place.second), end: .seconds(place.second + 1), address: place.subject, source: place.source,
          ConnectionCount(
            opened: requests.count(where: \.opensConnection), reused: requests.count { !$0.opensConnection },
            closedByPeer: requests.count { $0.bytes % 7 == 0 }, mostRequests: requests.map { $0.bytes % 50 }.max() ?? 0,
            compressed: requests.count { $0.bytes % 2 == 0 }))
      },
      generator: samples.map { place, requests in
        let sent = requests.filter { $0.lateness != nil }
        return GeneratorSample(
          start: .seconds(place.second), end: .seconds(place.second + 1), source: place.source,
          lateness: Lateness(LatencyHistogram(of: sent.compactMap(\.lateness))),
          machineLateness: Lateness(LatencyHistogram(of: sent.map(\.byMachine))),
          processCPU: Double(requests.map(\.bytes).max() ?? 0) / 10_000,
          connectionsOpened: sent.count(where: \.opensConnection),
          inFlight: requests.count, longestPause: .microseconds(requests.map(\.byMachine).max() ?? 0),
          places: requests.count)
      })
  }
}

extension FailedRequest {
  fileprivate init(_ request: NotedRequest) {
    let due = Duration.seconds(request.second)
    self.init(
      due: due, sent: due + .microseconds(request.lateness ?? 0),
      completed: due + .microseconds((request.lateness ?? 0) + request.latency), route: request.route,
      source: request.source, outcome: request.outcome, status: 503, remoteAddress: request.address,
      version: request.version, times: TransferTimes(end: request.latency), reusedConnection: !request.opensConnection)
  }
}

extension LatencyHistogram {
  package init(of microseconds: [Int]) {
    self.init()
    for value in microseconds { record(microseconds: value) }
  }
}

extension LoadSnapshot {
  /// All that it tells, histograms byte by byte.
  package var text: String {
    func bytes(_ histogram: LatencyHistogram) -> String { "\(histogram.encoded())" }
    let intervals = intervals.map { interval in
      let outcomes = interval.outcomes.map {
        "\($0.outcome) \($0.version ?? "-") \($0.failed) \($0.completed) \($0.bytes) \(bytes($0.fromDue)) \(bytes($0.fromSend))"
      }
      return
        "\(interval.key) \(interval.end) \(interval.offered) \(interval.sent) \(interval.dropped) \(interval.late) "
        + "\(interval.lateByMachine ?? -1) \(outcomes)"
    }
    let samples = generator.map {
      "\($0.key) \(bytes($0.lateness.values)) \(bytes($0.machineLateness?.values ?? LatencyHistogram())) \($0.processCPU) "
        + "\($0.inFlight) \($0.places ?? -1) \($0.longestPause ?? .zero) \($0.connectionsOpened)"
    }
    return (intervals + failures.map { "\($0)" } + connections.map { "\($0)" } + samples).joined(separator: "\n")
  }

  /// What some processes tell, in parts that each has a share of the requests in, made at random.
  package static func randomParts(_ random: inout SplitMix64) -> (parts: [LoadSnapshot], whole: LoadSnapshot) {
    let sources = (0..<Int.random(in: 1...3, using: &random)).map { $0 == 0 ? "" : "load-\($0)" }
    let requests = (0..<Int.random(in: 0...120, using: &random)).map { _ in
      NotedRequest.random(&random, sources: sources)
    }
    var shares = [[NotedRequest]](repeating: [], count: Int.random(in: 1...9, using: &random))
    for request in requests { shares[Int.random(in: 0..<shares.count, using: &random)].append(request) }
    // As they come from a worker, and as they come from a file.
    let parts = shares.map { share in
      let part = LoadSnapshot(counting: share)
      return Bool.random(using: &random) ? part : part.compacted()
    }
    return (parts, LoadSnapshot(counting: requests))
  }

  /// Adds parts up in some order and in some groups, as they may come from several processes.
  package static func merging(_ parts: [LoadSnapshot], _ random: inout SplitMix64) -> LoadSnapshot {
    var parts = parts
    while parts.count > 1 {
      let one = parts.remove(at: Int.random(in: 0..<parts.count, using: &random))
      parts[Int.random(in: 0..<parts.count, using: &random)].merge(one)
    }
    return parts.first ?? LoadSnapshot()
  }
}
