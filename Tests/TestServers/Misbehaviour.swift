import Glibc

/// What servers do that no server should, and some do.
package enum Misbehaviour: String, Sendable, CaseIterable {
  /// Answers, and closes the connection that it let the client believe would stay.
  case closesIdleConnections
  case closesWithoutAnswer
  case resetsBeforeAnswer
  case resetsDuringAnswer
  /// Closes in an orderly way, but before all of the body that it promised.
  case closesDuringAnswer
  /// Does not speak HTTP.
  case isNoHTTPServer
  /// A status line whose status is no number.
  case sendsBadStatusLine
  /// A header of more than libcurl takes (300 KiB in all, 100 KiB a line).
  case sendsEndlessHeader
  /// A length of a chunk that is no number.
  case sendsBadChunk
  /// A byte every 50 ms, for longer than anybody waits.
  case trickles
  /// Reads, and never answers. To a client that wants TLS: accepts, and never shakes hands.
  case neverAnswers

  func serve(_ connection: ScriptedServer.Connection) {
    if self == .neverAnswers { return connection.awaitClose() }
    while connection.readRequestHead() != nil {
      switch self {
      case .closesIdleConnections:
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        return
      case .closesWithoutAnswer:
        return
      case .resetsBeforeAnswer:
        return connection.resetOnClose()
      case .resetsDuringAnswer:
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello")
        // A reset takes back what the client has not read yet.
        usleep(20_000)
        return connection.resetOnClose()
      case .closesDuringAnswer:
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello")
        return
      case .isNoHTTPServer:
        connection.write("220 mail.example.com ESMTP ready\r\n")
        return
      case .sendsBadStatusLine:
        connection.write("HTTP/1.1 fine thanks\r\nContent-Length: 0\r\n\r\n")
        return
      case .sendsEndlessHeader:
        connection.write("HTTP/1.1 200 OK\r\nX-Long: ")
        while connection.write(String(repeating: "x", count: 65_536)) {}
        return
      case .sendsBadChunk:
        connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nlots\r\nhello\r\n")
        return
      case .trickles:
        for byte in "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "x", count: 1000) {
          guard connection.write(String(byte)) else { return }
          usleep(50_000)
        }
      case .neverAnswers:
        return
      }
    }
  }
}

extension ScriptedServer {
  package convenience init(_ misbehaviour: Misbehaviour) throws {
    try self.init { misbehaviour.serve($0) }
  }
}
