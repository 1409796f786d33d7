import ApplicationNature
import Arrivals
import Units

/// What the Ingress does with one request, at once.
package enum IngressDecision: Sendable, Equatable {
  /// No rule for this host and path: 404.
  case noRoute
  /// The body is longer than the Ingress takes: 413.
  case tooLarge
  /// It is to come over TLS: 308 to the same host and path under `https`.
  case redirected
  /// There is no such service, it has no such port, or no pod that the Ingress knows as ready: 503.
  case noEndpoint
  /// The pod does not listen any more, not yet, or on another port: 502.
  case refused
  /// Too many requests wait in a pod: 503 from the pod itself, by its number for ``ClusterSimulation/answeringPod(_:)``.
  case overloaded(pod: Int)
  /// No answer came in time: 504.
  case timedOut
  /// A pod has the request, or the Ingress tries to reach it.
  case forwarded(ForwardedRequest)
}

/// A request that is with a pod; ask ``ClusterSimulation/outcome(of:)`` when its time has come.
///
/// Plain numbers, as everything that is kept of each request: nothing is to be retained for it.
package struct ForwardedRequest: Sendable, Equatable {
  /// What the Ingress waits for.
  enum Wait: Sendable {
    case answer
    /// A connection, which never stands since the machine of the pod is gone.
    case connection
    /// An answer that comes too late, or never.
    case timeout
  }

  let run: ContainerRun
  /// Nanoseconds of wall time from now until the answer, or until the Ingress gives up.
  package internal(set) var answerAfterNanoseconds: Int64
  /// Seconds on the wall since the start.
  var answeredAt: Double
  /// The application answers 500.
  let fails: Bool
  var wait: Wait
  let attempt: IngressAttempt

  /// The number of the pod, for ``ClusterSimulation/answeringPod(_:)``.
  package var pod: Int { run.pod }
  /// Wall time from now until the answer, or until the Ingress gives up.
  package var answerAfter: Duration { .nanoseconds(answerAfterNanoseconds) }
  /// Whether the machine of the pod is gone, so that no connection to it ever stands.
  package var isUnreachable: Bool { wait == .connection }

  fileprivate static func nanoseconds(_ seconds: Double) -> Int64 { Int64(min((seconds * 1e9).rounded(), 9e18)) }
}

/// How often and how a request may still be sent to a pod.
struct IngressAttempt: Sendable, Equatable {
  let upstream: Int
  /// Number in ``IngressRouting/settings``.
  let settings: Int
  let isIdempotent: Bool
  /// The connection that it comes over, where the Ingress chooses a pod for each.
  let connection: Int?
  /// When the request came, in seconds on the wall.
  let began: Double
  /// When it was sent to the latest pod.
  var sentAt: Double
  /// To how many further pods it may go.
  var triesLeft: Int
  /// `nil` where the Ingress has no client stay with a pod.
  var session: IngressSession?
}

/// What became of a request that was with a pod.
package enum ForwardedOutcome: Sendable, Equatable {
  /// 200, with the pod's name and version.
  case answered
  /// The container ended before the answer: 502, "upstream prematurely closed connection".
  case cut
  /// 500 from the pod, with its name and version.
  case failed
  /// It is not over: the Ingress waits on, or sends it to another pod.
  case goesOn(IngressDecision)
}

extension ClusterSimulation {
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
  ///
  /// - Parameters:
  ///   - bodyLength: bytes of its body; asked for only where the longest of the destination is beyond the limit.
  ///   - header: the value of one of its headers, by its name; asked for only where a canary wants to know.
  package mutating func arrive(
    at destination: inout IngressDestination, over connection: Int = 0, bodyLength: () -> Int64 = { .max },
    header: (String) -> String? = { _ in nil }
  ) -> IngressDecision {
    let pinned = context.workload.balancing == .connections ? connection : nil
    return dataPlane.arrive(
      at: &destination, at: context.wall, over: pinned, retries: context.workload.retries, bodyLength: bodyLength,
      header: header)
  }

