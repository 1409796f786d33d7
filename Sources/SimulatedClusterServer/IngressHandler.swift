import NIOCore
import NIOHTTP1
import SimulatedCluster
import Units

/// The requests of one connection to the Ingress, or of one stream of it, one after the other.
final class IngressHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// How long a client may go on sending a body that is too long, before the connection is closed (nginx,
  /// `lingering_timeout`).
  private static let lingering = TimeAmount.seconds(5)

  private let host: ClusterHost
  private let connection: Int
  private let isSecure: Bool
  private var request: (head: HTTPRequestHead, destination: IngressDestination)?
  private var bodyLength: Int64 = 0
  private var bodyLimit: Int64 = .max
  /// The body is too long and was answered: what comes of it is thrown away.
  private var isDiscarding = false

  /// - Parameters:
  ///   - connection: its number, see ``ClusterHost/numberConnection()``.
  ///   - isSecure: whether requests come over TLS.
  init(host: ClusterHost, connection: Int, isSecure: Bool) {
    self.host = host
    self.connection = connection
    self.isSecure = isSecure
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): begin(head, context: context)
    case .body(let part):
      bodyLength += Int64(part.readableBytes)
      if bodyLength > bodyLimit { refuseBody(context: context) }
    case .end:
      guard !isDiscarding else { return context.close(promise: nil) }
      guard let (head, destination) = request else { return }
      request = nil
      forward(head, to: destination, context: context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
    var destination = IngressDestination(
      host: head.headers.first(name: "host") ?? "", target: head.uri, method: head.method.rawValue, isSecure: isSecure)
    bodyLength = 0
    let announced = head.headers.first(name: "content-length").flatMap { Int64($0) }
    if announced ?? 0 > 0 || announced == nil && head.headers.contains(name: "transfer-encoding")
      || head.version.major == 2 && head.method != .GET
    {
      bodyLimit = host.withCluster { $0.bodyLimit(of: &destination) }
    } else {
      bodyLimit = .max
    }
    request = (head, destination)
    if announced ?? 0 > bodyLimit {
      refuseBody(context: context)
    } else if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
      context.writeAndFlush(
        wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }
  }

  /// Answers before the whole body has come, and takes the rest of it: who is cut off while sending often does not see the
  /// answer.
  private func refuseBody(context: ChannelHandlerContext) {
    guard !isDiscarding, let (head, _) = request else { return }
    isDiscarding = true
    answer(.payloadTooLarge, to: head, isLast: true, context: context)
    context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingering) {
      if context.channel.isActive { context.close(promise: nil) }
    }
  }

  private func forward(_ head: HTTPRequestHead, to destination: IngressDestination, context: ChannelHandlerContext) {
    var destination = destination
    let decision = host.withCluster { cluster in
      cluster.arrive(at: &destination, over: connection, header: { Self.value(of: $0, in: head) })
    }
    proceed(decision, with: head, context: context)
  }

  /// Several lines of one name are one value (RFC 9110, section 5.3).
  private static func value(of name: String, in head: HTTPRequestHead) -> String? {
    let values = head.headers[name]
    return values.isEmpty ? nil : values.joined(separator: name.lowercased() == "cookie" ? "; " : ", ")
  }

  private func proceed(_ decision: IngressDecision, with head: HTTPRequestHead, context: ChannelHandlerContext) {
    switch decision {
    case .noRoute: answer(.notFound, to: head, context: context)
    case .tooLarge: answer(.payloadTooLarge, to: head, isLast: true, context: context)
    case .redirected: answer(.permanentRedirect, to: head, context: context)
    case .noEndpoint: answer(.serviceUnavailable, to: head, context: context)
    case .refused: answer(.badGateway, to: head, context: context)
    case .timedOut: answer(.gatewayTimeout, to: head, context: context)
    case .overloaded(let pod):
      answer(.serviceUnavailable, to: head, from: host.withCluster { $0.answeringPod(pod) }, context: context)
    case .forwarded(let request):
      let delay = TimeAmount.nanoseconds(request.answerAfterNanoseconds)
      context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
        guard context.channel.isActive else { return }
        self.conclude(request, with: head, context: context)
      }
    }
  }

  private func conclude(_ request: ForwardedRequest, with head: HTTPRequestHead, context: ChannelHandlerContext) {
    let (outcome, pod, cookie) = host.withCluster {
      ($0.outcome(of: request), $0.answeringPod(request.pod), $0.sessionCookie(of: request))
    }
    switch outcome {
    case .answered: answer(.ok, to: head, from: pod, cookie: cookie, context: context)
    case .failed: answer(.internalServerError, to: head, from: pod, cookie: cookie, context: context)
    case .cut: answer(.badGateway, to: head, context: context)
    case .goesOn(let decision): proceed(decision, with: head, context: context)
    }
  }

  /// - Parameter isLast: whether the connection ends with the answer, though the client would keep it.
  private func answer(
    _ status: HTTPResponseStatus, to head: HTTPRequestHead, from pod: AnsweringPod? = nil, cookie: String? = nil,
    isLast: Bool = false, context: ChannelHandlerContext
  ) {
    let body = status == .ok ? host.answerBody : ByteBuffer(string: "\(status.code) \(status.reasonPhrase)\n")
    var headers = HTTPHeaders()
    headers.reserveCapacity(6)
    headers.add(name: "Content-Type", value: "text/plain")
    headers.add(name: "Content-Length", value: String(body.readableBytes))
    if let pod {
      headers.add(name: "X-Pod", value: pod.name)
      headers.add(name: "X-Version", value: pod.version)
    }
    if let cookie { headers.add(name: "Set-Cookie", value: cookie) }
    if status == .permanentRedirect {
      let name = IngressDestination.withoutPort(head.headers.first(name: "host") ?? "")
      headers.add(name: "Location", value: "https://\(name)\(head.uri)")
    }
    if isLast, head.version.major < 2 { headers.add(name: "Connection", value: "close") }
    context.write(
      wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
    if head.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    if !isDiscarding, isLast || !head.isKeepAlive, head.version.major < 2 { context.close(promise: nil) }
  }
}
