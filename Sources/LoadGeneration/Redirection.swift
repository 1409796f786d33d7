/// How requests go on after a redirect (RFC 9110, section 15.4).
///
/// libcurl follows redirects by itself, but keeps a method that it was given by name where the rules want a GET, and leaves out the
/// body of all but those that it knows. So it stops at each redirect, and the request is sent on by these rules.
struct Redirection {
  /// Whether an answer with a destination sends the request there. Others (300, 304, 305) are answers.
  static func isFollowed(_ status: Int) -> Bool {
    [301, 302, 303, 307, 308].contains(status)
  }

  /// The method of the next request; a GET in place of another method has no body.
  static func method(after status: Int, of method: String) -> String {
    switch status {
    case 301, 302: method == "POST" ? "GET" : method
    case 303: method == "HEAD" ? "HEAD" : "GET"
    default: method
    }
  }

  /// What describes a body that is not sent any more.
  static let contentFields: Set<String> = [
    "content-type", "content-length", "content-encoding", "content-language", "content-location", "digest",
    "last-modified",
  ]
  /// What another host must not learn, and the name of this one.
  static let ownFields: Set<String> = ["authorization", "cookie", "host"]

  private let baseURL: String
  private let origin: Origin?
  private let publicOrigin: Origin?

  /// - Parameters:
  ///   - baseURL: of the target, as requests name it to libcurl.
  ///   - publicURL: of the target, as its answers name it.
  init(baseURL: String, publicURL: String) {
    self.baseURL = baseURL
    origin = Origin(baseURL)
    publicOrigin = Origin(publicURL)
  }

  /// The URL to give to libcurl for a destination that an answer named, and whether it is at the target.
  func destination(_ url: String) -> (url: String, isAtTarget: Bool) {
    guard let named = Origin(url) else { return (url, false) }
    if named == origin { return (url, true) }
    guard named == publicOrigin else { return (url, false) }
    return (baseURL + named.rest, true)
  }
}

/// Scheme, host and port of a URL (RFC 6454, section 4).
private struct Origin: Equatable {
  let scheme: String
  let host: String
  let port: Int
  /// What follows in the URL.
  let rest: Substring

  init?(_ url: String) {
    guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://") else { return nil }
    scheme = url[..<colon].lowercased()
    let behind = url[colon...].dropFirst(3)
    var authority = behind.prefix { !"/?#".contains($0) }
    rest = behind.dropFirst(authority.count)
    if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
    guard let server = HostAndPort(authority.lowercased(), defaultPort: scheme == "https" ? 443 : 80) else {
      return nil
    }
    host = server.host
    port = server.port
  }

  static func == (left: Origin, right: Origin) -> Bool {
    (left.scheme, left.host, left.port) == (right.scheme, right.host, right.port)
  }
}
