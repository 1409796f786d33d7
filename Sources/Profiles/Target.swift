/// Where requests go and how connections are made.
package struct Target: Sendable, Equatable {
  /// Scheme, host and port; paths are those of the requests.
  package var url: String
  /// `host:port` to connect to in place of the URL's, while Host header, SNI and certificate check keep the URL's.
  package var connectTo: String?
  package var http: HTTPVersion
  package var tls: TLS
  package var connectTimeout: Duration
  package var requestTimeout: Duration
  /// Requests that may be unanswered at one time before further ones wait.
  package var maxInFlight: Int
  /// How long a request may wait for its turn before it is dropped and counted.
  package var maxLateness: Duration
  /// Response headers that say which pod and which version answered.
  package var podHeader: String?
  package var versionHeader: String?

  package enum HTTPVersion: String, Sendable, Equatable, CaseIterable {
    case http1 = "1.1"
    case http2 = "2"
  }

  package struct TLS: Sendable, Equatable {
    package var verify: Bool
    package var caFile: String?
    package var clientCertificate: String?
    package var clientKey: String?
    package var serverName: String?

    package init(
      verify: Bool = true, caFile: String? = nil, clientCertificate: String? = nil, clientKey: String? = nil,
      serverName: String? = nil
    ) {
      self.verify = verify
      self.caFile = caFile
      self.clientCertificate = clientCertificate
      self.clientKey = clientKey
      self.serverName = serverName
    }
  }
}
