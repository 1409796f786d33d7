package import KubernetesObjects

/// All versions of the objects of a namespace, put together from observations one after another, so that none of those
/// has to be kept: a day's are many times as large as what they tell.
package struct ObservedObjects: Sendable {
  /// The types whose versions are dated by what all watches tell together; each once.
  private static let dated: [any KubernetesObject.Type] = {
    let workloads = WorkloadKind.allCases.map { $0.type as any KubernetesObject.Type }
    let others: [any KubernetesObject.Type] = [
      HorizontalPodAutoscaler.self, ReplicaSet.self, Pod.self, EndpointSlice.self, PodDisruptionBudget.self,
      ResourceQuota.self, LimitRange.self, Ingress.self,
    ]
    return workloads + others.filter { other in !workloads.contains { $0 == other } }
  }()

  /// Of which resources: nothing is judged by others.
  package static let resources: [ResourceType] = dated.map { $0.resource } + [Event.resource]

  /// By the plurals of their resources.
  private var histories: [String: any DatedHistory]
  private(set) var events: ObjectHistory<Event>
  /// Of ConfigMaps and Secrets, each watched by its name, by the labels of their resources.
  private(set) var configs: [String: ObjectHistory<PartialObject>] = [:]
  let clock: ServerClock
  /// How many observations there were.
  private(set) var count = 0
  /// Plurals of the resources of which a whole list was read.
  private(set) var listed: Set<String> = []
  /// When the last of them had come in; `nil` where there were none.
  private(set) var lastReceived: Duration?

  /// - Parameter undated: plurals of the resources of which nobody noted when what was observed arrived.
  package init(clock: ServerClock, withoutArrivals undated: Set<String> = []) {
    func history<Object: KubernetesObject>(of type: Object.Type) -> ObjectHistory<Object> {
      ObjectHistory<Object>(clock: clock, tellsArrivals: !undated.contains(Object.resource.plural))
    }
    func dated(_ type: (some KubernetesObject).Type) -> any DatedHistory { history(of: type) }
    histories = Dictionary(uniqueKeysWithValues: Self.dated.map { ($0.resource.plural, dated($0)) })
    events = history(of: Event.self)
    self.clock = clock
  }

  var autoscalers: ObjectHistory<HorizontalPodAutoscaler> { history() }
  var replicaSets: ObjectHistory<ReplicaSet> { history() }
  var pods: ObjectHistory<Pod> { history() }
  var slices: ObjectHistory<EndpointSlice> { history() }
  var ingresses: ObjectHistory<Ingress> { history() }

  /// That of a type of which something is judged; of others nothing was observed.
  func history<Object: KubernetesObject>(of type: Object.Type = Object.self) -> ObjectHistory<Object> {
    histories[Object.resource.plural] as? ObjectHistory<Object>
      ?? ObjectHistory<Object>(clock: clock, tellsArrivals: true)
  }

  /// Takes the next observation in the order of recording.
  package mutating func add(_ observation: Observation) {
    count += 1
    lastReceived = max(lastReceived ?? observation.received, observation.received)
    if observation.kind == .list { listed.insert(observation.resource) }
    if observation.resource == Event.resource.plural {
      events.add(observation)
    } else if observation.resource.contains("/") {
      configs[observation.resource, default: ObjectHistory(clock: clock, tellsArrivals: true)].add(observation)
    } else {
      histories[observation.resource]?.add(observation)
    }
  }

  /// Settles what is known when all observations were given, and dates versions by what all watches tell together.
  ///
  /// - Parameter end: the instant up to which all watches went on, where that is known; `nil` where each resource is known
  ///   up to the last word on it.
  package mutating func finish(watchedUntil end: Duration? = nil) {
    let plurals = Self.dated.map { $0.resource.plural }
    let lastHeard = lastReceived ?? .zero
    for plural in plurals { histories[plural]?.finish(lastHeard: lastHeard, watchedUntil: end) }
    events.finish(lastHeard: lastHeard, watchedUntil: end)
    for label in configs.keys { configs[label]?.finish(lastHeard: lastHeard, watchedUntil: end) }
    var timing = WatchTiming()
    for plural in plurals { histories[plural]?.tell(&timing) }
    for label in configs.keys.sorted() { configs[label]?.tell(&timing) }
    timing.add(lag: events.lag)
    timing.settle()
    for plural in plurals { histories[plural]?.date(by: timing) }
    for label in configs.keys { configs[label]?.date(by: timing) }
  }
}

/// The history of objects of some type, whose versions are dated by what all watches tell together.
private protocol DatedHistory: Sendable {
  mutating func add(_ observation: Observation)
  mutating func finish(lastHeard: Duration, watchedUntil end: Duration?)
  /// Says all that it tells.
  func tell(_ timing: inout WatchTiming)
  mutating func date(by timing: WatchTiming)
}

extension ObjectHistory: DatedHistory {
  fileprivate func tell(_ timing: inout WatchTiming) {
    timing.add(lag: lag)
    timing.add(versions.values.joined())
  }
}
