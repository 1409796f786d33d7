package import Foundation

/// A path of an Ingress as ingress-nginx matches it (Kubernetes, `networking.k8s.io/v1` PathType; ingress-nginx,
/// internal/ingress/controller/template/template.go, `buildLocation`).
package struct IngressPath: Sendable {
  private enum Rule: Sendable {
    case exact
    /// Whole path elements; a slash at the end counts for nothing.
    case prefix
    /// Characters, as `ImplementationSpecific` is for nginx.
    case text
    /// From the start, in any case of letters.
    case expression(NSRegularExpression)
    /// A regular expression that is none: nginx would refuse it.
    case nothing
  }

  private let path: String
  private let rule: Rule

  package init(_ path: String, type: String?, isRegex: Bool) {
    if isRegex {
      self.path = path
      rule = Self.expression(path).map { .expression($0) } ?? .nothing
    } else {
      switch type {
      case "Exact":
        self.path = path
        rule = .exact
      case "Prefix":
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        rule = .prefix
      default:
        self.path = path
        rule = .text
      }
    }
  }

  /// A path as nginx reads it behind `~*` in a location; `nil` where it is no regular expression.
  package static func expression(_ path: String) -> NSRegularExpression? {
    // PCRE's other spelling of named groups.
    let pattern = path.replacing("(?P<", with: "(?<")
    return try? NSRegularExpression(pattern: "^" + pattern, options: .caseInsensitive)
  }

  /// Lower ones are tried first: longer paths, and Exact before the others of the same length.
  package var precedence: (Int, Int) {
    if case .exact = rule { (-path.utf8.count, 0) } else { (-path.utf8.count, 1) }
  }

  /// - Parameter requested: the path of a request, without its query.
  package func matches(_ requested: Substring) -> Bool {
    switch rule {
    case .exact: return requested == path
    case .prefix:
      guard requested.hasPrefix(path) else { return false }
      return path == "/" || requested.utf8.count == path.utf8.count || requested.dropFirst(path.count).first == "/"
    case .text: return requested.hasPrefix(path)
    case .expression(let expression):
      let text = String(requested)
      return expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
    case .nothing: return false
    }
  }
}
