import Foundation
import KubernetesObjects

/// The annotations of an Ingress that the simulated one acts upon, named as ingress-nginx names them behind its prefix
/// (ingress-nginx, docs/user-guide/nginx-configuration/annotations.md).
enum IngressAnnotation: String, CaseIterable {
  case rewriteTarget = "rewrite-target"
  case useRegex = "use-regex"
  case canary
  case canaryWeight = "canary-weight"
  case canaryWeightTotal = "canary-weight-total"
  case canaryByHeader = "canary-by-header"
  case canaryByHeaderValue = "canary-by-header-value"
  case canaryByHeaderPattern = "canary-by-header-pattern"
  case canaryByCookie = "canary-by-cookie"
  case bodySize = "proxy-body-size"
  case connectTimeout = "proxy-connect-timeout"
  case readTimeout = "proxy-read-timeout"
  case nextUpstream = "proxy-next-upstream"
  case nextUpstreamTries = "proxy-next-upstream-tries"
  case nextUpstreamTimeout = "proxy-next-upstream-timeout"
  case sslRedirect = "ssl-redirect"
  case forceSSLRedirect = "force-ssl-redirect"
  case affinity
  case affinityMode = "affinity-mode"
  case affinityCanaryBehavior = "affinity-canary-behavior"
  case sessionCookieName = "session-cookie-name"
  case sessionCookiePath = "session-cookie-path"
  case sessionCookieDomain = "session-cookie-domain"
  case sessionCookieMaxAge = "session-cookie-max-age"
  case sessionCookieSameSite = "session-cookie-samesite"
  case sessionCookieSecure = "session-cookie-secure"
  case sessionCookieChangeOnFailure = "session-cookie-change-on-failure"

  var key: String { Ingress.annotationPrefix + rawValue }

  private enum Form {
    case text, flag, number, size, expression, failures
    case oneOf([String])
  }

  private var form: Form {
    switch self {
    case .rewriteTarget, .canaryByHeader, .canaryByHeaderValue, .canaryByCookie, .sessionCookieName, .sessionCookiePath,
      .sessionCookieDomain:
      .text
    case .useRegex, .canary, .sslRedirect, .forceSSLRedirect, .sessionCookieSecure, .sessionCookieChangeOnFailure: .flag
    case .canaryWeight, .canaryWeightTotal, .connectTimeout, .readTimeout, .nextUpstreamTries, .nextUpstreamTimeout,
      .sessionCookieMaxAge:
      .number
    case .affinity: .oneOf(["cookie"])
    case .affinityMode: .oneOf(["balanced", "persistent"])
    case .affinityCanaryBehavior: .oneOf(["sticky", "legacy"])
    case .sessionCookieSameSite: .oneOf(["None", "Lax", "Strict"])
    case .bodySize: .size
    case .canaryByHeaderPattern: .expression
    case .nextUpstream: .failures
    }
  }

  /// What a value would have to be that ingress-nginx cannot read; `nil` for one that it can.
  func problem(_ value: String) -> String? {
    let value = value.trimmingCharacters(in: .whitespacesAndNewlines)
    switch form {
    case .text: return nil
    case .oneOf(let words): return words.contains(value) ? nil : words.joined(separator: " or ")
    case .flag: return IngressAnnotations.flag(value) == nil ? "true or false" : nil
    case .number: return Int(value) == nil ? "a whole number" : nil
    case .size: return IngressAnnotations.size(value) == nil ? "a size as in 8m" : nil
    case .expression: return (try? NSRegularExpression(pattern: value)) == nil ? "a regular expression" : nil
    case .failures:
      let isKnown = ProxySettings.NextUpstream(value) != nil
      return isKnown ? nil : "words as in error timeout http_502 non_idempotent, or off"
    }
  }
}

/// What the annotations of one Ingress say. A value that ingress-nginx cannot read counts as if it were not there
/// (ingress-nginx, internal/ingress/annotations/parser/main.go).
struct IngressAnnotations {
  private let written: [String: String]

  init(_ ingress: Ingress) {
    written = ingress.metadata.annotations ?? [:]
  }

  /// Without what stands around it; `nil` for an empty text.
  func text(_ annotation: IngressAnnotation) -> String? {
    guard let value = written[annotation.key]?.trimmingCharacters(in: .whitespacesAndNewlines), !value.isEmpty else {
      return nil
    }
    return value
  }

  func flag(_ annotation: IngressAnnotation) -> Bool? { text(annotation).flatMap(Self.flag) }

  func number(_ annotation: IngressAnnotation) -> Int? { text(annotation).flatMap { Int($0) } }

  /// Bytes.
  func size(_ annotation: IngressAnnotation) -> Int64? { text(annotation).flatMap(Self.size) }

  /// As Go's `strconv.ParseBool` reads it.
  static func flag(_ text: String) -> Bool? {
    switch text {
    case "1", "t", "T", "TRUE", "true", "True": true
    case "0", "f", "F", "FALSE", "false", "False": false
    default: nil
    }
  }

  /// A size as nginx writes it: bytes, or with `k`, `m` or `g` in any case.
  static func size(_ text: String) -> Int64? {
    let factors: [Character: Int64] = ["b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30]
    let factor = text.last.flatMap { factors[Character($0.lowercased())] }
    guard let number = Int64(factor == nil ? text : String(text.dropLast())), number >= 0 else { return nil }
    let (product, overflows) = number.multipliedReportingOverflow(by: factor ?? 1)
    return overflows ? nil : product
  }
}
