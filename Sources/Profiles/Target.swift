/// Where requests go and how connections are made.
package struct Target: Sendable, Equatable {
  /// Scheme, host and port; paths are those of the requests.
  package var url: String
  /// Each a `HOST:PORT` to connect to in place of the URL's, while Host header, SNI and certificate check keep the
  /// URL's. Empty for none; connections are spread over several.
  package var connectTo: [String]
  package var http: HTTPVersion
  package var compression: Compression
  /// How many redirects of one request are followed; 0 to 20.
  package var redirects: Int
  package var tls: TLS
  package var connections: ConnectionSettings
  package var connectTimeout: Duration
  package var requestTimeout: Duration
  /// Response headers that say which pod and which version answered.
  package var podHeader: String?
  package var versionHeader: String?

  package enum HTTPVersion: String, Sendable, Equatable, CaseIterable {
    case http1 = "1.1"
    /// Agreed on within TLS (ALPN).
    case http2 = "2"
    /// HTTP/2 without TLS and without an upgrade ("prior knowledge", RFC 9113, section 3.3).
    case http2ClearText = "h2c"
  }

  /// What the requests offer to accept.
  package enum Compression: String, Sendable, Equatable, CaseIterable {
    case none
    case gzip
  }

  package enum TLSVersion: String, Sendable, Equatable, CaseIterable {
    case tls12 = "1.2"
    case tls13 = "1.3"
  }

  /// A file that the profile names.
  package struct File: Sendable, Equatable {
    /// As the profile writes it, from the profile's folder; absolute once it was found.
    package var path: String
    package let place: FieldPlace
  }

  package struct TLS: Sendable, Equatable {
    package var verify: Bool
    package var caFile: File?
    package var clientCertificate: File?
    package var clientKey: File?
    package var serverName: String?
    package var minimumVersion: TLSVersion
    /// Whether a further connection may resume the session of an earlier one.
    package var sessionResumption: Bool

    package init(
      verify: Bool = true, caFile: File? = nil, clientCertificate: File? = nil, clientKey: File? = nil,
      serverName: String? = nil, minimumVersion: TLSVersion = .tls12, sessionResumption: Bool = true
    ) {
      self.verify = verify
      self.caFile = caFile
      self.clientCertificate = clientCertificate
      self.clientKey = clientKey
      self.serverName = serverName
      self.minimumVersion = minimumVersion
      self.sessionResumption = sessionResumption
    }
  }
}
