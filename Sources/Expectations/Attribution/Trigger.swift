import KubernetesObjects
import RunTimeline
import Units

/// What happens in a cluster after which requests may fail.
package enum Trigger: String, Sendable, Equatable, CaseIterable {
  case termination
  case readiness
  case write
  case node
  case underCapacity

  package var title: String {
    switch self {
    case .termination: "terminations of pods"
    case .readiness: "pods that had just become ready"
    case .write: "writes to an Ingress or a Service"
    case .node: "the loss of a node"
    case .underCapacity: "too few ready pods"
    }
  }
}

/// When each kind of trigger took place, and in which stretches failures may be its doing.
struct TriggerWindows {
  private(set) var moments: [Trigger: [InstantBounds]] = [:]
  private(set) var stretches: [Trigger: Stretches] = [:]

  /// How long a proxy may go on as if nothing had happened.
  private static let lag = PodLifeline.propagation
  /// How long a pod is young.
  private static let youth = Duration.seconds(10)
  /// How long a node may be gone before its controller says so (`node-monitor-grace-period`), and what it takes to say so.
  private static let unnoticed = Duration.seconds(55)
  /// How long load may be too much before the count that the autoscaler wants tells of it: it is measured, and a sync comes.
  private static let unmeasured = Duration.seconds(45)

  init(_ timeline: Timeline) {
    var found: [Trigger: [(at: InstantBounds, window: Range<Duration>)]] = [:]
    func add(_ trigger: Trigger, _ at: InstantBounds, _ from: Duration, _ to: Duration) {
      guard from < to else { return }
      found[trigger, default: []].append((at, from..<to))
    }
    for cluster in timeline.clusters {
      for pod in cluster.pods {
        if let asked = pod.deleteRequested ?? pod.removed {
          let given = asked.latest + (pod.gracePeriod ?? .seconds(30))
          add(.termination, asked, asked.earliest - .seconds(1), min(pod.removed?.latest ?? given, given) + Self.lag)
        }
        for ready in pod.ready where ready.from.latest > .zero {
          add(.readiness, ready.from, ready.from.earliest, ready.from.latest + Self.youth)
        }
      }
      for event in cluster.events where event.event.reason == "NodeNotReady" && event.at.latest > .zero {
        add(.node, event.at, event.at.earliest - Self.unnoticed, event.at.latest + Self.lag)
      }
      for (at, end, isRise) in Self.shortages(of: cluster) {
        add(.underCapacity, at, at.earliest - (isRise ? Self.unmeasured : .zero), end)
      }
    }
    for request in timeline.actions.flatMap(\.requests) where request.changesRouting {
      add(.write, InstantBounds(request.sent, request.answered), request.sent, request.answered + Self.lag * 2)
    }
    for (trigger, windows) in found {
      stretches[trigger] = Stretches(windows.map(\.window))
      moments[trigger] = windows.map(\.at).sorted { $0.earliest < $1.earliest }
    }
  }

  /// From when on fewer pods were certainly ready than were wanted until they were, and whether more had come to be wanted.
  private static func shortages(of cluster: ClusterHistory) -> [(at: InstantBounds, end: Duration, isRise: Bool)] {
    let (wanted, ready) = (cluster.wantedReplicas, cluster.readyReplicas)
    let short = wanted.combined(with: ready) { wanted, ready in
      let isShort = ready.upperBound < wanted.lowerBound
      return isShort ? 1...1 : 0...0
    }
    return short.pieces(from: .zero, to: max(short.end, .zero)).compactMap { piece in
      guard piece.range == 1...1 else { return nil }
      let rise = cluster.workload.rescales.last {
        $0.after.object.wanted > $0.before.object.wanted && $0.after.at.earliest <= piece.from
          && $0.after.at.latest >= piece.from - .seconds(2)
      }
      return (rise?.after.at ?? InstantBounds(exactly: piece.from), piece.to, rise != nil)
    }
  }
}

extension ActionSpan.Request {
  /// Whether it changed where requests go.
  fileprivate var changesRouting: Bool {
    problem == nil && !line.hasPrefix("GET ") && (line.contains("/ingresses/") || line.contains("/services/"))
  }
}
