import Curl
import Foundation
package import KubernetesObjects

/// The events of one watch, in the order in which the server sent them.
package struct WatchStream: AsyncSequence, Sendable {
  let lines: AsyncThrowingStream<CurlLine, any Error>
  /// When the request that opened the watch left.
  package let sent: ContinuousClock.Instant
  let attempt: String

  /// One event of a watch, with the moment at which its line was complete.
  package struct Element: Sendable {
    package let event: WatchEvent<JSONValue>
    package let received: ContinuousClock.Instant
  }

  package struct AsyncIterator: AsyncIteratorProtocol {
    var lines: AsyncThrowingStream<CurlLine, any Error>.AsyncIterator
    let attempt: String
    let decoder = JSONDecoder()

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
      let event: WatchEvent<JSONValue>
      do {
        event = try decoder.decode(WatchEvent<JSONValue>.self, from: Data(line.bytes))
      } catch {
        throw KubernetesError(.malformed, attempt: attempt, cause: "a line of the watch is no watch event")
      }
      if event.type == "ERROR" {
        throw APIClient.refusal(
          status: event.object["code"]?.int ?? 500, body: (try? event.object.json()) ?? Data(), attempt: attempt)
      }
      return Element(event: event, received: line.receivedAt)
    }
  }

  package func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(lines: lines.makeAsyncIterator(), attempt: attempt)
  }
}
