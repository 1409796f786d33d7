/// A host and a path to which requests go, and what the Ingress has behind them.
///
/// What is behind them is looked up once, and again after the rules of the Ingress have changed, however many requests go
/// there.
package struct IngressDestination: Sendable {
  /// Without a port.
  let host: String
  /// Without a query.
  let path: String
  /// Whether a request may be sent twice: not so for POST, LOCK and PATCH (nginx, `proxy_next_upstream`).
  let isIdempotent: Bool
  /// Whether it comes over TLS.
  let isSecure: Bool
  /// No body is longer, in bytes.
  let longestBody: Int64
  /// `nil` where no rule is for this host and path.
  var place: IngressRouting.Place?
  /// Which rules ``place`` was looked up in; `nil` before it was.
  var edition: Int?

  /// - Parameters:
  ///   - host: the `Host` header, with or without a port.
  ///   - target: the request target, with or without a query.
  ///   - isSecure: whether the requests come over TLS.
  ///   - longestBody: bytes that the longest body of a request has.
  package init(
    host: String, target: String, method: String = "GET", isSecure: Bool = false, longestBody: Int64 = 0
  ) {
    self.host = Self.withoutPort(host)
    path = target.utf8.firstIndex(of: 0x3F).map { String(target[..<$0]) } ?? target
    isIdempotent = method != "POST" && method != "PATCH" && method != "LOCK"
    self.isSecure = isSecure
    self.longestBody = longestBody
  }

  /// The host of a `Host` header.
  package static func withoutPort(_ host: String) -> String {
    host.utf8.firstIndex(of: 0x3A).map { String(host[..<$0]) } ?? host
  }
}