  /// A connection is closed.
  package mutating func close(connection: Int) { dataPlane.podsOfConnections[connection] = nil }

  /// The service whose turn a request would be, by the rules of the Ingress alone and without canaries.
  package func ingressService(host: String, target: String) -> ObjectKey? {
    let destination = IngressDestination(host: host, target: target)
    return dataPlane.routing.route(host: destination.host, path: destination.path[...])?.backend.service
  }

  /// The most bytes that the body of a request to a destination may have, by the rules of the Ingress.
  package mutating func bodyLimit(of destination: inout IngressDestination) -> Int64 {
    guard let place = dataPlane.routing.place(of: &destination) else { return ProxySettings().bodyLimit }
    return dataPlane.routing.settings[place.settings].bodyLimit
  }

  /// What answers of a pod say of it, whether it is still there or not.
  package func answeringPod(_ number: Int) -> AnsweringPod { dataPlane.runtimes.answering[number] }

  /// What answers of a pod say of its version. By itself, since the load asks for nothing else of most answers.
  package func version(ofAnsweringPod number: Int) -> String { dataPlane.runtimes.answering[number].version }

  /// What became of a request, once its ``ForwardedRequest/answerAfter`` has passed.
  package mutating func outcome(of request: ForwardedRequest) -> ForwardedOutcome {
    dataPlane.outcome(of: request, at: context.wall)
  }
}

extension DataPlane {
  /// A request arrives at a time on the wall.
  ///
  /// - Parameters:
  ///   - connection: the connection that it comes over, where the Ingress chooses a pod for each.
  ///   - retries: how many other pods are tried, where the Ingress does not say.
  mutating func arrive(
    at destination: inout IngressDestination, at arrival: Double, over connection: Int?, retries: Int,
    bodyLength: () -> Int64, header: (String) -> String?
  ) -> IngressDecision {
    guard let place = routing.place(of: &destination) else { return .noRoute }
    // In this order, as the phases of nginx follow on each other.
    let limit = routing.settings[place.settings].bodyLimit
    if destination.longestBody > limit, bodyLength() > limit { return .tooLarge }
    if !destination.isSecure, isRedirected(destination, by: place.settings) { return .redirected }
    findTargets(of: place.upstream)
    guard routing.hasTarget(place.upstream) else { return .noEndpoint }
    if let affinity = routing.settings[place.settings].affinity {
      let client = affinity.session(from: header)
      return arrive(
        at: place, of: client, isIdempotent: destination.isIdempotent, at: arrival, retries: retries, header: header)
    }
    let upstream = choose(place.upstream, header: header)
    return send(
      IngressAttempt(
        upstream: upstream, settings: place.settings, isIdempotent: destination.isIdempotent, connection: connection,
        began: arrival, sentAt: arrival,
        triesLeft: triesLeft(to: upstream, by: place.settings) ?? retries),
      at: arrival)
  }

  /// A request of a client arrives that is to stay with its pod.
  ///
  /// - Parameter client: what its cookie says; `nil` for one without.
  private mutating func arrive(
    at place: IngressRouting.Place, of client: (session: IngressSession, isCanary: Bool?)?, isIdempotent: Bool,
    at arrival: Double, retries: Int, header: (String) -> String?
  ) -> IngressDecision {
    var (session, servedByCanary) = client ?? (IngressSession(key: 0, isNew: true), nil)
    var upstream = place.upstream
    if let canary = routing.upstreams[upstream].canary {
      findTargets(of: canary.upstream)
      switch servedByCanary {
      case true? where routing.hasTarget(canary.upstream): upstream = canary.upstream
      case false?: break
      default: upstream = choose(upstream, header: header)
      }
    }
    session.isCanary = upstream != place.upstream
    return send(
      IngressAttempt(
        upstream: upstream, settings: place.settings, isIdempotent: isIdempotent, connection: nil, began: arrival,
        sentAt: arrival, triesLeft: triesLeft(to: upstream, by: place.settings) ?? retries, session: session),
      at: arrival)
  }

