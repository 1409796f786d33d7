/// A certificate or key in PEM form: in a file, or in memory.
package enum PEM: Sendable, Equatable {
  case file(String)
  case data([UInt8])
}

/// Whom to trust in a TLS connection, and who we are.
package struct TLSSettings: Sendable, Equatable {
  package enum MinimumVersion: String, Sendable {
    case tls12 = "1.2"
    case tls13 = "1.3"
  }

  /// Checks the certificate and the name of the server.
  package var verify: Bool
  /// Trusted authorities in place of the system's.
  package var authority: PEM?
  package var clientCertificate: PEM?
  package var clientKey: PEM?
  /// The name to ask for and to check, when it is not the host of the URL.
  package var serverName: String?
  package var minimumVersion: MinimumVersion
  /// Takes up the session of an earlier connection, which spares most of the handshake.
  package var resumesSessions: Bool

  package init(
    verify: Bool = true, authority: PEM? = nil, clientCertificate: PEM? = nil, clientKey: PEM? = nil,
    serverName: String? = nil, minimumVersion: MinimumVersion = .tls12,
    resumesSessions: Bool = true
  ) {
    self.verify = verify
    self.authority = authority
    self.clientCertificate = clientCertificate
    self.clientKey = clientKey
    self.serverName = serverName
    self.minimumVersion = minimumVersion
    self.resumesSessions = resumesSessions
  }

  package static let standard = TLSSettings()
}
