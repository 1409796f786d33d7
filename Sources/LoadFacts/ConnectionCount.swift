/// What became of connections.
package struct ConnectionCount: Sendable, Equatable {
  package var opened: Int
  /// Requests that went over a connection that stood already, however they ended.
  package var reused: Int
  /// Connections that the other side had closed while they were idle, or closed under a request that it did not answer, as seen
  /// when they were wanted again.
  package var closedByPeer: Int
  /// The most requests that one of them has carried so far.
  package var mostRequests: Int
  /// Answers whose body was packed.
  package var compressed: Int

  package init(
    opened: Int = 0, reused: Int = 0, closedByPeer: Int = 0, mostRequests: Int = 0, compressed: Int = 0
  ) {
    self.opened = opened
    self.reused = reused
    self.closedByPeer = closedByPeer
    self.mostRequests = mostRequests
    self.compressed = compressed
  }

  package mutating func merge(_ other: ConnectionCount) {
    opened += other.opened
    reused += other.reused
    closedByPeer += other.closedByPeer
    mostRequests = max(mostRequests, other.mostRequests)
    compressed += other.compressed
  }

  package var isEmpty: Bool { self == ConnectionCount() }

  /// Each connection is opened for a request, so that these are all.
  package var requests: Int { opened + reused }
}
