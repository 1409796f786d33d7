import NIOCore
import NIOHTTP1
import SimulatedCluster
import Units

/// One connection to the Ingress.
final class IngressHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let host: ClusterHost
  private var head: HTTPRequestHead?
  /// The number of the connection.
  private let connection: Int

  init(host: ClusterHost) {
    self.host = host
    connection = host.numberConnection()
  }

  func channelInactive(context: ChannelHandlerContext) {
    host.withCluster { $0.close(connection: connection) }
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head else { return }
      self.head = nil
      forward(head, context: context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func forward(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
    let decision = host.withCluster {
      $0.arrive(host: head.headers.first(name: "host") ?? "", target: head.uri, over: connection)
    }
    switch decision {
    case .noRoute: answer(.notFound, to: head, context: context)
    case .noEndpoint: answer(.serviceUnavailable, to: head, context: context)
    case .refused: answer(.badGateway, to: head, context: context)
    case .unanswered:
      context.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(ClusterSimulation.readTimeout.nanoseconds)) {
        guard context.channel.isActive else { return }
        self.answer(.gatewayTimeout, to: head, context: context)
      }
    case .overloaded(let pod, let version):
      answer(.serviceUnavailable, to: head, pod: pod, version: version, context: context)
    case .forwarded(let request):
      let delay = TimeAmount.nanoseconds(request.answerAfterNanoseconds)
      context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
        guard context.channel.isActive else { return }
        switch self.host.withCluster({ $0.outcome(of: request) }) {
        case .answered:
          self.answer(.ok, to: head, pod: request.pod, version: request.version, context: context)
        case .failed:
          self.answer(.internalServerError, to: head, pod: request.pod, version: request.version, context: context)
        case .silent: break
        case .cut: self.answer(.badGateway, to: head, context: context)
        }
      }
    }
  }

  private func answer(
    _ status: HTTPResponseStatus, to head: HTTPRequestHead, pod: String? = nil, version: String? = nil,
    context: ChannelHandlerContext
  ) {
    let body = status == .ok ? host.answerBody : ByteBuffer(string: "\(status.code) \(status.reasonPhrase)\n")
    var headers = HTTPHeaders()
    headers.reserveCapacity(5)
    headers.add(name: "Content-Type", value: "text/plain")
    headers.add(name: "Content-Length", value: String(body.readableBytes))
    if let pod { headers.add(name: "X-Pod", value: pod) }
    if let version { headers.add(name: "X-Version", value: version) }
    context.write(
      wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
    if head.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    if !head.isKeepAlive { context.close(promise: nil) }
  }
}