  /// To how many further pods a request may go, where the Ingress says so.
  private func triesLeft(to upstream: Int, by settings: Int) -> Int? {
    // More than there are pods would only go to the same ones again.
    routing.settings[settings].tries.map { min($0 - 1, routing.countOfTargets(of: upstream)) }
  }

  private func isRedirected(_ destination: IngressDestination, by settings: Int) -> Bool {
    switch routing.settings[settings].redirect {
    case .never: false
    case .withCertificate: routing.hasTLS(host: destination.host)
    case .always: true
    }
  }

  mutating func findTargets(of upstream: Int) {
    guard !routing.knowsTargets(of: upstream) else { return }
    let backend = routing.upstreams[upstream].backend
    let targets = targets(of: backend)
    routing.note(targets, deaf: Set(targets.filter { isDeaf($0, to: backend) }), of: upstream)
  }

  /// The upstream of a request, or its canary, where there is one with a pod.
  private mutating func choose(_ upstream: Int, header: (String) -> String?) -> Int {
    guard let canary = routing.upstreams[upstream].canary else { return upstream }
    findTargets(of: canary.upstream)
    guard routing.hasTarget(canary.upstream) else { return upstream }
    return canary.policy.takes(header, random: &chance) ? canary.upstream : upstream
  }

  /// Sends a request to one pod after the other until one takes it, or no further one may be tried.
  private mutating func send(_ attempt: IngressAttempt, at now: Double) -> IngressDecision {
    var attempt = attempt
    attempt.sentAt = now
    findTargets(of: attempt.upstream)
    let readTimeout = routing.settings[attempt.settings].readTimeout
    let connectTimeout = routing.settings[attempt.settings].connectTimeout
    while true {
      guard let id = choosePod(for: &attempt, at: now) else { return .noEndpoint }
      // The pod is changed where it stands: to copy all that is known of it would take longer than the rest.
      let decision =
        runtimes[id]?.take(
          attempt, connectTimeout: connectTimeout, readTimeout: readTimeout,
          listens: !routing.isDeaf(id, of: attempt.upstream)) ?? .refused
      switch decision {
      case .refused where mayRepeat(attempt, after: .error, wasSent: false, at: now): break
      case .overloaded where mayRepeat(attempt, after: .status503, wasSent: true, at: now): break
      default: return decision
      }
      attempt.triesLeft -= 1
      attempt.session?.failed = Int32(id)
      if let connection = attempt.connection { podsOfConnections[connection] = nil }
    }
  }

  private mutating func choosePod(for attempt: inout IngressAttempt, at now: Double) -> PodID? {
    if var session = attempt.session, let affinity = routing.settings[attempt.settings].affinity {
      let chosen = choosePod(of: attempt.upstream, for: &session, by: affinity)
      attempt.session = session
      return chosen
    }
    guard let connection = attempt.connection else { return routing.nextTarget(of: attempt.upstream) }
    if let pod = podsOfConnections[connection], let runtime = runtimes[pod], runtime.isListening || runtime.isLost {
      return pod
    }
    let chosen = podOfClient(of: attempt.upstream, at: now)
    podsOfConnections[connection] = chosen
    return chosen
  }

  /// Whether a request goes to a further pod (nginx, `proxy_next_upstream`).
  ///
  /// - Parameter wasSent: whether the pod may have taken it up already.
  private func mayRepeat(
    _ attempt: IngressAttempt, after failure: ProxySettings.NextUpstream, wasSent: Bool, at now: Double
  ) -> Bool {
    guard attempt.triesLeft > 0 else { return false }
    let settings = routing.settings[attempt.settings]
    guard settings.nextUpstream.contains(failure), now - attempt.began < settings.nextUpstreamTimeout else {
      return false
    }
    return !wasSent || attempt.isIdempotent || settings.nextUpstream.contains(.nonIdempotent)
  }

