import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOSSL
import NIOTLS
import SimulatedCluster

/// How a connection to the Ingress is dealt with: HTTP/1.1, over TLS also HTTP/2 when the client can speak it (ALPN).
struct IngressConnection: Sendable {
  /// How many requests a client may have under way on a connection (ingress-nginx, `http2-max-concurrent-streams`).
  private static let mostStreams = 128

  private let host: ClusterHost
  private let tls: NIOSSLContext?

  /// - Parameter tls: `nil` for a port without TLS.
  init(to host: ClusterHost, over tls: NIOSSLContext? = nil) {
    self.host = host
    self.tls = tls
  }

  /// Called on the loop of the host.
  func open(_ channel: any Channel) throws {
    let number = host.numberConnection()
    let host = host
    channel.closeFuture.whenComplete { _ in host.withCluster { $0.close(connection: number) } }
    guard let tls else { return try addHTTP1(to: channel, number) }
    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
    try channel.pipeline.syncOperations.addHandler(
      ApplicationProtocolNegotiationHandler { result, channel in
        channel.eventLoop.makeCompletedFuture {
          if case .negotiated("h2") = result {
            try self.addHTTP2(to: channel, number)
          } else {
            try self.addHTTP1(to: channel, number)
          }
        }
      })
  }

  private func addHTTP1(to channel: any Channel, _ number: Int) throws {
    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
    try channel.pipeline.syncOperations.addHandler(
      IngressHandler(host: host, connection: number, isSecure: tls != nil))
  }

  /// Each stream is a channel of its own with one request.
  private func addHTTP2(to channel: any Channel, _ number: Int) throws {
    var configuration = NIOHTTP2Handler.ConnectionConfiguration()
    configuration.initialSettings = [HTTP2Setting(parameter: .maxConcurrentStreams, value: Self.mostStreams)]
    let host = host
    _ = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
      mode: .server, connectionConfiguration: configuration, streamConfiguration: .init()
    ) { stream in
      stream.eventLoop.makeCompletedFuture {
        try stream.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTP1ServerCodec())
        try stream.pipeline.syncOperations.addHandler(IngressHandler(host: host, connection: number, isSecure: true))
      }
    }
    try channel.pipeline.syncOperations.addHandler(ClosingOnError())
  }
}

/// Ends a connection whose client does not keep to the protocol.
private final class ClosingOnError: ChannelInboundHandler {
  typealias InboundIn = Any

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
