/// HTTP for the rest of the program: any number of exchanges at once, on one thread of its own, with connections kept
/// for reuse.
///
/// Apart from the load, so that neither delays the other. Whoever opens one closes it by ``close()``, so that its thread is
/// gone before the process ends; a session that is only let go ends by itself, some time later.
package final class CurlSession: Sendable {
  /// How far the reader of a stream may fall behind before the stream fails.
  static let maximumUnreadLines = 65_536
  /// Idle connections that are kept.
  private static let keptConnections = 32

  private let mailbox: SessionMailbox
  private let thread: NamedThread

  /// Starts the thread.
  ///
  /// - Parameter name: of the thread, at most 15 bytes.
  /// - Throws: ``CurlError`` when the system has no thread or descriptor left.
  package init(name: String) throws(CurlError) {
    let mailbox = SessionMailbox()
    self.mailbox = mailbox
    thread = try NamedThread.start(name) {
      do throws(CurlError) {
        let loop = SessionLoop(multiplexer: try Multiplexer(connections: Self.keptConnections), mailbox: mailbox)
        loop.run()
      } catch {
        mailbox.close(because: error)
      }
    }
  }

  deinit {
    mailbox.post(.shutdown)
  }

  /// Sends a request and gives the whole response, whatever its status.
  ///
  /// - Throws: ``CurlError``; `CancellationError` when the task is cancelled, which ends the transfer.
  package func perform(_ request: CurlRequest) async throws -> CurlResponse {
    let id = mailbox.newExchange()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        mailbox.post(.start(id, request, .response(continuation)))
      }
    } onCancel: {
      mailbox.post(.cancel(id))
    }
  }

  /// Sends a request and gives the head of the response as soon as it is complete, and its body line by line.
  ///
  /// - Throws: ``CurlError`` when there is no response; `CancellationError` when the task is cancelled before.
  package func stream(_ request: CurlRequest) async throws -> CurlStream {
    let id = mailbox.newExchange()
    let (lines, sink) = AsyncThrowingStream.makeStream(
      of: CurlLine.self, throwing: (any Error).self, bufferingPolicy: .bufferingOldest(Self.maximumUnreadLines))
    let mailbox = mailbox
    sink.onTermination = { reason in
      if case .cancelled = reason { mailbox.post(.cancel(id)) }
    }
    let head = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        mailbox.post(.start(id, request, .stream(head: continuation, lines: sink)))
      }
    } onCancel: {
      mailbox.post(.cancel(id))
    }
    return CurlStream(head: head, lines: lines)
  }

  /// Ends all exchanges with `CancellationError`, then the thread, and returns when it is gone. Later requests fail.
  package func close() async {
    mailbox.post(.shutdown)
    await thread.join()
  }
}
