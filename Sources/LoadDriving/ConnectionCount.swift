/// What became of the connections to one endpoint.
package struct ConnectionCount: Sendable, Equatable {
  package var opened = 0
  /// Requests that went over a connection that stood already.
  package var reused = 0
  /// Connections that were thought to stand, and that the server had closed when the next request came.
  package var closedByPeer = 0
  /// The most requests that one connection has carried so far.
  package var mostRequests = 0
  /// Answers whose body was packed.
  package var compressed = 0

  package mutating func merge(_ other: ConnectionCount) {
    opened += other.opened
    reused += other.reused
    closedByPeer += other.closedByPeer
    mostRequests = max(mostRequests, other.mostRequests)
    compressed += other.compressed
  }

  package var isEmpty: Bool { self == ConnectionCount() }
}
