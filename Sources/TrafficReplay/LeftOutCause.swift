/// Why a profile cannot send what a line of a log tells of.
package enum LeftOutCause: String, Sendable, CaseIterable {
  case webSocket
  case gRPC
  case method
  case noRequest
  case notHTTP
  case noPath

  /// What is wrong with one request.
  var reason: String {
    switch self {
    case .webSocket: "a WebSocket connection, and a profile sends requests only"
    case .gRPC: "a gRPC call, whose messages are not in logs"
    case .method: "a profile cannot send this method"
    case .noRequest: "the connection ended without a request"
    case .notHTTP: "this is no HTTP request"
    case .noPath: "the request has no path"
    }
  }

  /// For a count of them: `3 WebSocket connections`.
  func counted(_ count: Int) -> String {
    let (one, several) =
      switch self {
      case .webSocket: ("WebSocket connection", "WebSocket connections")
      case .gRPC: ("gRPC call", "gRPC calls")
      case .method: ("request of another method", "requests of other methods")
      case .noRequest: ("connection without a request", "connections without a request")
      case .notHTTP: ("line without HTTP", "lines without HTTP")
      case .noPath: ("request without a path", "requests without a path")
      }
    return "\(count.grouped) \(count == 1 ? one : several)"
  }
}
