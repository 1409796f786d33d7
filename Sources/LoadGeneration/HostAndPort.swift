/// A host by name or address, and a port.
struct HostAndPort: Sendable, Equatable {
  let host: String
  let port: Int

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `HOST:PORT` or `[ADDRESS]:PORT`; without a port the given one. `nil` when it is neither.
  init?(_ text: some StringProtocol, defaultPort: Int? = nil) {
    let hasPort = text.lastIndex(of: ":").map { !text[$0...].contains("]") } ?? false
    guard hasPort, let colon = text.lastIndex(of: ":") else {
      guard let defaultPort, !text.isEmpty else { return nil }
      host = Self.bare(text)
      port = defaultPort
      return
    }
    guard let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port) else { return nil }
    host = Self.bare(text[..<colon])
    self.port = port
    if host.isEmpty { return nil }
  }

  private static func bare(_ text: some StringProtocol) -> String {
    text.hasPrefix("[") ? String(text.dropFirst().prefix { $0 != "]" }) : String(text)
  }
}
