import NIOSSL

/// How the Kubernetes API speaks TLS: clients need no certificate, and those who show one have it of the cluster's authority.
enum APITLS {
  static func context() throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try EmbeddedCertificates.apiServer.chain(),
      privateKey: try EmbeddedCertificates.apiServerKey.key())
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    configuration.trustRoots = .certificates(try EmbeddedCertificates.authority.certificates())
    configuration.certificateVerification = .optionalVerification
    return try NIOSSLContext(configuration: configuration)
  }
}
