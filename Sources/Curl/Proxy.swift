/// A proxy that makes connections in our place.
package struct Proxy: Sendable, Equatable {
  package enum Scheme: String, Sendable, CaseIterable {
    case http
    /// Reached over TLS.
    case https
    case socks4
    case socks4a
    /// Names are resolved by the proxy, as curl means it by `socks5h`, and Kubernetes' own tools by both words.
    case socks5 = "socks5h"

    /// Where the proxy listens if nothing is said.
    var port: Int {
      switch self {
      case .http: 80
      case .https: 443
      default: 1080
      }
    }
  }

  package let scheme: Scheme
  package let host: String
  package let port: Int
  /// `USER:PASSWORD`, percent-encoded; never printed.
  private let credentials: String?

  /// Reads `HOST:PORT`, or a URL as in `http://USER:PASSWORD@HOST:PORT`; `nil` when it is neither.
  package init?(_ text: String) {
    var rest = Substring(text)
    var scheme = Scheme.http
    if let separator = text.firstRange(of: "://") {
      let word = text[..<separator.lowerBound].lowercased()
      guard let named = Scheme(rawValue: word == "socks5" ? Scheme.socks5.rawValue : word) else { return nil }
      scheme = named
      rest = rest[separator.upperBound...]
    }
    if let end = rest.firstIndex(where: { "/?#".contains($0) }) {
      guard rest[end...] == "/" else { return nil }
      rest = rest[..<end]
    }
    let at = rest.lastIndex(of: "@")
    credentials = at.map { String(rest[..<$0]) }
    if let at { rest = rest[rest.index(after: at)...] }
    guard let place = URLAuthority(rest), !place.host.isEmpty else { return nil }
    self.scheme = scheme
    host = place.host
    port = place.port ?? scheme.port
  }

  /// As libcurl takes it.
  package var url: String { url(host: host) }

  /// The same proxy under another name.
  package func url(host: String) -> String {
    let user = credentials.map { "\($0)@" } ?? ""
    return "\(scheme.rawValue)://\(user)\(host.contains(":") ? "[\(host)]" : host):\(port)"
  }
}

extension Proxy: CustomStringConvertible {
  /// Without its credentials.
  package var description: String { "\(scheme.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}

/// Host and port as they stand in a URL.
struct URLAuthority {
  /// Without brackets.
  let host: String
  let port: Int?

  /// Reads `HOST`, `HOST:PORT`, `[ADDRESS]` or `[ADDRESS]:PORT`.
  init?(_ text: some StringProtocol) {
    guard !text.contains(where: { $0.isWhitespace || $0 == "@" }) else { return nil }
    let separator = text.lastIndex(of: ":").flatMap { text[$0...].contains("]") ? nil : $0 }
    let name = separator.map { text[..<$0] } ?? text[...]
    guard let separator else {
      host = String(name).trimmingBrackets()
      port = nil
      return
    }
    guard let number = Int(text[text.index(after: separator)...]), (1...65_535).contains(number) else { return nil }
    // More than one colon without brackets is an address and no port.
    guard name.hasPrefix("[") || !name.contains(":") else { return nil }
    host = String(name).trimmingBrackets()
    port = number
  }
}

extension String {
  fileprivate func trimmingBrackets() -> String {
    hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
  }
}
