/// A request that is due, from then on until it has ended.
public struct PendingRequest: Sendable {
  /// Index in ``WorkerPlan/streams``.
  package var stream = 0
  /// Index of the arrival in its stream.
  package var arrival = 0
  /// How many earlier arrivals of the stream took the same route.
  package var ordinal = 0
  /// Who of a closed-model stream sends it; `nil` in an open one.
  var user: UserPool.User?
  /// Nanoseconds of the transport's clock.
  package var due: Int64 = 0
  package var interval = 0
  package var route = 0
  /// When the worker put it into the queue, in nanoseconds of the transport's clock.
  var takenUp: Int64 = 0
  /// What ``Attention`` said then.
  var mark: Int64 = 0

  package init() {}

  init(
    stream: Int = 0, arrival: Int = 0, ordinal: Int = 0, user: UserPool.User? = nil, due: Int64 = 0, interval: Int = 0,
    route: Int = 0
  ) {
    self.stream = stream
    self.arrival = arrival
    self.ordinal = ordinal
    self.user = user
    self.due = due
    self.interval = interval
    self.route = route
  }
}
