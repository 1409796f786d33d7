import Foundation

/// Which requests a canary takes from the main Ingress of the same host and path: by a header, else by a cookie, else by
/// chance (ingress-nginx, rootfs/etc/nginx/lua/balancer.lua, `route_to_alternative_balancer`).
struct CanaryPolicy: Sendable {
  private enum HeaderRule: Sendable {
    /// `always` and `never` decide; other values do not.
    case words
    case value(String)
    case pattern(NSRegularExpression)
    /// A pattern that cannot be compiled: whoever sends the header stays with the main Ingress.
    case nothing
  }

  private let header: String?
  private let headerRule: HeaderRule
  private let cookie: String?
  private let weight: Int
  private let weightTotal: Int

  /// `nil` for an Ingress that is no canary.
  init?(_ annotations: IngressAnnotations) {
    guard annotations.flag(.canary) == true else { return nil }
    header = annotations.text(.canaryByHeader)
    if let value = annotations.text(.canaryByHeaderValue) {
      headerRule = .value(value)
    } else if let pattern = annotations.text(.canaryByHeaderPattern) {
      headerRule = (try? NSRegularExpression(pattern: pattern)).map { .pattern($0) } ?? .nothing
    } else {
      headerRule = .words
    }
    cookie = annotations.text(.canaryByCookie)
    weight = annotations.number(.canaryWeight) ?? 0
    // A total below a hundred is none.
    weightTotal = max(annotations.number(.canaryWeightTotal) ?? 100, 100)
  }

  /// The share of the requests that chance decides about.
  var share: Double { min(max(Double(weight) / Double(weightTotal), 0), 1) }

  /// - Parameters:
  ///   - headerValue: the value of a header of the request, by its name; `nil` for one that it does not have.
  func takes(_ headerValue: (String) -> String?, random: inout SeededRandom) -> Bool {
    if let header, let value = headerValue(header), let isTaken = decides(value) { return isTaken }
    if let cookie, let header = headerValue("Cookie"), let value = Self.value(ofCookie: cookie, in: header) {
      if value == "always" { return true }
      if value == "never" { return false }
    }
    return Int.random(in: 1...weightTotal, using: &random) <= weight
  }

  private func decides(_ value: String) -> Bool? {
    switch headerRule {
    case .words: value == "always" ? true : value == "never" ? false : nil
    case .value(let expected): value == expected ? true : nil
    case .pattern(let expression):
      expression.firstMatch(in: value, range: NSRange(value.startIndex..., in: value)) == nil ? nil : true
    case .nothing: false
    }
  }

  /// As nginx finds a variable `$cookie_NAME`: names in any case of letters, the first counts.
  static func value(ofCookie name: String, in header: String) -> String? {
    for part in header.split(separator: ";") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, sides[0].trimmingCharacters(in: .whitespaces).lowercased() == name.lowercased() else {
        continue
      }
      return sides[1].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }
}
