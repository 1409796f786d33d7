/// When the stages of one transfer were reached, in microseconds after its start.
///
/// The numbers are cumulative; a stage that was not reached or not needed is 0 (on a reused connection: lookup,
/// connect, handshake).
///
/// ```
///  start ─ lookedUp ─ connected ─ handshaken ─ requestReady ─ firstByte ─ end
/// ```
public struct TransferTimes: Sendable, Equatable {
  /// The name was resolved.
  package var lookedUp: Int
  /// The TCP connection stood.
  package var connected: Int
  /// The TLS handshake was done.
  package var handshaken: Int
  /// The connection was ready for the request.
  package var requestReady: Int
  /// The first byte of the response came.
  package var firstByte: Int
  /// The transfer ended.
  package var end: Int

  package init(
    lookedUp: Int = 0, connected: Int = 0, handshaken: Int = 0, requestReady: Int = 0, firstByte: Int = 0, end: Int = 0
  ) {
    self.lookedUp = lookedUp
    self.connected = connected
    self.handshaken = handshaken
    self.requestReady = requestReady
    self.firstByte = firstByte
    self.end = end
  }
}
