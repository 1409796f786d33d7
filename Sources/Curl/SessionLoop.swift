import LoadFacts

/// The thread of a ``CurlSession``: starts what callers ask for, waits, and hands out what ended.
final class SessionLoop {
  private let multiplexer: Multiplexer
  private let mailbox: SessionMailbox
  private var exchanges: [Int: Exchange] = [:]
  /// Cancelled before they were started: the two may come in either order.
  private var cancelledEarly: Set<Int> = []
  private var newestExchange = 0

  init(multiplexer: Multiplexer, mailbox: SessionMailbox) {
    self.multiplexer = multiplexer
    self.mailbox = mailbox
  }

  func run() {
    mailbox.open(multiplexer.wakeUp)
    while handleCommands() {
      // Before the wait: what ended in the last one would not end the next.
      deliverCompletions()
      multiplexer.wait(until: nil)
    }
    for exchange in exchanges.values {
      multiplexer.remove(exchange.transfer)
      exchange.fail(CancellationError())
    }
    exchanges = [:]
    mailbox.close(because: Self.shutDown)
  }

  private func deliverCompletions() {
    while let completion = multiplexer.nextCompletion() {
      guard let exchange = exchanges.removeValue(forKey: completion.token) else { continue }
      multiplexer.remove(exchange.transfer)
      exchange.finish(completion)
    }
  }

  /// - Returns: whether to go on.
  private func handleCommands() -> Bool {
    var isShutDown = false
    for command in mailbox.takeCommands() {
      switch command {
      case .start(_, _, let sink) where isShutDown: sink.fail(Self.shutDown)
      case .start(let id, let request, let sink): start(id, request, sink)
      case .cancel(let id): cancel(id)
      case .shutdown: isShutDown = true
      }
    }
    return !isShutDown
  }

  private static let shutDown = CurlError(failure: .cancelled, description: "the HTTP session is shut down")

  private func start(_ id: Int, _ request: CurlRequest, _ sink: SessionMailbox.Sink) {
    newestExchange = max(newestExchange, id)
    guard cancelledEarly.remove(id) == nil else { return sink.fail(CancellationError()) }
    do throws(CurlError) {
      let exchange = try Exchange(id: id, request: request, sink: sink)
      exchanges[id] = exchange
      try exchange.start(on: multiplexer)
    } catch {
      exchanges[id] = nil
      sink.fail(error)
    }
  }

  private func cancel(_ id: Int) {
    if let exchange = exchanges.removeValue(forKey: id) {
      multiplexer.remove(exchange.transfer)
      exchange.fail(CancellationError())
    } else if id > newestExchange {
      cancelledEarly.insert(id)
    }
  }
}

/// One request on its way.
private final class Exchange {
  private(set) var transfer: Transfer
  private let receiver: ResponseReceiver
  private let sink: SessionMailbox.Sink
  private let sentAt: ContinuousClock.Instant

  init(id: Int, request: CurlRequest, sink: SessionMailbox.Sink) throws(CurlError) {
    var transfer = try request.transfer(token: id)
    let sentAt = ContinuousClock.now
    let receiver: ResponseReceiver
    switch sink {
    case .response:
      receiver = ResponseReceiver(body: ResponseBody(.collect, limit: request.maximumBodySize))
    case .stream(let head, let lines):
      receiver = ResponseReceiver(body: ResponseBody(.lines(lines), limit: request.maximumBodySize)) { receiver in
        head.resume(
          returning: CurlResponseHead(
            status: receiver.status, headers: receiver.headers, sentAt: sentAt, receivedAt: .now))
      }
    }
    try transfer.setReceiver(receiver)
    self.receiver = receiver
    self.sink = sink
    self.sentAt = sentAt
    self.transfer = transfer
  }

  func start(on multiplexer: Multiplexer) throws(CurlError) {
    try multiplexer.start(&transfer)
  }

  func finish(_ completion: Multiplexer.Completion) {
    if let error = transfer.error(completion) { return fail(receiver.problem ?? error) }
    switch sink {
    case .response(let continuation):
      continuation.resume(
        returning: CurlResponse(
          status: receiver.status, headers: receiver.headers, body: receiver.body.bytes,
          httpVersion: transfer.httpVersion, certificate: transfer.certificate, times: transfer.times, sentAt: sentAt,
          receivedAt: .now))
    case .stream(_, let lines):
      guard receiver.isHeadComplete else {
        return fail(CurlError(failure: .protocolError, description: "the response has no complete header"))
      }
      receiver.body.finish()
      lines.finish()
    }
  }

  func fail(_ error: any Error) {
    switch sink {
    case .response(let continuation): continuation.resume(throwing: error)
    case .stream(let head, let lines):
      if !receiver.isHeadComplete { head.resume(throwing: error) }
      lines.finish(throwing: error)
    }
  }
}
