/// Something that the run did to the cluster, as planned and as it came.
package struct ActionSpan: Sendable, Equatable {
  package var name: String
  /// What the profile calls the workload that it was done to; `nil` where there is one only.
  package var workload: String?
  /// What was done, for people: `rollout: set image aspnetcore=…:v2.0.0`.
  package var summary: String
  /// What it does to the pods, which tells when that is over.
  package var effect: ActionEffect
  /// When it was to begin; with a condition, from when that was waited for.
  package var plannedAt: Duration
  /// What had to come true before it began; `nil` for one that was to begin at its time.
  package var condition: String?
  /// When our first request that changes something left, and when the answer to the last one came; `nil` when the action was
  /// never started.
  package var sent: Duration?
  package var answered: Duration?
  /// `metadata.generation` of the workload that the action's write produced.
  package var generation: Int64?
  /// Why the action failed, if it did.
  package var problem: String?
  /// What was asked of the API server, in order.
  package var requests: [Request] = []

  /// One request, and what came of it.
  package struct Request: Sendable, Equatable {
    /// `PATCH /apis/apps/v1/namespaces/shop/deployments/web`
    package var line: String
    package var sent: Duration
    package var answered: Duration
    /// Why it was refused; `nil` where it was not.
    package var problem: String?

    package init(line: String, sent: Duration, answered: Duration, problem: String? = nil) {
      self.line = line
      self.sent = sent
      self.answered = answered
      self.problem = problem
    }
  }

  package init(
    name: String, summary: String, effect: ActionEffect = .rollout, plannedAt: Duration, condition: String? = nil,
    sent: Duration? = nil, answered: Duration? = nil, generation: Int64? = nil, problem: String? = nil,
    workload: String? = nil
  ) {
    self.name = name
    self.workload = workload
    self.summary = summary
    self.effect = effect
    self.plannedAt = plannedAt
    self.condition = condition
    self.sent = sent
    self.answered = answered
    self.generation = generation
    self.problem = problem
  }
}

extension ActionSpan {
  /// When its first change of the cluster was made; `nil` when it was never started.
  package var begun: InstantBounds? {
    guard let sent else { return nil }
    // A wait asks nothing: it begins when it is to.
    if effect == .none, requests.isEmpty { return InstantBounds(exactly: sent) }
    let first = requests.first { $0.sent >= sent && $0.problem == nil }?.answered
    return (first ?? answered).map { InstantBounds(sent, max($0, sent)) }
  }

  /// Whether it wrote this generation of the workload; one that changed nothing found the generation as it left it.
  func hasWritten(generation: Int64) -> Bool {
    if case .changes(let before) = effect, before >= generation { return false }
    return problem == nil && self.generation == generation
  }

  /// How many of the generations of its workload after one, and up to another, it wrote; neither is negative.
  package func generations(after first: Int64, upTo last: Int64) -> Int64 {
    guard problem == nil, let generation, generation > first else { return 0 }
    if case .changes(let before) = effect { return max(0, min(generation, last) - max(before, first)) }
    return generation <= last ? 1 : 0
  }

  /// Whether the pods of the workload may have been replaced for it.
  package var mayRollOut: Bool { effect == .rollout || dependsOnTemplate }

  /// Whether that depends on what was changed.
  package var dependsOnTemplate: Bool {
    switch effect {
    case .change, .changes: true
    case .rollout, .replicas, .pods, .none: false
    }
  }
}

/// What an action does to the pods of its workload: when that is over is seen in the cluster.
package enum ActionEffect: Sendable, Equatable {
  /// All are replaced by those of another template.
  case rollout
  /// They are, if the template is among what was changed.
  case change
  /// They are, if a program has changed the template, by any of the generations of the workload after this one and up to
  /// ``ActionSpan/generation``.
  case changes(after: Int64)
  /// There are to be so many.
  case replicas(Int)
  /// These are taken away, by their names, and replaced by new ones.
  case pods([String])
  /// Nothing that would go on behind its last answer.
  case none
}
