import LoadFacts

/// A place for one connection at a time.
struct ConnectionLane {
  let number: Int
  /// As the transport numbers them.
  private(set) var endpoint: Int
  /// Counts what the transport has to know anew: the changes of the endpoint.
  private(set) var edition = 1
  /// How often the connection that stood had to be left behind.
  private(set) var abandoned = 0
  /// Requests on their way.
  var inFlight = 0
  /// How many requests have ended over each of its connections: one as a rule, more while HTTP/2 goes over from one that the
  /// server has retired to the next. The latest stands last.
  private var ended: [(localPort: Int, requests: Int)] = []
  /// When the connection was seen to stand, in nanoseconds of the transport's clock; `nil` when there is none.
  var openedAt: Int64?
  /// Whether the lane takes no further request before it is empty.
  var isDraining = false
  /// Whether it stands among the lanes that have room.
  var isListed = false
  /// Slots that are bound to this lane and not in flight.
  var freeSlots: [Int] = []

  init(number: Int, endpoint: Int) {
    self.number = number
    self.endpoint = endpoint
  }

  /// Requests that the latest connection has carried or carries.
  var carried: Int { (ended.last?.requests ?? 0) + inFlight }

  /// A request has ended over a connection.
  ///
  /// - Returns: how many that connection has carried so far.
  mutating func used(localPort: Int) -> Int {
    let place = ended.lastIndex { $0.localPort == localPort } ?? ended.count
    if place == ended.count { ended.append((localPort, 0)) }
    ended[place].requests += 1
    return ended[place].requests
  }

  /// Counts what a request did to the connection, which still counts as in flight.
  ///
  /// - Parameter isExpected: whether a connection was thought to stand for it.
  mutating func count(_ use: ConnectionUse, isExpected: Bool, at now: Int64) -> ConnectionCount {
    var count = ConnectionCount()
    count.opened = use.opened
    if use.opened > 0 {
      if isExpected { count.closedByPeer = 1 }
      openedAt = now
    } else {
      // A failed request went over the connection too, unless there was none for it.
      if use.failure == nil || use.localPort > 0 { count.reused = 1 }
      if use.failure == nil, openedAt == nil { openedAt = now }
      let isGone = use.failure == .idleClosed || use.failure != nil && use.localPort == 0
      // Of several requests on the way over it, the last one tells.
      if isGone, isExpected, openedAt != nil, inFlight == 1 { count.closedByPeer = 1 }
    }
    if use.localPort > 0 { count.mostRequests = used(localPort: use.localPort) }
    if use.isCompressed { count.compressed = 1 }
    // A connection that has failed, and over which nothing else is on its way, is closed.
    if use.isClosed || use.failure != nil && inFlight == 1 { openedAt = nil }
    return count
  }

  /// A connection was closed, and what went over it has ended.
  mutating func closed(localPort: Int) {
    ended.removeAll { $0.localPort == localPort }
  }

  /// The next request begins a connection, whatever stands.
  mutating func beginAnew() {
    openedAt = nil
    ended.removeAll(keepingCapacity: true)
  }

  /// The next connection goes to another endpoint.
  mutating func move(to endpoint: Int) {
    self.endpoint = endpoint
    edition += 1
  }

  /// The next connection goes to another endpoint, and the present one must not be used again although it stands.
  mutating func abandon(for endpoint: Int) {
    self.endpoint = endpoint
    abandoned += 1
    edition += 1
    beginAnew()
  }
}
