/// What a check cannot be made without.
package enum Need: Sendable, Equatable {
  /// The objects of a kind were read: of manifests they always are.
  case kind(String)
  /// At least one object of a kind is known: manifests of an application rarely hold what its namespace has.
  case present(String)
  /// A live cluster.
  case cluster
  case rights, metrics, servedMetrics, clock, target, certificate, machine, load
  /// How long pods take to start is known.
  case startTime
}

extension Patient {
  /// Why a check without this cannot be made; `nil` when it can.
  func reason(without need: Need) -> String? {
    switch need {
    case .kind(let kind): unread[kind]
    case .present(let kind):
      unread[kind]
        ?? (origin == .cluster || objects.contains { $0.kind == kind }
          ? nil : "the manifests hold no \(kind), and the namespace may have one")
    case .cluster: origin == .cluster ? nil : Self.onlyLive
    case .rights:
      facts.rights == nil
        ? "only a live cluster, or a simulated one with cluster.simulated.user, has rights to miss" : nil
    case .metrics: facts.podMetrics == nil ? facts.podMetricsProblem ?? Self.onlyLive : nil
    case .servedMetrics:
      facts.servedMetrics == nil && origin == .cluster ? "what the API serves could not be read" : nil
    case .clock: facts.clock == nil ? (origin == .cluster ? "the API server told no date" : Self.onlyLive) : nil
    case .target: facts.target == nil ? "no target to send load to: only a profile of a real cluster names one" : nil
    case .certificate:
      facts.target?.certificate == nil ? "no target answered over TLS" : nil
    case .machine: facts.machine == nil ? "the limits of this machine could not be read" : nil
    case .load: facts.load == nil ? "only a profile says what load is sent" : nil
    case .startTime:
      facts.startSeconds == nil
        ? "how long pods take to start is known of a profile's application, and of pods that are ready" : nil
    }
  }

  private static let onlyLive = "only a live cluster tells"
}
