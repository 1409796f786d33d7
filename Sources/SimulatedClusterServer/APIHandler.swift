import Foundation
import KubernetesObjects
import NIOCore
import NIOHTTP1
import NIOSSL
import Profiles
import SimulatedCluster

/// One connection to the Kubernetes API.
final class APIHandler: ChannelInboundHandler, WatchSink {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private static let bodyLimit = 8 << 20
  /// How often an idle watch gets a bookmark, in wall time.
  private static let bookmarkInterval = TimeAmount.seconds(10)

  private let host: ClusterHost
  private var head: HTTPRequestHead?
  private var body: ByteBuffer?
  private var watch: (stream: ServedWatch, context: ChannelHandlerContext)?
  private var timers: [() -> Void] = []
  /// Whether the time that the client gave its watch is over.
  private var isTimeOver = false
  /// The names in the certificate of the client, once they were looked up.
  private var client: CertificateNames?
  private var isClientKnown = false

  init(host: ClusterHost) {
    self.host = host
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = nil
    case .body(var part):
      if body == nil { body = part } else { body?.writeBuffer(&part) }
      if (body?.readableBytes ?? 0) > Self.bodyLimit { context.close(promise: nil) }
    case .end:
      guard let head else { return }
      self.head = nil
      answer(head, context: context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    endWatch()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func answer(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
    let (path, query) = splitTarget(head.uri)
    var request = APIRequest(
      method: head.method.rawValue, path: path, query: query, accept: head.headers.first(name: "accept") ?? "",
      contentType: head.headers.first(name: "content-type") ?? "application/json",
      userAgent: head.headers.first(name: "user-agent") ?? "",
      clientCertificate: clientCertificate(context: context),
      credentials: RequestCredentials(head.headers))
    do {
      try Self.read(body, into: &request)
    } catch {
      let refusal: JSONValue = [
        "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "reason": "BadRequest",
        "message": .string("\(error)"), "code": 400,
      ]
      send(refusal, status: 400, to: head, context: context)
      return
    }
    body = nil
    send(host.withCluster { $0.serve(request) }, to: head, context: context)
  }

  /// - Parameter retryAfter: seconds for which the client is asked to wait before it comes again.
  private func send(
    _ answer: APIAnswer, retryAfter: Int? = nil, to head: HTTPRequestHead, context: ChannelHandlerContext
  ) {
    let extra = retryAfter.map { [("Retry-After", String($0))] } ?? []
    switch answer {
    case .later(let seconds, let answer): send(answer, retryAfter: seconds, to: head, context: context)
    case .object(let status, let value): send(value, status: status, extra: extra, to: head, context: context)
    case .warned(let status, let value, let warnings):
      let quoted = warnings.map { $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") }
      send(
        value, status: status, extra: extra + quoted.map { ("Warning", "299 - \"\($0)\"") }, to: head, context: context)
    case .text(let status, let text):
      send(
        ByteBuffer(string: text), type: "text/plain; charset=utf-8", status: status, extra: extra, to: head,
        context: context)
    case .binary(let status, let type, let bytes):
      send(ByteBuffer(bytes: bytes), type: type, status: status, to: head, context: context)
    case .watch(let stream): begin(stream, head: head, context: context)
    }
  }

  /// The names in the certificate of the client, which stays the same as long as the connection.
  private func clientCertificate(context: ChannelHandlerContext) -> CertificateNames? {
    if isClientKnown { return client }
    isClientKnown = true
    let handler = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
    client = (try? handler?.peerCertificate?.toDERBytes()).flatMap { CertificateNames(der: $0) }
    return client
  }

  /// Why a body cannot be read.
  private struct BodyProblem: Error, CustomStringConvertible {
    let description: String
  }

  /// Reads a body in JSON or in Kubernetes' binary form; what is in another form is left to the answer.
  private static func read(_ body: ByteBuffer?, into request: inout APIRequest) throws {
    guard let body, body.readableBytes > 0 else { return }
    if request.contentType.hasPrefix(KubernetesProtobuf.mediaType) {
      request.body = try KubernetesProtobuf.object(Array(body.readableBytesView))
      request.contentType = "application/json"
    } else if request.contentType.contains("json") {
      guard let value = try? JSONValue(json: Data(body.readableBytesView)) else {
        throw BodyProblem(description: "the body of the request is not JSON")
      }
      request.body = value
    } else if request.contentType.contains("yaml") {
      request.body = try object(ofYAML: String(decoding: body.readableBytesView, as: UTF8.self))
    }
  }

  /// The object of a YAML document, which JSON is as well.
  private static func object(ofYAML text: String) throws(BodyProblem) -> JSONValue {
    if let value = try? JSONValue(json: Data(text.utf8)) { return value }
    do {
      let objects = try ManifestReader.documents(text: text, source: "the body")
      guard objects.count == 1 else {
        throw BodyProblem(description: "the body holds \(objects.count) objects, not one")
      }
      return objects[0]
    } catch let problem as BodyProblem {
      throw problem
    } catch {
      throw BodyProblem(description: "error decoding YAML: \(error)")
    }
  }

  private func send(
    _ value: JSONValue, status: Int, extra: [(String, String)] = [], to head: HTTPRequestHead,
    context: ChannelHandlerContext
  ) {
    var buffer = context.channel.allocator.buffer(capacity: 8_192)
    buffer.writeJSON(value)
    buffer.writeInteger(UInt8(ascii: "\n"))
    send(buffer, type: "application/json", status: status, extra: extra, to: head, context: context)
  }

  private func send(
    _ buffer: ByteBuffer, type: String, status: Int, extra: [(String, String)] = [], to head: HTTPRequestHead,
    context: ChannelHandlerContext
  ) {
    var headers = commonHeaders(type: type)
    for (name, value) in extra { headers.add(name: name, value: value) }
    var buffer = buffer
    if status == 200, head.method == .GET, buffer.readableBytes > GzipPacking.threshold,
      head.headers[canonicalForm: "accept-encoding"].contains(where: { $0.hasPrefix("gzip") }),
      let packed = GzipPacking.packed(buffer)
    {
      buffer = packed
      headers.add(name: "Content-Encoding", value: "gzip")
      headers.add(name: "Vary", value: "Accept-Encoding")
    }
    headers.add(name: "Content-Length", value: String(buffer.readableBytes))
    let response = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
    context.write(wrapOutboundOut(.head(response)), promise: nil)
    if head.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    if !head.isKeepAlive { context.close(promise: nil) }
  }

  private func commonHeaders(type: String) -> HTTPHeaders {
    [
      "Content-Type": type, "Cache-Control": "no-cache, private", "Date": host.cluster.date.httpDate,
    ]
  }

  private func begin(_ stream: ServedWatch, head: HTTPRequestHead, context: ChannelHandlerContext) {
    let response = HTTPResponseHead(
      version: .http1_1, status: .ok, headers: commonHeaders(type: "application/json"))
    context.writeAndFlush(wrapOutboundOut(.head(response)), promise: nil)
    watch = (stream, context)
    host.add(self)
    tell(host.cluster)
    guard watch != nil else { return }
    let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
    if let seconds = stream.timeoutSeconds {
      let task = context.eventLoop.scheduleTask(in: .seconds(Int64(max(seconds, 0)))) { loopBound.value.finishWatch() }
      timers.append { task.cancel() }
    }
    if stream.allowsBookmarks {
      let task = context.eventLoop.scheduleRepeatedTask(
        initialDelay: Self.bookmarkInterval, delay: Self.bookmarkInterval
      ) { _ in loopBound.value.sendBookmark() }
      timers.append { task.cancel() }
    }
  }

  func tell(_ cluster: ClusterSimulation) {
    guard case (var stream, let context)? = watch else { return }
    if cluster.isCut(stream) {
      // As when a proxy on the way dies: the answer has no end.
      endWatch()
      context.close(promise: nil)
      return
    }
    guard !cluster.isSilent(stream) else { return }
    defer { if isTimeOver { finishWatch() } }
    guard cluster.hasNews(for: stream) else { return }
    let events = cluster.events(for: &stream)
    watch = (stream, context)
    if !events.isEmpty { write(events, context: context) }
    if stream.isExpired { finishWatch() }
  }

  private func write(_ events: [JSONValue], context: ChannelHandlerContext) {
    var buffer = context.channel.allocator.buffer(capacity: 4_096)
    for event in events {
      buffer.writeJSON(event)
      buffer.writeInteger(UInt8(ascii: "\n"))
    }
    context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
  }

  private func sendBookmark() {
    guard let (stream, context) = watch, !host.cluster.isSilent(stream) else { return }
    write([host.cluster.bookmark(for: stream)], context: context)
  }

  /// Ends the stream in order: a client may go on with the connection.
  private func finishWatch() {
    guard let (stream, context) = watch else { return }
    isTimeOver = true
    // Nothing comes while watches are silent, not even their end.
    guard !host.cluster.isSilent(stream) else { return }
    endWatch()
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  private func endWatch() {
    for cancel in timers { cancel() }
    timers = []
    isTimeOver = false
    guard watch != nil else { return }
    watch = nil
    host.remove(self)
  }
}
