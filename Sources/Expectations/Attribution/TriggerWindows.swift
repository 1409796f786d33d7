import KubernetesObjects
import RunTimeline
import Units

/// When each kind of trigger took place, and in which stretches failures may be its doing.
struct TriggerWindows {
  private(set) var moments: [Trigger: [InstantBounds]] = [:]
  private var stretches: [Trigger: Stretches] = [:]
  /// Of the triggers that befall pods, by the pod's `uid`.
  private var ofPods: [Trigger: [String: Stretches]] = [:]

  private typealias Window = (at: InstantBounds, range: Range<Duration>)

  /// How long a proxy may go on as if nothing had happened.
  private static let lag = PodLifeline.propagation
  /// How much longer it may do so where endpoints come late.
  private static let lingering = Duration.seconds(30)
  /// How long a pod is young.
  private static let youth = Duration.seconds(10)
  /// How long a node may be gone before its controller says so (`node-monitor-grace-period`), and what it takes to say so.
  private static let unnoticed = Duration.seconds(55)

  init(_ timeline: Timeline) {
    var found: [Trigger: [Window]] = [:]
    var befalling: [Trigger: [String: [Range<Duration>]]] = [:]
    func add(_ trigger: Trigger, _ at: InstantBounds, _ from: Duration, _ to: Duration, pod: String? = nil) {
      guard from < to else { return }
      found[trigger, default: []].append((at, from..<to))
      if let pod { befalling[trigger, default: [:]][pod, default: []].append(from..<to) }
    }
    for cluster in timeline.clusters {
      for pod in cluster.pods {
        if let asked = pod.deleteRequested ?? pod.removed {
          let given = asked.latest + (pod.gracePeriod ?? .seconds(30))
          add(
            .termination, asked, asked.earliest + Self.rest(of: pod) - .seconds(1),
            min(pod.removed?.latest ?? given, given) + Self.lag,
            pod: pod.uid)
        }
        for ready in pod.ready where ready.from.latest > .zero {
          add(.readiness, ready.from, ready.from.earliest, Self.endOfYouth(of: pod, ready), pod: pod.uid)
        }
        for end in pod.health.ends where end.at.latest > .zero {
          add(.crash, end.at, end.at.earliest - .seconds(1), end.at.latest + Self.lag, pod: pod.uid)
        }
      }
      for event in cluster.events where event.event.reason == "NodeNotReady" && event.at.latest > .zero {
        let (from, to) = (event.at.earliest - Self.unnoticed, event.at.latest + Self.lag)
        add(.node, event.at, from, to)
        for pod in cluster.pods(on: event.event.involvedObject) {
          befalling[.node, default: [:]][pod.uid, default: []].append(from..<to)
        }
      }
      for shortage in Shortage.all(in: cluster) {
        add(.underCapacity, shortage.at, shortage.window.lowerBound, shortage.window.upperBound)
      }
      for dip in EmptyService.all(in: cluster) {
        add(.noEndpoints, dip.at, dip.at.earliest - .seconds(1), dip.at.latest + Self.lag)
      }
    }
    for request in timeline.actions.flatMap(\.requests) where request.changesRouting {
      add(.write, InstantBounds(request.sent, request.answered), request.sent, request.answered + Self.lag * 2)
    }
    for (trigger, windows) in found {
      stretches[trigger] = Stretches(windows.map(\.range))
      moments[trigger] = windows.map(\.at).sorted { $0.earliest < $1.earliest }
    }
    ofPods = befalling.mapValues { $0.mapValues(Stretches.init) }
  }

  /// How long nothing changes for the programs of a pod that was asked to go, since all of them wait.
  private static func rest(of pod: PodLifeline) -> Duration {
    let waits = (pod.spec.containers ?? []).map { $0.lifecycle?.preStop?.sleep?.seconds ?? 0 }
    return min(.seconds(waits.min() ?? 0), pod.gracePeriod ?? .zero)
  }

  /// A pod whose container ends does not fail because it is young.
  private static func endOfYouth(of pod: PodLifeline, _ ready: CountEnvelope.Presence) -> Duration {
    let end = pod.health.ends.map(\.at.earliest).filter { $0 >= ready.from.earliest }.min()
    return min(ready.from.latest + youth, end.map { $0 - .seconds(1) } ?? .farFuture)
  }

  subscript(trigger: Trigger) -> Stretches { stretches[trigger] ?? Stretches([]) }

  /// Whether it is known which pods a kind of trigger befell, so that requests to the others are answered as before.
  func isOfPods(_ trigger: Trigger) -> Bool { ofPods[trigger] != nil }

  /// When failures may be the doing of what befell one pod.
  func stretches(of trigger: Trigger, in pod: PodLifeline) -> Stretches {
    ofPods[trigger]?[pod.uid] ?? Stretches([])
  }

  func concerns(_ pod: PodLifeline, _ trigger: Trigger, at moment: Duration) -> Bool {
    stretches(of: trigger, in: pod).contains(moment)
  }

  /// Whether a pod gets requests though it was befallen, at most: one that is gone may do so for longer than is usual.
  func mayConcern(_ pod: PodLifeline, _ trigger: Trigger, at moment: Duration) -> Bool {
    if trigger == .readiness { return concerns(pod, trigger, at: moment) }
    return stretches(of: trigger, in: pod).ranges.contains {
      $0.lowerBound <= moment && moment < $0.upperBound + Self.lingering
    }
  }
}

extension ClusterHistory {
  /// Those on the node that an event tells of, or on that of the pod that it tells of.
  fileprivate func pods(on object: Event.Reference) -> [PodLifeline] {
    let node = object.kind == "Pod" ? pods.first { $0.name == object.name }?.node : object.name
    return node.map { node in pods.filter { $0.node == node } } ?? []
  }
}

extension ActionSpan.Request {
  /// Whether it changed where requests go.
  fileprivate var changesRouting: Bool {
    problem == nil && !line.hasPrefix("GET ") && (line.contains("/ingresses/") || line.contains("/services/"))
  }
}
