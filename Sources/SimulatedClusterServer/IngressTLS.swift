import NIOCore
import NIOHTTP2
import NIOSSL
import SimulatedCluster

/// How the Ingress speaks TLS: with the certificate of the Secret that an Ingress names for the host that a client asks for,
/// else with one of its own that no client has reason to trust.
enum IngressTLS {
  /// Called on the loop of the host.
  static func context(of host: ClusterHost) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try EmbeddedCertificates.fake.chain(), privateKey: try EmbeddedCertificates.fakeKey.key())
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = NIOHTTP2SupportedALPNProtocols
    let shown = NIOLoopBound(ShownCertificates(of: host), eventLoop: host.loop)
    configuration.sslContextCallback = { client, promise in
      promise.succeed(shown.value.certificate(for: client.serverHostname))
    }
    return try NIOSSLContext(configuration: configuration)
  }
}

extension IngressTLS {
  /// How the Ingress speaks TLS with a certificate of a Secret.
  ///
  /// - Throws: when a part cannot be read.
  static func configuration(of certificate: IngressCertificate) throws -> TLSConfiguration {
    let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.chain.utf8)).map {
      NIOSSLCertificateSource.certificate($0)
    }
    let key = NIOSSLPrivateKeySource.privateKey(
      try NIOSSLPrivateKey(bytes: Array(certificate.key.utf8), format: .pem))
    return .makeServerConfiguration(certificateChain: chain, privateKey: key)
  }
}

/// The certificates of Secrets that clients were shown, each read once in each of its versions.
private final class ShownCertificates {
  private let host: ClusterHost
  private var known: [ObjectKey: (version: Int64, certificate: NIOSSLContextConfigurationOverride)] = [:]

  init(of host: ClusterHost) {
    self.host = host
  }

  /// - Parameter name: the host that a client asks for (SNI); `nil` when it asks for none.
  func certificate(for name: String?) -> NIOSSLContextConfigurationOverride {
    guard let name, let found = host.withCluster({ $0.ingressCertificate(host: name) }) else {
      return NIOSSLContextConfigurationOverride()
    }
    if let known = known[found.secret], known.version == found.resourceVersion { return known.certificate }
    let certificate = (try? Self.read(found)) ?? NIOSSLContextConfigurationOverride()
    known[found.secret] = (found.resourceVersion, certificate)
    return certificate
  }

  /// - Throws: when a part cannot be read, or the key belongs to another certificate. Such Secrets are passed over.
  private static func read(_ found: IngressCertificate) throws -> NIOSSLContextConfigurationOverride {
    var certificate = NIOSSLContextConfigurationOverride()
    let configuration = try IngressTLS.configuration(of: found)
    _ = try NIOSSLContext(configuration: configuration)
    certificate.certificateChain = configuration.certificateChain
    certificate.privateKey = configuration.privateKey
    return certificate
  }
}
