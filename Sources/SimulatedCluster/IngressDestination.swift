/// A host and a path to which requests go, and what the Ingress has behind them.
///
/// What is behind them is looked up once, and again after the rules of the Ingress have changed, however many requests go
/// there.
package struct IngressDestination: Sendable {
  /// Without a port.
  let host: String
  /// Without a query.
  let path: String
  /// Number of the upstream in ``IngressRouting``; `nil` where no rule is for this host and path.
  var upstream: Int?
  /// Which rules ``upstream`` was looked up in; `nil` before it was.
  var edition: Int?

  /// - Parameters:
  ///   - host: the `Host` header, with or without a port.
  ///   - target: the request target, with or without a query.
  package init(host: String, target: String) {
    self.host = host.utf8.firstIndex(of: 0x3A).map { String(host[..<$0]) } ?? host
    path = target.utf8.firstIndex(of: 0x3F).map { String(target[..<$0]) } ?? target
  }
}
