/// Requests that are due and wait for a place in flight, first due first: a ring that grows when it is full and never
/// shrinks.
struct PendingQueue {
  struct Pending {
    /// Index in ``LoadPlan/streams``.
    var stream = 0
    /// Index of the arrival in its stream.
    var arrival = 0
    /// How many earlier arrivals of the stream took the same route.
    var ordinal = 0
    /// Who of a closed-model stream sends it; `nil` in an open one.
    var user: UserPool.User?
    /// Monotonic nanoseconds.
    var due: Int64 = 0
    var interval = 0
    var route = 0
    /// When the worker put it into the queue, in monotonic nanoseconds.
    var takenUp: Int64 = 0
    /// What ``Attention`` said then.
    var mark: Int64 = 0
  }

  private var ring = [Pending](repeating: Pending(), count: 1024)
  private var head = 0
  private(set) var count = 0

  var first: Pending? { count == 0 ? nil : ring[head] }

  mutating func append(_ pending: Pending) {
    if count == ring.count {
      ring = Array(ring[head...]) + Array(ring[..<head]) + [Pending](repeating: Pending(), count: count)
      head = 0
    }
    ring[(head + count) % ring.count] = pending
    count += 1
  }

  mutating func removeFirst() {
    head = (head + 1) % ring.count
    count -= 1
  }
}
