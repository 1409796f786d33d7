package import KubernetesObjects

/// All versions of the objects of a namespace, put together from observations one after another, so that none of those
/// has to be kept: a day's are many times as large as what they tell.
package struct ObservedObjects: Sendable {
  /// Of which resources: nothing is judged by others.
  package static let resources: [ResourceType] = [
    .deployments, .statefulSets, .horizontalPodAutoscalers, .replicaSets, .pods, .endpointSlices, .events,
  ]

  private(set) var deployments: ObjectHistory<Deployment>
  private(set) var statefulSets: ObjectHistory<StatefulSet>
  private(set) var autoscalers: ObjectHistory<HorizontalPodAutoscaler>
  private(set) var replicaSets: ObjectHistory<ReplicaSet>
  private(set) var pods: ObjectHistory<Pod>
  private(set) var slices: ObjectHistory<EndpointSlice>
  private(set) var events: ObjectHistory<Event>
  let clock: ServerClock
  /// How many observations there were.
  private(set) var count = 0
  /// Plurals of the resources of which a whole list was read.
  private(set) var listed: Set<String> = []
  /// When the last of them had come in; `nil` where there were none.
  private(set) var lastReceived: Duration?

  /// - Parameter undated: plurals of the resources of which nobody noted when what was observed arrived.
  package init(clock: ServerClock, withoutArrivals undated: Set<String> = []) {
    func history<Object>() -> ObjectHistory<Object> {
      ObjectHistory<Object>(clock: clock, tellsArrivals: !undated.contains(Object.resource.plural))
    }
    deployments = history()
    statefulSets = history()
    autoscalers = history()
    replicaSets = history()
    pods = history()
    slices = history()
    events = history()
    self.clock = clock
  }

  /// Takes the next observation in the order of recording.
  package mutating func add(_ observation: Observation) {
    count += 1
    lastReceived = max(lastReceived ?? observation.received, observation.received)
    if observation.kind == .list { listed.insert(observation.resource) }
    switch observation.resource {
    case Deployment.resource.plural: deployments.add(observation)
    case StatefulSet.resource.plural: statefulSets.add(observation)
    case HorizontalPodAutoscaler.resource.plural: autoscalers.add(observation)
    case ReplicaSet.resource.plural: replicaSets.add(observation)
    case Pod.resource.plural: pods.add(observation)
    case EndpointSlice.resource.plural: slices.add(observation)
    case Event.resource.plural: events.add(observation)
    // Of a resource by which nothing is judged.
    default: break
    }
  }

  /// Settles what is known when all observations were given, and dates versions by what all watches tell together.
  ///
  /// - Parameter end: the instant up to which all watches went on, where that is known; `nil` where each resource is known
  ///   up to the last word on it.
  package mutating func finish(watchedUntil end: Duration? = nil) {
    let lastHeard = lastReceived ?? .zero
    deployments.finish(lastHeard: lastHeard, watchedUntil: end)
    statefulSets.finish(lastHeard: lastHeard, watchedUntil: end)
    autoscalers.finish(lastHeard: lastHeard, watchedUntil: end)
    replicaSets.finish(lastHeard: lastHeard, watchedUntil: end)
    pods.finish(lastHeard: lastHeard, watchedUntil: end)
    slices.finish(lastHeard: lastHeard, watchedUntil: end)
    events.finish(lastHeard: lastHeard, watchedUntil: end)
    var timing = WatchTiming()
    timing.add(deployments)
    timing.add(statefulSets)
    timing.add(autoscalers)
    timing.add(replicaSets)
    timing.add(pods)
    timing.add(slices)
    timing.add(lag: events.lag)
    timing.settle()
    deployments.date(by: timing)
    statefulSets.date(by: timing)
    autoscalers.date(by: timing)
    replicaSets.date(by: timing)
    pods.date(by: timing)
    slices.date(by: timing)
  }
}

extension WatchTiming {
  /// Takes all that the history of a resource tells.
  fileprivate mutating func add<Object>(_ history: ObjectHistory<Object>) {
    add(lag: history.lag)
    add(history.versions.values.joined())
  }
}
