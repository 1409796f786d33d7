/// How far a transfer came, and when: microseconds of wall time after it began, each counted from the beginning.
///
/// 0 stands for a point that was not reached; on a connection that stood already, the first three take no time either.
/// The points are libcurl's (`CURLINFO_NAMELOOKUP_TIME_T` and its kin).
package struct RequestTimes: Sendable, Equatable {
  /// The name of the server was resolved.
  package var lookedUp: Int
  /// The TCP connection stood.
  package var connected: Int
  /// The TLS handshake was done.
  package var handshaken: Int
  /// The request was about to leave.
  package var requestReady: Int
  /// The first byte of the answer was there.
  package var firstByte: Int
  /// The transfer ended, well or not.
  package var end: Int

  package init(lookedUp: Int, connected: Int, handshaken: Int, requestReady: Int, firstByte: Int, end: Int) {
    self.lookedUp = lookedUp
    self.connected = connected
    self.handshaken = handshaken
    self.requestReady = requestReady
    self.firstByte = firstByte
    self.end = end
  }
}