  /// What became of a request whose time has come.
  mutating func outcome(of request: ForwardedRequest, at now: Double) -> ForwardedOutcome {
    if request.wait == .connection { return timeOut(request, wasSent: false, at: now) }
    if !exits.isEmpty, !runtimes.isRunning(request.run), let exit = exits[request.run], exit < request.answeredAt {
      return repeated(request, after: .error, at: now) ?? .cut
    }
    if request.wait == .timeout { return timeOut(request, wasSent: true, at: now) }
    if runtimes.isLost(request.run.pod) {
      var request = request
      request.wait = .timeout
      request.answeredAt = request.attempt.sentAt + routing.settings[request.attempt.settings].readTimeout
      request.answerAfterNanoseconds = ForwardedRequest.nanoseconds(max(request.answeredAt - now, 0))
      return .goesOn(.forwarded(request))
    }
    guard request.fails else { return .answered }
    return repeated(request, after: .status500, at: now) ?? .failed
  }

  private mutating func timeOut(_ request: ForwardedRequest, wasSent: Bool, at now: Double) -> ForwardedOutcome {
    repeated(request, after: .timeout, wasSent: wasSent, at: now) ?? .goesOn(.timedOut)
  }

  private mutating func repeated(
    _ request: ForwardedRequest, after failure: ProxySettings.NextUpstream, wasSent: Bool = true, at now: Double
  ) -> ForwardedOutcome? {
    guard mayRepeat(request.attempt, after: failure, wasSent: wasSent, at: now) else { return nil }
    var attempt = request.attempt
    attempt.triesLeft -= 1
    attempt.session?.failed = Int32(request.run.pod)
    if let connection = attempt.connection { podsOfConnections[connection] = nil }
    return .goesOn(send(attempt, at: now))
  }
}

extension PodRuntime {
  /// A request is sent to the pod. Lengths are seconds of wall time.
  ///
  /// - Parameter listens: whether something would listen on the port that the request goes to.
  fileprivate mutating func take(
    _ attempt: IngressAttempt, connectTimeout: Double, readTimeout: Double, listens: Bool
  ) -> IngressDecision {
    let arrival = attempt.sentAt
    if isLost {
      if deadConnections > 0, listens {
        // It goes over a connection that stood before, so that nobody misses anything but the answer.
        deadConnections -= 1
        return .forwarded(
          ForwardedRequest(
            run: run, answerAfterNanoseconds: ForwardedRequest.nanoseconds(readTimeout),
            answeredAt: arrival + readTimeout, fails: false, wait: .timeout, attempt: attempt))
      }
      return .forwarded(
        ForwardedRequest(
          run: run, answerAfterNanoseconds: ForwardedRequest.nanoseconds(connectTimeout),
          answeredAt: arrival + connectTimeout, fails: false, wait: .connection, attempt: attempt))
    }
    guard isListening, listens else { return .refused }
    let deviation = application.serviceTime.isSpread ? luck.nextNormal() : 0
    let serviceTime = application.serviceTime.seconds(at: deviation)
    guard let answered = load.take(at: arrival, serviceTime: serviceTime) else {
      return .overloaded(pod: id)
    }
    var fails = false
    if application.failingShare > 0 {
      // Multiples of the golden ratio keep the share as well as every n-th request would, and of each route too: those come in
      // a rotation, so that every n-th might always be of the same one.
      failing = (failing + 0.618_033_988_749_894_9).truncatingRemainder(dividingBy: 1)
      fails = failing < application.failingShare
    }
    let isLate = answered - arrival > readTimeout
    let end = isLate ? arrival + readTimeout : answered
    return .forwarded(
      ForwardedRequest(
        run: run, answerAfterNanoseconds: ForwardedRequest.nanoseconds(end - arrival), answeredAt: end, fails: fails,
        wait: isLate ? .timeout : .answer, attempt: attempt))
  }
}
