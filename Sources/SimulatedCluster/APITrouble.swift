import KubernetesObjects

/// Requests to the API of which a part is answered with an error, as by an API server in trouble.
package struct APIErrors: Sendable, Equatable {
  package enum Status: Int, Sendable, CaseIterable {
    case tooManyRequests = 429
    case storageTimedOut = 500
    case unavailable = 503
    case timedOut = 504
  }

  package let status: Status
  /// The part of the requests, from 0 to 1.
  package let share: Double
  /// What the answer asks a client to wait, in whole seconds of wall time; `nil` for nothing.
  package let retryAfter: Int?
  /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; empty for all.
  package let verbs: Set<String>
  package let resources: ResourceChoice

  package init(
    _ status: Status, share: Double = 1, retryAfter: Int? = nil, verbs: Set<String> = [],
    resources: ResourceChoice = .all
  ) {
    self.status = status
    self.share = share
    self.retryAfter = retryAfter
    self.verbs = verbs
    self.resources = resources
  }

  /// The answer, as each of them comes about in an API server of Kubernetes 1.36.
  var answer: APIAnswer {
    let plain: APIAnswer =
      switch status {
      case .tooManyRequests:
        // apiserver/pkg/server/filters/priority-and-fairness.go
        .text(status: 429, "Too many requests, please try again later.\n")
      case .storageTimedOut:
        // What storage says and nobody translates has no reason (apiserver/pkg/endpoints/handlers/responsewriters/status.go).
        .object(status: 500, APIFailure(code: 500, reason: "", message: "etcdserver: request timed out").json)
      case .unavailable:
        .object(
          status: 503,
          APIFailure(
            code: 503, reason: "ServiceUnavailable",
            message: "the server is currently unable to handle the request"
          ).json)
      case .timedOut:
        // apiserver/pkg/server/filters/timeout.go
        .object(
          status: 504,
          APIFailure(
            code: 504, reason: "Timeout",
            message: "Timeout: request did not complete within the allotted timeout", details: [:]
          ).json)
      }
    return retryAfter.map { .later(seconds: $0, plain) } ?? plain
  }
}

/// Some resources, by their plurals, or all.
package struct ResourceChoice: Sendable, Equatable {
  package static let all = ResourceChoice([])

  private let plurals: Set<String>

  /// - Parameter plurals: empty for all.
  package init(_ plurals: Set<String>) { self.plurals = plurals }

  package func contains(_ plural: String) -> Bool { plurals.isEmpty || plurals.contains(plural) }
}

/// What befell the watches that clients hold open.
struct WatchTrouble: Sendable {
  /// All open watches of some resources were cut at once.
  struct Cut: Sendable {
    /// Cluster time.
    let time: Duration
    let resources: ResourceChoice
  }

  /// Nothing was sent on the watches of some resources.
  struct Silence: Sendable {
    let fault: Int
    let resources: ResourceChoice
    /// Cluster time; it has no end while it lasts.
    let begins: Duration
    var ends: Duration?
  }

  var cuts: [Cut] = []
  var silences: [Silence] = []
  /// Counts what happens to watches, so that who serves them sees whether anything did.
  var turns = 0
}

// What clients meet; the controllers and kubelets of the cluster are spared, as by a flow schema of their own.
extension ClusterSimulation {
  /// Answers the request of a client now, with an error where a fault says so.
  package mutating func serve(_ request: APIRequest) -> APIAnswer {
    if let target = ResourcePath(request.path),
      let error = error(verb: AccessAttributes.verb(of: request, isNamed: target.name != nil), resource: target.plural)
    {
      return error
    }
    return respond(to: request)
  }

  /// The error that a client gets to a request now; `nil` for none. Each asking is a draw of its own.
  package mutating func error(verb: String, resource: String) -> APIAnswer? {
    for index in context.disturbances.current.sorted() {
      guard case .apiErrors(let errors) = faults[index].kind, errors.verbs.isEmpty || errors.verbs.contains(verb),
        errors.resources.contains(resource), context.disturbances.random.fraction() < errors.share
      else { continue }
      return errors.answer
    }
    return nil
  }

  /// Whether some fault is about what clients of the API meet, so that they have to look closely.
  package var hasAPITrouble: Bool {
    faults.contains {
      switch $0.kind {
      case .apiErrors, .watchesDropped, .watchesSilent: true
      default: false
      }
    }
  }

  /// Changes whenever open watches are cut, or silenced, or not any more.
  package var watchTurns: Int { context.disturbances.watches.turns }

  /// How many cuts there were, by which a watch knows those that came after it.
  package var watchCuts: Int { context.disturbances.watches.cuts.count }

  /// The first cut of the watches of a kind after so many cuts: which one, and its cluster time.
  package func watchCut(of kind: ClusterKind, after count: Int) -> (number: Int, time: Duration)? {
    let cuts = context.disturbances.watches.cuts
    guard count < cuts.count else { return nil }
    return cuts[count...].firstIndex { $0.resources.contains(kind.resource.plural) }.map { ($0, cuts[$0].time) }
  }

  /// When something is sent on a watch of a kind that is to be sent at a cluster time; `nil` while nothing is.
  package func sending(of kind: ClusterKind, at time: Duration) -> Duration? {
    var time = time
    var hasMoved = true
    while hasMoved {
      hasMoved = false
      for silence in context.disturbances.watches.silences
      where silence.resources.contains(kind.resource.plural) && silence.begins <= time {
        guard let ends = silence.ends else { return nil }
        if ends > time {
          time = ends
          hasMoved = true
        }
      }
    }
    return time
  }

  /// Whether a stream was cut.
  package func isCut(_ stream: ServedWatch) -> Bool {
    watchCut(of: stream.selection.kind, after: stream.cutsBefore) != nil
  }

  /// Whether nothing is sent on a stream now.
  package func isSilent(_ stream: ServedWatch) -> Bool { sending(of: stream.selection.kind, at: now) != now }
}

extension ClusterSimulation {
  /// Cuts all open watches of some resources, and does so again after a while as long as a fault lasts.
  mutating func cutWatches(_ fault: Int, _ resources: ResourceChoice, every: Duration?) {
    context.disturbances.watches.cuts.append(WatchTrouble.Cut(time: context.now, resources: resources))
    context.disturbances.watches.turns += 1
    if let every { context.schedule(.cutWatches(fault), after: every) }
  }

  mutating func silenceWatches(_ fault: Int, _ resources: ResourceChoice) {
    context.disturbances.watches.silences.append(
      WatchTrouble.Silence(fault: fault, resources: resources, begins: context.now))
    context.disturbances.watches.turns += 1
  }

  mutating func endSilence(_ fault: Int) {
    guard let index = context.disturbances.watches.silences.lastIndex(where: { $0.fault == fault }) else { return }
    context.disturbances.watches.silences[index].ends = context.now
    context.disturbances.watches.turns += 1
  }
}
