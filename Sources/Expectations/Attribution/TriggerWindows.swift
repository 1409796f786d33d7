import KubernetesObjects
import RunTimeline
import Units

/// When each kind of trigger took place, and in which stretches failures may be its doing.
struct TriggerWindows {
  private(set) var moments: [Trigger: [InstantBounds]] = [:]
  private var stretches: [Trigger: Stretches] = [:]

  /// How long a proxy may go on as if nothing had happened.
  private static let lag = PodLifeline.propagation
  /// How long a pod is young.
  private static let youth = Duration.seconds(10)
  /// How long a node may be gone before its controller says so (`node-monitor-grace-period`), and what it takes to say so.
  private static let unnoticed = Duration.seconds(55)

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
      for shortage in Shortage.all(in: cluster) {
        add(.underCapacity, shortage.at, shortage.window.lowerBound, shortage.window.upperBound)
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

  subscript(trigger: Trigger) -> Stretches { stretches[trigger] ?? Stretches([]) }
}

extension ActionSpan.Request {
  /// Whether it changed where requests go.
  fileprivate var changesRouting: Bool {
    problem == nil && !line.hasPrefix("GET ") && (line.contains("/ingresses/") || line.contains("/services/"))
  }
}
