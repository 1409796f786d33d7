package import KubernetesObjects

/// Which objects of a resource an observer is after.
package struct ObjectRule: Sendable, Equatable {
  package static let everything = ObjectRule(takesAll: true)

  var takesAll = false
  /// Objects of these names.
  var names: Set<String> = []
  /// Objects with such labels.
  var selectors: [LabelSelector] = []
  /// All are asked for, since no selector of the API says what is wanted of them.
  var further: Further?

  /// What can only be told of an object when it is there.
  enum Further: Sendable, Equatable {
    /// Services that send to pods with one of these sets of labels.
    case services(to: [[String: String]])
    /// PodDisruptionBudgets that select pods with one of these sets of labels.
    case budgets(of: [[String: String]])
    /// Ingresses that lead to one of these Services.
    case ingresses(to: Set<String>)
    /// Events, but for those about pods and ReplicaSets whose names do not begin as those of the workloads'.
    case events(ofWorkloads: Set<String>)
  }

  init(takesAll: Bool = false, names: Set<String> = []) {
    self.takesAll = takesAll
    self.names = names
  }

  /// All that there is of a resource: every object, or the one of whose metadata it is.
  package static func all(of resource: ResourceType) -> ObjectRule {
    resource.metadataOf.map { ObjectRule(names: [$0]) } ?? .everything
  }

  /// Whether an object is one of them.
  package func takes(_ object: some ObservedTraits) -> Bool {
    if takesAll { return true }
    if !names.isEmpty, let name = object.name, names.contains(name) { return true }
    if !selectors.isEmpty {
      let labels = object.labels
      if selectors.contains(where: { $0.matches(labels) }) { return true }
    }
    switch further {
    case nil: return false
    case .services(let pods): return pods.contains { object.sendsTo(podsWith: $0) }
    case .budgets(let pods):
      let selector = object.selector
      return pods.contains { selector?.matches($0) ?? false }
    case .ingresses(let services): return !services.isDisjoint(with: object.backends)
    case .events(let workloads):
      guard let (kind, name) = object.subject, kind == Pod.resource.kind || kind == ReplicaSet.resource.kind else {
        return true
      }
      return workloads.contains { name.hasPrefix($0) }
    }
  }

  /// The one object that is wanted; `nil` where it is not one of a known name.
  package var onlyName: String? {
    takesAll || further != nil || !selectors.isEmpty || names.count != 1 ? nil : names.first
  }

  /// What a server is asked for: as little as takes in all of them.
  ///
  /// - Parameter strays: labels of objects that are followed though they are not such any more; `nil` for those of which
  ///   nobody can say under which labels they are found.
  package func asked(withStrays strays: [[String: String]?] = []) -> ListSelection {
    if takesAll || further != nil || strays.contains(where: { $0 == nil }) { return .all }
    if selectors.isEmpty {
      return names.isEmpty ? Self.nothing : names.count == 1 ? ListSelection(name: names.first ?? "") : .all
    }
    guard names.isEmpty else { return .all }
    let others = strays.compactMap { $0.map { LabelSelector(matchLabels: $0) } }
    return ListSelection(labels: LabelSelector.covering(selectors + others)?.text)
  }

  /// No object has a label and has it not. The list and the watch still say that there was none.
  private static let nothing = ListSelection(labels: "scaleproof,!scaleproof")
}

/// What of an object tells whether an observer is after it.
package protocol ObservedTraits {
  var name: String? { get }
  var labels: [String: String]? { get }
  /// What an event is about.
  var subject: (kind: String, name: String)? { get }
  /// The Services that an Ingress leads to.
  var backends: Set<String> { get }
  /// Of which pods a PodDisruptionBudget is.
  var selector: LabelSelector? { get }
  /// Whether a Service sends to pods with some labels.
  func sendsTo(podsWith labels: [String: String]) -> Bool
}

extension ResourceType {
  /// What is told where more belongs to the workloads than before.
  ///
  /// - Parameter count: how many such objects were there before.
  package func unaskedBefore(_ count: Int) -> String {
    "\(count) of the \(plural) were not asked for before: what belongs to the workload has changed"
  }
}
