import Arrivals
import Units

/// What can be told before a run of the load that a profile's connections can carry.
///
/// Little's law: requests in flight = rate × mean time in flight. A request is in flight until its answer or its
/// timeout, so the places that the plan grants bound the mean latency at a rate, and a rate times the timeout is the
/// number of places with which no slow answer makes a request wait.
package struct LoadCapacity {
  /// Source ports that a Linux client has for one address and port of a server: the default of
  /// `net.ipv4.ip_local_port_range` is 32768 to 60999.
  static let portsPerAddress = 28_000
  /// How long Linux keeps the port of a connection that it closed (TIME_WAIT, `TCP_TIMEWAIT_LEN`).
  static let portRest = Duration.seconds(60)

  /// So slow a mean is plausible for any service that is not down. One that is shows as failed and dropped requests, which
  /// count against it.
  static let plausibleLatency = Duration.milliseconds(250)

  private let profile: Profile
  private let timeScale: Double
  private var policy: ConnectionSettings { profile.target.connections }
  private var addresses: Int { max(profile.target.connectTo.count, 1) }
  private var ports: Int { Self.portsPerAddress * addresses }

  /// Sentences with the numbers, each with its place; none for a load that the connections carry in any case.
  ///
  /// - Parameter timeScale: run time per wall time; `nil` for that of the profile.
  package static func warnings(_ profile: Profile, timeScale: Double? = nil) -> [ProfileProblem] {
    let capacity = LoadCapacity(profile: profile, timeScale: timeScale ?? profile.timeScale)
    return [capacity.placeWarning, capacity.userWarning, capacity.openPortWarning, capacity.newPortWarning]
      .compactMap { $0 }
  }

  /// What a load may take at most: requests per second, and connections at one time.
  package static func most(of profile: Profile) -> (rate: Double, connections: Int) {
    let capacity = LoadCapacity(profile: profile, timeScale: profile.timeScale)
    return (capacity.peakRate, capacity.connections(for: capacity.places))
  }

  /// Requests that one connection carries at one time.
  private var requestsPerConnection: Int {
    profile.target.http == .http1 || !policy.reuse ? 1 : policy.streams
  }

  private func connections(for requests: Int) -> Int {
    (requests + requestsPerConnection - 1) / requestsPerConnection
  }

  /// Requests that all connections carry at one time; `nil` when their number is not bounded.
  private var placesOnConnections: Int? { policy.max.map { $0 * requestsPerConnection } }

  /// Requests that may be unanswered at one time.
  private var places: Int { min(policy.maxInFlight, placesOnConnections ?? .max) }

  private var placesInWords: String {
    guard let max = policy.max, let carried = placesOnConnections, carried < policy.maxInFlight else {
      return "\(places) requests in flight"
    }
    return requestsPerConnection == 1
      ? "at most \(max) connections" : "at most \(max) connections of \(requestsPerConnection) streams"
  }

  /// How to get `needed` places; `nil` where a profile may not ask for so many, or their ports do not exist.
  private func raise(to needed: Int) -> String? {
    guard needed <= 1_000_000, connections(for: needed) <= ports else { return nil }
    var settings: [String] = []
    if policy.maxInFlight < needed { settings.append("target.connections.maxInFlight to \(needed)") }
    if let carried = placesOnConnections, carried < needed {
      settings.append("target.connections.max to \(connections(for: needed))")
    }
    return "raise \(settings.joined(separator: " and "))"
  }

  /// The latency that the places have to carry: the longest that the profile still accepts.
  private var expectedLatency: Duration {
    let accepted = profile.expectations.compactMap { $0.kind.wanted.acceptedLatency }
    return min(max(accepted.max() ?? .zero, Self.plausibleLatency), profile.target.requestTimeout)
  }

  /// Fewer places than the mean latency asks for that a healthy target may have.
  private var placeWarning: ProfileProblem? {
    let rate = peakRate
    let users = peakUsers
    let timeout = profile.target.requestTimeout
    let needed = Int((rate * timeout.seconds - 1e-6).rounded(.up)) + users
    guard rate > 0, needed > places else { return nil }
    let free = places - users
    guard free > 0 else {
      return warning(
        "\(Self.text(rate)) come beside \(users) users, who alone can take all \(places) places (\(placesInWords))",
        hint: raise(to: needed) ?? "plan fewer users, or a lower rate")
    }
    let mean = Double(free) / rate
    guard mean < expectedLatency.seconds else { return nil }
    let beside = users > 0 ? ", of which \(users) may be taken by users," : ""
    let lower = mean >= 0.001 ? "lower target.timeouts.request to \(Self.roundedDown(mean).text)" : "plan a lower rate"
    let raised = raise(to: needed).map { "\($0), or " } ?? ""
    return warning(
      "\(Self.text(rate)) with \(placesInWords)\(beside) carries a mean latency of at most \(Self.text(seconds: mean)); "
        + "the request timeout is \(timeout.text), so that slow answers make requests queue and, "
        + "after \(policy.maxLateness.text), drop",
      hint: raised + lower)
  }

  private var userWarning: ProfileProblem? {
    let users = peakUsers
    guard peakRate == 0, users > places else { return nil }
    return warning(
      "\(users) users with \(placesInWords): \(users - places) of them may have to wait before they can send",
      hint: raise(to: users) ?? "plan fewer users")
  }

  /// More connections at one time than there are ports.
  private var openPortWarning: ProfileProblem? {
    let connections = connections(for: places)
    guard connections > ports else { return nil }
    return warning(
      "\(places) requests in flight can take \(connections) connections, and a client has about \(ports) ports to "
        + addressesInWords,
      hint: "lower target.connections.maxInFlight, send HTTP/2, or name more addresses in target.connectTo")
  }

  /// Connections that follow each other faster than their ports come back.
  private var newPortWarning: ProfileProblem? {
    guard let perConnection = policy.reuse ? policy.maxRequests : 1 else { return nil }
    let requests = requestsWithinPortRest
    let opened = Int((requests / Double(perConnection)).rounded())
    guard opened > ports else { return nil }
    let cause = policy.reuse ? "maxRequests: \(perConnection)" : "reuse: false"
    return warning(
      "\(cause) opens \(opened) connections within \(Self.portRest.text), and a client has about \(ports) ports to "
        + "\(addressesInWords), each of which rests \(Self.portRest.text) after use: ports run out",
      hint: policy.reuse
        ? "raise target.connections.maxRequests to \(Int((requests / Double(ports)).rounded(.up)))"
        : "write maxRequests: \(Int((requests / Double(ports)).rounded(.up))) in place of reuse: false, or plan a lower rate"
    )
  }

  private var addressesInWords: String { addresses == 1 ? "one address" : "\(addresses) addresses" }

  private var phases: [PlannedPhase] { profile.load.plannedPhases }

  /// The highest rate of all streams together. Rates are linear between the bounds of phases, so it lies on one.
  private var peakRate: Double {
    let rates = phases.filter { $0.users == nil }
    func rate(of phase: PlannedPhase, at time: Duration) -> Double {
      let part = phase.end > phase.start ? (time - phase.start) / (phase.end - phase.start) : 0
      return phase.startRate.perSecond + (phase.endRate.perSecond - phase.startRate.perSecond) * part
    }
    let peaks = Set(rates.flatMap { [$0.start, $0.end] }).map { time in
      let before = rates.filter { $0.start < time && time <= $0.end }.reduce(0) { $0 + rate(of: $1, at: time) }
      let after = rates.filter { $0.start <= time && time < $0.end }.reduce(0) { $0 + rate(of: $1, at: time) }
      return max(before, after)
    }
    return peaks.max() ?? 0
  }

  /// The most users at one time; each has at most one request in flight.
  private var peakUsers: Int {
    phases.map { phase in
      phases.filter { $0.start <= phase.start && phase.start < $0.end }.reduce(0) { $0 + ($1.users ?? 0) }
    }.max() ?? 0
  }

  /// The most requests that are planned within the rest of a port, among the stretches that begin or end with a phase.
  /// Users who do not think send as fast as answers come, which nobody can plan; they are left out.
  private var requestsWithinPortRest: Double {
    let rest = Self.portRest * timeScale
    let starts = Set(phases.flatMap { [$0.start, $0.end - rest] })
    let schedules = profile.load.streams.indices.compactMap { profile.load.schedule(ofStream: $0) }
    let most = starts.map { start in
      let planned = schedules.reduce(0) {
        $0 + ($1.expectedCount(by: start + rest) - $1.expectedCount(by: start)) / timeScale
      }
      let ofUsers = phases.reduce(0.0) { sum, phase in
        guard let users = phase.users, let think = phase.think, think > .zero else { return sum }
        let overlap = min(phase.end, start + rest) - max(phase.start, start)
        return sum + max(overlap.seconds, 0) / timeScale * Double(users) / think.seconds
      }
      return planned + ofUsers
    }
    return most.max() ?? 0
  }

  private func warning(_ message: String, hint: String) -> ProfileProblem {
    let place = profile.load.place ?? FieldPlace(source: profile.source, path: "load")
    return place.problem(message, hint: hint)
  }

  private static func text(_ rate: Double) -> String {
    rate >= 10 ? "\(Int(rate.rounded()))/s" : (try? Rate(perSecond: rate).description) ?? "\(rate)/s"
  }

  private static func text(seconds: Double) -> String {
    seconds >= 1 ? "\((seconds * 10).rounded(.down) / 10) s" : "\(Int(seconds * 1000)) ms"
  }

  private static func roundedDown(_ seconds: Double) -> Duration {
    seconds >= 1 ? .milliseconds(Int(seconds * 10) * 100) : .milliseconds(Int(seconds * 1000))
  }
}
