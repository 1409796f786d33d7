import LoadFacts

/// What carries the requests of a ``LoadWorker``: sends them, says how they have ended, and tells the time.
///
/// A request is in flight on a *slot*: slots are numbered from 0, each belongs to a lane, and carries one request at a time.
/// Nothing here waits but ``wait(until:)``.
///
/// All that it names is public, since only so does the compiler make a worker of its own for each transport: of what is
/// `package` it calls the general one, through tables.
public protocol LoadTransport {
  /// The time in nanoseconds; it never goes back.
  var now: Int64 { get }
  /// Whether the load was stopped from outside.
  var isStopped: Bool { get }
  /// Endpoints that connections may go to now; empty when none is known.
  var endpoints: [Int] { get }
  /// Connections that stand, as far as is known.
  var openConnections: Int { get }
  /// What sending and reading has used of the time so far.
  var use: ThreadUse { get }

  /// Waits until something has come, the load is stopped, or the clock reaches an instant, and reads what has come.
  mutating func wait(until instant: Int64)
  /// Whether nothing was left to be read after the latest wait.
  var hasReadAll: Bool { get }
  /// Reads, without waiting, until nothing is left to be read.
  mutating func readAll()

  /// Makes one more slot, on a lane.
  mutating func addSlot(lane: Int) throws(SendingError)
  /// Hands a request over. It is sent by the next ``sendStarted()`` or ``wait(until:)``, when a connection is ready.
  ///
  /// - Parameter slot: one that is free.
  /// - Returns: when it was handed over, after all that had to be made ready for it.
  mutating func start(
    _ request: PendingRequest, in slot: Int, over connection: ConnectionChoice
  ) throws(SendingError) -> Int64
  /// Sends what was handed over.
  mutating func sendStarted()
  /// Whether the request of a slot has had a connection.
  func hasConnection(_ slot: Int) -> Bool

  /// The next request that has ended among what was read, in no particular order; `nil` when there is none.
  mutating func nextEnded() -> EndedRequest?
  /// The next connection that was closed, in no particular order; `nil` when there is none. What went over it has ended
  /// before.
  mutating func nextClosed() -> ClosedConnection?
  /// Ends the request of a slot because its time is over.
  mutating func timeOut(_ slot: Int)
  /// How the request of a slot has ended, unless it goes on.
  mutating func conclude(_ slot: Int) -> Conclusion
  /// More about a request that has ended in a failure.
  func failure(_ slot: Int) -> FailureDetail
  /// Takes the request of a slot out, ended or not: the slot is free.
  mutating func release(_ slot: Int)
  /// Closes the idle connection of a lane by one of its free slots.
  ///
  /// - Returns: whether it is closed; otherwise it stands as before.
  mutating func closeConnection(of slot: Int) -> Bool
}
