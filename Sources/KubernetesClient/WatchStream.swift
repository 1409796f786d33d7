import Curl
package import KubernetesObjects

/// The events of one watch, in the order in which the server sent them.
package struct WatchStream: AsyncSequence, Sendable {
  let lines: AsyncThrowingStream<CurlLine, any Error>
  /// When the request that opened the watch left.
  package let sent: ContinuousClock.Instant
  let attempt: String

  /// One event of a watch, with the moment at which its line was complete.
  package struct Element: Sendable {
    /// `ADDED`, `MODIFIED`, `DELETED` or `BOOKMARK`.
    package let type: String
    package let object: RawObject
    package let received: ContinuousClock.Instant
  }

  package struct AsyncIterator: AsyncIteratorProtocol {
    var lines: AsyncThrowingStream<CurlLine, any Error>.AsyncIterator
    let attempt: String

    /// The next event; `nil` when the server closed the watch in good order.
    ///
    /// - Throws: ``KubernetesError``: `expired` when the version is too old, `unreachable` when the connection broke.
    package mutating func next() async throws(KubernetesError) -> Element? {
      let line: CurlLine?
      do {
        line = try await lines.next()
      } catch {
        throw APIClient.failure(error, attempt: attempt)
      }
      guard let line else { return nil }
      guard let event = try? RawObject(line.bytes), let type = event.string("type"), let object = event.object("object")
      else {
        throw KubernetesError(.malformed, attempt: attempt, cause: "a line of the watch is no watch event")
      }
      if type == "ERROR" {
        let status = try? object.decoded(as: APIStatus.self)
        throw APIClient.refusal(status: status?.code ?? 500, body: object.data, attempt: attempt)
      }
      return Element(type: type, object: object, received: line.receivedAt)
    }
  }

  package func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(lines: lines.makeAsyncIterator(), attempt: attempt)
  }
}
