/// A phase of the load, as planned and as it came.
package struct PhaseSpan: Sendable, Equatable {
  package var name: String
  package var plannedStart: Duration
  package var plannedEnd: Duration
  /// Requests per wall second at the start and at the end of the phase; 0 in a closed model, whose rate is a result.
  package var startRate: Double
  package var endRate: Double
  /// `nil` while the phase has not begun or the run ended before.
  package var start: Duration?
  package var end: Duration?
  /// Name of the stream of load that the phase belongs to; empty in a run with one stream.
  package var stream: String
  /// Closed model: how many users take turns; `nil` in an open model.
  package var users: Int?
  /// Closed model: wall time that a user waits between an answer and the next request; `nil` in an open model.
  package var think: Duration?

  package init(
    name: String, plannedStart: Duration, plannedEnd: Duration, startRate: Double, endRate: Double,
    start: Duration? = nil, end: Duration? = nil, stream: String = "", users: Int? = nil, think: Duration? = nil
  ) {
    self.name = name
    self.plannedStart = plannedStart
    self.plannedEnd = plannedEnd
    self.startRate = startRate
    self.endRate = endRate
    self.start = start
    self.end = end
    self.stream = stream
    self.users = users
    self.think = think
  }
}

/// Something that the run did to the cluster, such as a rollout.
package struct ActionSpan: Sendable, Equatable {
  package var name: String
  /// What the profile calls the workload that it was done to; `nil` where there is one only.
  package var workload: String?
  /// What was done, for people: `rollout: set image aspnetcore=…:v2.0.0`.
  package var summary: String
  package var plannedAt: Duration
  /// When our request left and when its answer came; `nil` when the action was never started.
  package var sent: Duration?
  package var answered: Duration?
  /// `metadata.generation` of the workload that the action's write produced.
  package var generation: Int64?
  /// Why the action failed, if it did.
  package var problem: String?

  package init(
    name: String, summary: String, plannedAt: Duration, sent: Duration? = nil, answered: Duration? = nil,
    generation: Int64? = nil, problem: String? = nil, workload: String? = nil
  ) {
    self.name = name
    self.workload = workload
    self.summary = summary
    self.plannedAt = plannedAt
    self.sent = sent
    self.answered = answered
    self.generation = generation
    self.problem = problem
  }
}
