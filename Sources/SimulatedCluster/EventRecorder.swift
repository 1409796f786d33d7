import KubernetesObjects

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

  var aggregates: [Topic: Aggregate] = [:]
  var buckets: [Topic: Bucket] = [:]
  /// The event object of each message that was recorded.
  var names: [Topic: [String: ObjectKey]] = [:]
  /// Numbers the names of events.
  var counter: UInt64 = 0

  /// The message that an event gets: its own, or that of its many likes. `nil` when it is held back.
  mutating func message(_ message: String, topic: Topic, at now: Duration) -> (text: String, key: String)? {
    var aggregate = aggregates[topic] ?? Aggregate(last: now)
    if now - aggregate.last > Self.similarWindow { aggregate = Aggregate(last: now) }
    aggregate.messages.insert(message)
    aggregate.last = now
    aggregates[topic] = aggregate
    let isCombined = aggregate.messages.count >= Self.similarLimit

    let source = Topic(component: topic.component, object: topic.object, type: topic.type, reason: "")
    var bucket = buckets[source] ?? Bucket(last: now)
    let passed = (now - bucket.last).components.seconds
    if passed > 0 {
      bucket.tokens = min(Self.burst, bucket.tokens + Double(passed) * Self.refill)
      bucket.last = now
    }
    guard bucket.tokens >= 1 else {
      buckets[source] = bucket
      return nil
    }
    bucket.tokens -= 1
    buckets[source] = bucket
    return isCombined ? ("(combined from similar events): \(message)", "") : (message, message)
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
    guard let message = recorder.message(text, topic: topic, at: now) else { return }
    if let known = recorder.names[topic]?[message.key], var object = store[.event, known], var event = object.event {
      event.message = message.text
      event.count = (event.count ?? 1) + 1
      event.lastTimestamp = date
      object.content = .event(event)
      commit(object)
      return
    }
    recorder.counter += 1
    let stamp = UInt64(bitPattern: preciseDate.microseconds) &* 1_000 &+ recorder.counter % 1_000
    let name = "\(key.name).\(SeededRandom.hexadecimal(stamp))"
    var metadata = ObjectMetadata(name: name, namespace: key.namespace, uid: random.uid())
    metadata.creationTimestamp = date
    metadata.managedFields = [
      ManagedFieldsEntry(
        manager: component == DataPlane.kubelet ? component : Self.controllerManager, operation: "Update", time: date)
    ]
    let event = Event(
      metadata: metadata,
      involvedObject: Event.Reference(
        apiVersion: kind.resource.apiVersion, kind: kind.resource.kind, namespace: key.namespace, name: key.name,
        uid: uid, resourceVersion: subject.metadata.resourceVersion),
      type: severity.rawValue, reason: reason, message: message.text, component: component, time: date)
    let stored = commit(ClusterObject(kind: .event, content: .event(event)))
    recorder.names[topic, default: [:]][message.key] = stored.key
  }

  /// Events live for an hour (kube-apiserver, `--event-ttl`).
  mutating func forgetEvents() {
    let oldest = date(at: now - .seconds(3_600))
    for object in store.all(.event) {
      if let last = object.event?.lastTimestamp, last < oldest { discard(.event, object.key) }
    }
    recorder.names = recorder.names.mapValues { $0.filter { store[.event, $0.value] != nil } }
      .filter { !$0.value.isEmpty }
    recorder.aggregates = recorder.aggregates.filter { now - $0.value.last <= EventRecorder.similarWindow }
    recorder.buckets = recorder.buckets.filter { now - $0.value.last < .seconds(7_500) }
    schedule(.forgetEvents, after: .seconds(300))
  }
}
