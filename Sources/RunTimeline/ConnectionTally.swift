/// What became of the connections to one address in one interval of the run.
package struct ConnectionTally: Sendable, Equatable {
  package var start: Duration
  package var end: Duration
  /// The address that was connected to: `192.0.2.7:443`, `[2001:db8::7]:443`.
  package var address: String
  /// Connections that were opened in the interval.
  package var opened: Int
  /// Requests that went out on a connection that stood already.
  package var reused: Int
  /// Connections that the other side closed.
  package var closedByPeer: Int
  /// The most requests that one connection to the address had carried until the end of the interval.
  package var mostRequests: Int
  /// Answers whose body was packed.
  package var compressed: Int

  package init(
    start: Duration, end: Duration, address: String, opened: Int, reused: Int, closedByPeer: Int = 0,
    mostRequests: Int = 0, compressed: Int = 0
  ) {
    self.start = start
    self.end = end
    self.address = address
    self.opened = opened
    self.reused = reused
    self.closedByPeer = closedByPeer
    self.mostRequests = mostRequests
    self.compressed = compressed
  }
}
