import KubernetesObjects
import LoadFacts
import Profiles
import RunTimeline
import SimulatedCluster
import SimulatedLoad
import Testing
import Units

@testable import Harness

/// What a simulated cluster did, by its own store and clock: exact, whole, and whoever watched it.
///
/// All instants are run time.
struct SimulatedTruth: Sendable {
  /// A version of an object, from the moment at which it was stored.
  struct Version<Object: Sendable>: Sendable {
    let at: Duration
    let object: Object
    let isDeleted: Bool
  }

  let profile: Profile
  let phases: [PhaseSpan]
  let actions: [ActionSpan]
  /// From before the load until the run was over.
  let end: Duration
  let deployments: [Version<Deployment>]
  let autoscalers: [Version<HorizontalPodAutoscaler>]
  let statefulSets: [Version<StatefulSet>]
  let replicaSets: [[Version<ReplicaSet>]]
  let slices: [[Version<EndpointSlice>]]
  /// Of the namespace, in the order in which they came to be.
  let pods: [SimulatedPod]
  let events: [Version<Event>]
  /// What became of each request.
  let requests: [Request]

  struct Request: Sendable {
    let due: Duration
    /// Wall time from when it was due; `nil` without an answer.
    let latency: Duration?
    let outcome: Outcome?
    let pod: String?

    var succeeded: Bool { outcome == .status(200) }
  }

  init(_ played: VirtualRun.Played, of profile: Profile) throws {
    let cluster = played.cluster
    let scale = cluster.timeScale
    self.profile = profile
    phases = played.run.phases
    actions = played.run.actions
    end = try #require(played.run.run.endedAt)
    func versions<Object: Sendable>(
      _ kind: ClusterKind, _ object: (ClusterObject) -> Object?
    ) throws -> [(uid: String, version: Version<Object>)] {
      try #require(cluster.changes(kind, after: 200), "the store has forgotten \(kind)").compactMap { change in
        guard change.object.metadata.namespace == cluster.mainNamespace, let object = object(change.object) else {
          return nil
        }
        return (
          change.object.metadata.uid ?? "",
          Version(at: change.time - played.origin, object: object, isDeleted: change.action == .deleted)
        )
      }
    }
    func grouped<Object>(_ all: [(uid: String, version: Version<Object>)]) -> [[Version<Object>]] {
      var order: [String] = []
      var groups: [String: [Version<Object>]] = [:]
      for (uid, version) in all {
        if groups[uid] == nil { order.append(uid) }
        groups[uid, default: []].append(version)
      }
      return order.compactMap { groups[$0] }
    }
    deployments = try versions(.deployment, \.deployment).map(\.version)
    autoscalers = try versions(.autoscaler, \.autoscaler).map(\.version)
    statefulSets = try versions(.statefulSet, \.statefulSet).map(\.version)
    replicaSets = grouped(try versions(.replicaSet, \.replicaSet))
    slices = grouped(try versions(.endpointSlice, \.endpointSlice))
    pods = grouped(try versions(.pod, \.pod)).map { SimulatedPod($0) }
    events = try versions(.event, \.event).map(\.version)
    requests = (played.served?.requests ?? []).map { request in
      Request(
        due: .nanoseconds(request.due) * scale, latency: request.answered.map { .nanoseconds($0 - request.due) },
        outcome: request.outcome, pod: request.pod)
    }
  }
}

extension SimulatedTruth {
  /// A phase, as it was planned.
  func phase(_ name: String) throws -> ClosedRange<Duration> {
    let phase = try #require(phases.first { $0.name == name })
    return phase.plannedStart...phase.plannedEnd
  }

  func action(_ name: String) throws -> ActionSpan { try #require(actions.first { $0.name == name }) }

  /// When the request of an action came to the cluster.
  func begin(of action: String) throws -> Duration {
    try #require(self.action(action).answered) - .milliseconds(5) * 20
  }

  var wanted: Steps<Int> { Steps(deployments.map { ($0.at, $0.object.spec.replicas ?? 1) }) }

  /// Pods that are ready and not asked to go.
  var ready: Steps<Int> { Steps.counting(pods.flatMap(\.ready)) }

  /// When the rollout of an action was complete: all replicas of its template, and available, as the workload's controller
  /// counts them (its status is of that generation).
  func rolledOut(_ action: String) throws -> Duration? {
    let generation = try #require(self.action(action).generation)
    return deployments.first { version in
      guard let status = version.object.status, status.observedGeneration ?? 0 >= generation else { return false }
      let wanted = version.object.spec.replicas ?? 1
      return status.updatedReplicas == wanted && status.replicas == wanted && status.availableReplicas == wanted
    }?.at
  }

  /// From the request for a rollout to the end of the last pod that it took away, or to the end of the run.
  func window(ofRollout action: String) throws -> ClosedRange<Duration> {
    let begin = try begin(of: action)
    guard let completed = try rolledOut(action) else { return begin...end }
    return begin...min(end, max(completed, lastEnd(ofThoseGoingIn: begin...completed) ?? completed))
  }

  /// When the last of the pods was gone that were asked to go in a stretch.
  func lastEnd(ofThoseGoingIn stretch: ClosedRange<Duration>) -> Duration? {
    pods.filter { $0.going.map(stretch.contains) ?? false }.map { $0.removed ?? .farFuture }.max()
  }

  func requests(in stretch: ClosedRange<Duration>) -> [Request] {
    requests.filter { stretch.contains($0.due) && $0.due < stretch.upperBound }
  }
}

/// A value that changes at instants.
struct Steps<Value: Sendable & Equatable>: Sendable {
  private(set) var steps: [(at: Duration, value: Value)]

  init(_ steps: [(at: Duration, value: Value)]) {
    self.steps = []
    for step in steps {
      if self.steps.last?.at == step.at { self.steps.removeLast() }
      if self.steps.last?.value != step.value { self.steps.append(step) }
    }
  }

  func value(at instant: Duration) -> Value? { steps.last { $0.at <= instant }?.value }

  /// Each value that held in a stretch, one after another.
  func values(in stretch: ClosedRange<Duration>) -> [Value] {
    [value(at: stretch.lowerBound)].compactMap { $0 }
      + steps.filter { $0.at > stretch.lowerBound && $0.at <= stretch.upperBound }.map(\.value)
  }

  /// The first instant from one on at which the value is as asked.
  func first(from start: Duration, where isMet: (Value) -> Bool) -> Duration? {
    if let value = value(at: start), isMet(value) { return start }
    return steps.first { $0.at > start && isMet($0.value) }?.at
  }
}

extension Steps<Int> {
  /// How many of some stretches there are at a time.
  static func counting(_ stretches: [Range<Duration>]) -> Steps {
    let changes = stretches.flatMap { [($0.lowerBound, 1), ($0.upperBound, -1)] }.sorted { $0.0 < $1.0 }
    var count = 0
    return Steps(
      changes.map { at, change in
        count += change
        return (at, count)
      })
  }
}
