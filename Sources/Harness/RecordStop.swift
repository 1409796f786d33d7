/// Ends a recording before its time: whoever waits goes on at once.
final class RecordStop: Sendable {
  private let stream: AsyncStream<Never>
  private let continuation: AsyncStream<Never>.Continuation

  init() {
    (stream, continuation) = AsyncStream.makeStream(of: Never.self)
  }

  func stop() { continuation.finish() }

  /// Returns at the stop, or when the task is cancelled.
  func wait() async {
    for await _ in stream {}
  }
}
