import ClientRules
import KubernetesObjects
import Synchronization

/// What of each resource is asked for, by what the observers of all of them have seen so far.
final class SharedScope: Sendable {
  private struct State {
    /// `nil` where everything in the namespace is observed.
    var scope: ObservationScope?
    var rules: [ResourceType: ObjectRule] = [:]
    /// Who observes a resource is told when it is to ask for more.
    var listeners: [ResourceType: @Sendable () -> Void] = [:]
    var waiting: [(resource: ResourceType, ready: AsyncStream<Void>.Continuation)] = []

    /// What is to be done once the lock is given back.
    mutating func change(_ change: (inout ObservationScope) -> Void, among observed: [ResourceType])
      -> [@Sendable () -> Void]
    {
      guard var scope else { return [] }
      change(&scope)
      guard scope != self.scope else { return [] }
      self.scope = scope
      var deeds: [@Sendable () -> Void] = []
      for resource in observed {
        let rule = scope.rule(of: resource)
        guard rule != rules[resource] else { continue }
        rules[resource] = rule
        if let listener = listeners[resource] { deeds.append { listener() } }
      }
      let ready = waiting.filter { scope.isReady(for: $0.resource, among: observed) }
      waiting.removeAll { scope.isReady(for: $0.resource, among: observed) }
      return deeds + ready.map(\.ready).map { ready in { ready.finish() } }
    }
  }

  private let state: Mutex<State>
  private let observed: [ResourceType]

  /// - Parameter scope: `nil` for everything in the namespace.
  init(_ scope: ObservationScope?, observed: [ResourceType]) {
    var state = State(scope: scope)
    for resource in observed { state.rules[resource] = scope?.rule(of: resource) ?? .all(of: resource) }
    self.state = Mutex(state)
    self.observed = observed
  }

  func rule(of resource: ResourceType) -> ObjectRule {
    state.withLock { $0.rules[resource] ?? .everything }
  }

  func see(_ objects: [RawObject], of resource: ResourceType) {
    guard ObservationScope.teaches(resource), !objects.isEmpty else { return }
    change { scope in
      for object in objects { scope.see(object, of: resource) }
    }
  }

  func listed(_ resource: ResourceType) { change { $0.listed(resource) } }
  func cannotRead(_ resource: ResourceType) { change { $0.cannotRead(resource) } }

  /// Has a listener told of each change of what is asked for of a resource.
  func onChange(of resource: ResourceType, _ listener: @escaping @Sendable () -> Void) {
    state.withLock { $0.listeners[resource] = listener }
  }

  /// Waits until it is known what is to be asked for of a resource, or the task is cancelled.
  func ready(for resource: ResourceType) async {
    let (stream, ready) = AsyncStream.makeStream(of: Void.self)
    let isReady = state.withLock { state in
      let isReady = state.scope?.isReady(for: resource, among: observed) ?? true
      if !isReady { state.waiting.append((resource, ready)) }
      return isReady
    }
    if isReady { return }
    for await _ in stream {}
  }

  private func change(_ change: (inout ObservationScope) -> Void) {
    let deeds = state.withLock { $0.change(change, among: observed) }
    for deed in deeds { deed() }
  }
}
