import KubernetesObjects
import Units

/// What the recorders of all components remember, to merge repeated events and to hold back floods
/// (client-go 1.36, tools/record/events_cache.go).
struct EventRecorder: Sendable {
  /// Different messages of one reason that are kept apart within ten minutes; further ones share one event.
  static let similarLimit = 10
  static let similarWindow = Duration.seconds(600)
  /// Events of one component on one object: this many at once, then one in five minutes.
  static let burst = 25.0
  static let refill = 1.0 / 300

  struct Topic: Hashable, Sendable {
    let component: String
    let object: String
    let type: String
    let reason: String
  }

  struct Aggregate: Sendable {
    var messages: Set<String> = []
    var last: Duration
  }

  struct Bucket: Sendable {
    var tokens = EventRecorder.burst
    var last: Duration
  }

  private struct Source: Hashable, Sendable {
    let component: String
    let object: String
  }

  /// How often something was to be told, whether or not it was held back.
  struct Observation: Sendable {
    var count: Int
    let first: KubernetesTime
    let name: String
    var last: Duration
  }

  /// What becomes of something that is to be told.
  struct Telling: Sendable {
    let text: String
    /// Whether it stands for many that are alike.
    let isCombined: Bool
    let observation: Observation
  }

  private var aggregates: [Topic: Aggregate] = [:]
  private var buckets: [Source: Bucket] = [:]
  private var observations: [Topic: [String: Observation]] = [:]
  /// Numbers the names of events.
  private var counter: UInt64 = 0

  /// The event that a message gets: its own, or that of its many likes. `nil` when it is held back, which is counted too.
  ///
  /// - Parameter subject: the name of the object that it is about.
  mutating func tell(
    _ message: String, topic: Topic, about subject: String, at now: Duration, date: KubernetesTime,
    random: inout SeededRandom
  ) -> Telling? {
    let isCombined = combines(message, topic: topic, at: now, random: &random)
    let key = isCombined ? "" : message
    var observation =
      observations[topic]?[key]
      ?? Observation(
        count: 0, first: KubernetesTime(seconds: date.microseconds / 1_000_000), name: newName(subject, at: date),
        last: now)
    observation.count += 1
    observation.last = now
    observations[topic, default: [:]][key] = observation
    guard takesToken(Source(component: topic.component, object: topic.object), at: now) else { return nil }
    return Telling(
      text: isCombined ? "(combined from similar events): \(message)" : message, isCombined: isCombined,
      observation: observation)
  }

  private mutating func combines(
    _ message: String, topic: Topic, at now: Duration, random: inout SeededRandom
  ) -> Bool {
    var aggregate = aggregates[topic] ?? Aggregate(last: now)
    if now - aggregate.last > Self.similarWindow { aggregate = Aggregate(last: now) }
    aggregate.messages.insert(message)
    aggregate.last = now
    let isCombined = aggregate.messages.count >= Self.similarLimit
    // Any of them, so that the set does not grow.
    if isCombined, let forgotten = aggregate.messages.sorted().randomElement(using: &random) {
      aggregate.messages.remove(forgotten)
    }
    aggregates[topic] = aggregate
    return isCombined
  }

  private mutating func takesToken(_ source: Source, at now: Duration) -> Bool {
    var bucket = buckets[source] ?? Bucket(last: now)
    bucket.tokens = min(Self.burst, bucket.tokens + max(0, (now - bucket.last).seconds) * Self.refill)
    bucket.last = now
    defer { buckets[source] = bucket }
    guard bucket.tokens >= 1 else { return false }
    bucket.tokens -= 1
    return true
  }

  private mutating func newName(_ subject: String, at date: KubernetesTime) -> String {
    counter += 1
    let stamp = UInt64(bitPattern: date.microseconds) &* 1_000 &+ counter % 1_000
    return "\(subject).\(SeededRandom.hexadecimal(stamp))"
  }

  /// Forgets what components knew whose process has ended.
  mutating func forget(componentsWhere isGone: (String) -> Bool) {
    aggregates = aggregates.filter { !isGone($0.key.component) }
    buckets = buckets.filter { !isGone($0.key.component) }
    observations = observations.filter { !isGone($0.key.component) }
  }

  /// Forgets what is so long ago that it changes nothing.
  mutating func prune(at now: Duration) {
    observations = observations.mapValues { $0.filter { now - $0.value.last <= .seconds(3_600) } }
      .filter { !$0.value.isEmpty }
    aggregates = aggregates.filter { now - $0.value.last <= Self.similarWindow }
    buckets = buckets.filter { now - $0.value.last < .seconds(7_500) }
  }
}

enum EventSeverity: String, Sendable {
  case normal = "Normal"
  case warning = "Warning"
}

extension ControllerContext {
  /// Notes what a component did or could not do, as an Event about an object.
  mutating func record(
    _ severity: EventSeverity, _ reason: String, _ text: String, about kind: ClusterKind, _ key: ObjectKey,
    by component: String
  ) {
    guard let subject = store[kind, key] else { return }
    let uid = subject.metadata.uid ?? ""
    let topic = EventRecorder.Topic(component: component, object: uid, type: severity.rawValue, reason: reason)
    let telling = recorder.tell(text, topic: topic, about: key.name, at: now, date: preciseDate, random: &random)
    guard let telling else { return }
    // It goes through the client of who tells it, whoever is at work.
    let working = client
    client = nil
    defer { client = working }
    if let teller = RequestRates.Client(component: component) { countEvent(of: teller) }
    // Events about what has no namespace are in this one.
    let namespace = key.namespace.isEmpty ? "default" : key.namespace
    let eventKey = ObjectKey(namespace: namespace, name: telling.observation.name)
    if var object = store[.event, eventKey], var event = object.event {
      event.message = telling.text
      event.count = telling.observation.count
      event.lastTimestamp = date
      object.content = .event(event)
      object.recordWriter(eventWriter(component), at: date)
      commit(object)
      return
    }
    var metadata = ObjectMetadata(name: eventKey.name, namespace: namespace, uid: random.uid())
    metadata.creationTimestamp = date
    var event = Event(
      metadata: metadata,
      involvedObject: Event.Reference(
        apiVersion: kind.resource.apiVersion, kind: kind.resource.kind,
        namespace: key.namespace.isEmpty ? nil : key.namespace, name: key.name,
        uid: uid, resourceVersion: subject.metadata.resourceVersion),
      type: severity.rawValue, reason: reason, message: telling.text, component: component, time: date)
    event.firstTimestamp = telling.observation.first
    event.count = telling.observation.count
    if telling.isCombined { event.reportingComponent = "" }
    var object = ClusterObject(kind: .event, content: .event(event))
    object.recordWriter(eventWriter(component), at: date)
    commit(object)
  }

  private func eventWriter(_ component: String) -> String {
    component == DataPlane.kubelet ? component : Self.controllerManager
  }

  /// Events live for an hour (kube-apiserver, `--event-ttl`).
  mutating func forgetEvents() {
    let oldest = date(at: now - .seconds(3_600))
    for object in store.all(.event) {
      if let last = object.event?.lastTimestamp, last < oldest { discard(.event, object.key) }
    }
    recorder.prune(at: now)
    schedule(.forgetEvents, after: .seconds(300))
  }
}
