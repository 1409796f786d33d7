import NIOCore
import NIOEmbedded
import NIOSSL
package import SimulatedCluster

/// Whether a client has reason to trust the certificate that the Ingress shows for a host, found out without a socket.
package enum IngressTrust {
  /// Why a client does not trust it; `nil` where it does.
  ///
  /// - Parameters:
  ///   - authorities: the path of a file in PEM; `nil` for those of the machine.
  package static func problem(
    with certificate: IngressCertificate?, host: String, authorities: String?
  ) -> String? {
    guard let certificate else {
      return "the Ingress has no certificate for \(host), and shows one of its own"
    }
    let server: NIOSSLContext
    do {
      server = try NIOSSLContext(configuration: IngressTLS.configuration(of: certificate))
    } catch {
      return
        "the certificate of the Secret \(certificate.secret.name) and its key cannot be read, or do not belong together"
    }
    var configuration = TLSConfiguration.makeClientConfiguration()
    if let authorities { configuration.trustRoots = .file(authorities) }
    do {
      let isName = (try? SocketAddress(ipAddress: host, port: 0)) == nil
      let client = try NIOSSLClientHandler(
        context: NIOSSLContext(configuration: configuration), serverHostname: isName ? host : nil)
      try shakeHands(client, NIOSSLServerHandler(context: server))
      return nil
    } catch {
      return "the certificate of the Secret \(certificate.secret.name) for \(host) is not trusted: \(error)"
    }
  }

  /// - Throws: what one of both has against the other.
  private static func shakeHands(_ client: NIOSSLClientHandler, _ server: NIOSSLServerHandler) throws {
    let (near, far) = (EmbeddedChannel(), EmbeddedChannel())
    try far.pipeline.syncOperations.addHandler(server)
    try near.pipeline.syncOperations.addHandler(client)
    let nowhere = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
    far.connect(to: nowhere, promise: nil)
    near.connect(to: nowhere, promise: nil)
    var isMoving = true
    while isMoving {
      isMoving = false
      while let bytes = try near.readOutbound(as: ByteBuffer.self) {
        isMoving = true
        try far.writeInbound(bytes)
      }
      while let bytes = try far.readOutbound(as: ByteBuffer.self) {
        isMoving = true
        try near.writeInbound(bytes)
      }
    }
    try near.throwIfErrorCaught()
  }
}
