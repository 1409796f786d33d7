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
