/// A workload that a run watches, with its autoscaler.
package struct WatchedWorkload: Sendable, Equatable {
  /// What a profile calls it, where it watches several; `nil` where it watches one.
  package var name: String?
  package var reference: WorkloadReference
  /// Name of its HorizontalPodAutoscaler, if one is watched.
  package var autoscaler: String?

  package init(name: String? = nil, _ reference: WorkloadReference, autoscaler: String? = nil) {
    self.name = name
    self.reference = reference
    self.autoscaler = autoscaler
  }

  /// Its name in the profile, else that of the object: `api`, `deployment/web`.
  package var title: String { name ?? reference.text }
}

/// The workloads of a run: one, or several with a name each.
package struct WatchedWorkloads: Sendable, Equatable {
  /// The one that is meant where only one can be.
  package var first: WatchedWorkload
  package var others: [WatchedWorkload]

  package init(_ first: WatchedWorkload, others: [WatchedWorkload] = []) {
    self.first = first
    self.others = others
  }

  package var all: [WatchedWorkload] { [first] + others }
  package var areSeveral: Bool { !others.isEmpty }

  /// The kinds of all of them, each once.
  package var kinds: [WorkloadKind] {
    WorkloadKind.allCases.filter { kind in all.contains { $0.reference.kind == kind } }
  }

  /// The one that a profile calls so; of one alone, that one where no name is asked for. `nil` where there is none.
  package func named(_ name: String?) -> WatchedWorkload? {
    if name == nil, !areSeveral { return first }
    return all.first { $0.name == name }
  }

  /// The same ones, of which one comes first.
  package func focused(on name: String) -> WatchedWorkloads {
    guard let chosen = all.first(where: { $0.name == name }) else { return self }
    return WatchedWorkloads(chosen, others: all.filter { $0.name != name })
  }
}
