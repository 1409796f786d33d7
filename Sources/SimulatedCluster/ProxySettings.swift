import KubernetesObjects

/// How the Ingress passes the requests of one Ingress object on, by its annotations; without them as ingress-nginx does
/// (ingress-nginx, internal/ingress/controller/config/config.go). Lengths are seconds of wall time.
struct ProxySettings: Sendable, Equatable {
  /// After what a request goes to another pod (nginx, `proxy_next_upstream`).
  struct NextUpstream: OptionSet, Sendable {
    let rawValue: Int

    static let error = NextUpstream(rawValue: 1 << 0)
    static let timeout = NextUpstream(rawValue: 1 << 1)
    static let status500 = NextUpstream(rawValue: 1 << 2)
    static let status503 = NextUpstream(rawValue: 1 << 3)
    /// Also requests whose method is not idempotent, though they may have been sent.
    static let nonIdempotent = NextUpstream(rawValue: 1 << 4)

    /// Reads the value of the annotation; `nil` when nginx knows one of its words not.
    init?(_ text: String) {
      var rawValue = 0
      let words = text.split(whereSeparator: \.isWhitespace)
      guard !words.isEmpty else { return nil }
      for word in words {
        switch word {
        case "error": rawValue |= Self.error.rawValue
        case "timeout": rawValue |= Self.timeout.rawValue
        case "http_500": rawValue |= Self.status500.rawValue
        case "http_503": rawValue |= Self.status503.rawValue
        case "non_idempotent": rawValue |= Self.nonIdempotent.rawValue
        // No pod here answers so.
        case "invalid_header", "http_502", "http_504", "http_403", "http_404", "http_429", "off": break
        default: return nil
        }
      }
      self.init(rawValue: words.contains("off") ? 0 : rawValue)
    }

    init(rawValue: Int) {
      self.rawValue = rawValue
    }
  }

  /// Whether a request without TLS is sent to HTTPS by a 308.
  enum Redirect: Sendable {
    case never
    /// Where an Ingress has TLS for the host.
    case withCertificate
    case always
  }

  /// Bytes of a body; beyond the Ingress answers 413.
  var bodyLimit: Int64 = 1 << 20
  var connectTimeout = 5.0
  var readTimeout = 60.0
  var nextUpstream: NextUpstream = [.error, .timeout]
  /// To how many pods one request goes at the most; `nil` where the Ingress does not say.
  var tries: Int?
  /// After how long it goes to no further one.
  var nextUpstreamTimeout = Double.infinity
  var redirect = Redirect.withCertificate
  /// `nil` where each request of a client goes its own way.
  var affinity: SessionAffinity?

  init() {}

  init(_ annotations: IngressAnnotations) {
    // To nginx zero is no limit.
    bodyLimit = annotations.size(.bodySize).map { $0 == 0 ? .max : $0 } ?? bodyLimit
    connectTimeout = annotations.number(.connectTimeout).map { Double(max($0, 0)) } ?? connectTimeout
    readTimeout = annotations.number(.readTimeout).map { Double(max($0, 0)) } ?? readTimeout
    nextUpstream = annotations.text(.nextUpstream).flatMap { NextUpstream($0) } ?? nextUpstream
    let written: [IngressAnnotation] = [.nextUpstream, .nextUpstreamTries, .nextUpstreamTimeout]
    if written.contains(where: { annotations.text($0) != nil }) {
      let number = annotations.number(.nextUpstreamTries) ?? 3
      tries = number > 0 ? number : .max
    }
    if let timeout = annotations.number(.nextUpstreamTimeout), timeout > 0 { nextUpstreamTimeout = Double(timeout) }
    affinity = SessionAffinity(annotations)
    if annotations.flag(.forceSSLRedirect) == true {
      redirect = .always
    } else if annotations.flag(.sslRedirect) == false {
      redirect = .never
    }
  }
}
