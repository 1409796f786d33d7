import LoadFacts

/// What answers the requests that a ``VirtualTransport`` carries. Instants are those of its clock, and never go back.
public protocol VirtualTarget {
  /// A request arrives.
  ///
  /// - Parameters:
  ///   - connection: the number of the connection that it comes over.
  ///   - slot: names it until it has ended; the next request in the slot takes its place.
  /// - Returns: when it ends; `nil` when it never does.
  mutating func arrive(_ request: PendingRequest, over connection: Int, in slot: Int, at now: Int64) -> Int64?
  /// How the request that has arrived in a slot ends, when that instant has come; `nil` when it does not yet.
  mutating func answer(in slot: Int, at now: Int64) -> VirtualAnswer?
  /// When a request ends that was not answered when its instant had come; `nil` when it never does.
  mutating func laterEnd(in slot: Int, at now: Int64) -> Int64?
  /// The pod that the latest answer in a slot came from; `nil` when nothing says so. Asked for of failed requests alone.
  func pod(in slot: Int) -> String?
}

extension VirtualTarget {
  public mutating func laterEnd(in slot: Int, at now: Int64) -> Int64? { nil }
  public func pod(in slot: Int) -> String? { nil }
}

/// How a request ends that a ``VirtualTarget`` has had.
public struct VirtualAnswer: Sendable, Equatable {
  /// A status or a failure.
  package var outcome: Outcome
  /// Bytes of the body.
  package var bytes: Int
  package var version: String?
  /// Whether the target closes the connection behind it.
  package var closesConnection: Bool

  package init(
    _ outcome: Outcome = .status(200), bytes: Int = 0, version: String? = nil,
    closesConnection: Bool = false
  ) {
    self.outcome = outcome
    self.bytes = bytes
    self.version = version
    self.closesConnection = closesConnection
  }
}

/// The way between a worker and a ``VirtualTarget``, and what becomes of the worker. Nanoseconds, and instants of the clock.
package struct VirtualConditions {
  /// How long a connection takes to stand; `nil` when none ever does.
  package var connectTime: Int64? = 0
  /// After how long the target closes a connection that nothing goes over; `nil` for never.
  package var keepAlive: Int64?
  /// When the load is stopped from outside; `nil` for never.
  package var stop: Int64?
  /// Stops it at the moment at which it is set.
  package var stopSignal: VirtualStop?
  /// When the worker is not there: what would wake it wakes it at the end. In order.
  package var absences: [Range<Int64>] = []
  /// The most requests whose ends are read at a time.
  package var mostRead = Int.max
  /// The endpoints from instants on, in order; the first for all time before too.
  package var endpoints: [(from: Int64, known: [Int])] = [(.min, [0])]

  package init() {}
}
