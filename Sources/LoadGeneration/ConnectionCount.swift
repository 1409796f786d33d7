/// What became of the connections to one endpoint.
struct ConnectionCount: Sendable, Equatable {
  var opened = 0
  /// Requests that went over a connection that stood already.
  var reused = 0
  /// Connections that were thought to stand, and that the server had closed when the next request came.
  var closedByPeer = 0
  /// The most requests that one connection has carried so far.
  var mostRequests = 0
  /// Answers whose body was packed.
  var compressed = 0

  mutating func merge(_ other: ConnectionCount) {
    opened += other.opened
    reused += other.reused
    closedByPeer += other.closedByPeer
    mostRequests = max(mostRequests, other.mostRequests)
    compressed += other.compressed
  }

  var isEmpty: Bool { self == ConnectionCount() }
}
