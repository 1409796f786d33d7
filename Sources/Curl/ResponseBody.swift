import LoadFacts

/// What happens to the bytes of a body: collected up to a limit, or cut into lines.
struct ResponseBody {
  enum Use {
    case collect
    case lines(AsyncThrowingStream<CurlLine, any Error>.Continuation)
  }

  private let use: Use
  private let limit: Int
  /// The collected body, or the line that has not ended yet.
  private(set) var bytes: [UInt8] = []

  init(_ use: Use, limit: Int) {
    self.use = use
    self.limit = limit
  }

  /// Takes more bytes.
  ///
  /// - Returns: why no more can be taken, or `nil`.
  mutating func append(_ chunk: UnsafeRawBufferPointer) -> CurlError? {
    switch use {
    case .collect:
      guard bytes.count + chunk.count <= limit else { return Self.tooLarge("the response is", limit) }
      bytes.append(contentsOf: chunk)
      return nil
    case .lines(let continuation):
      return append(chunk, to: continuation)
    }
  }

  /// Delivers a last line that has no line feed.
  mutating func finish() {
    guard case .lines(let continuation) = use, !bytes.isEmpty else { return }
    continuation.yield(CurlLine(bytes: bytes, receivedAt: .now))
    bytes = []
  }

  private mutating func append(
    _ chunk: UnsafeRawBufferPointer, to continuation: AsyncThrowingStream<CurlLine, any Error>.Continuation
  ) -> CurlError? {
    let now = ContinuousClock.now
    var rest = chunk[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      bytes.append(contentsOf: rest[..<end])
      rest = rest[(end + 1)...]
      guard bytes.count <= limit else { return Self.tooLarge("a line of the response is", limit) }
      if case .dropped = continuation.yield(CurlLine(bytes: bytes, receivedAt: now)) {
        return CurlError(
          failure: .tooLarge,
          description: "the reader of a stream fell more than \(CurlSession.maximumUnreadLines) lines behind")
      }
      bytes.removeAll(keepingCapacity: true)
    }
    bytes.append(contentsOf: rest)
    return bytes.count <= limit ? nil : Self.tooLarge("a line of the response is", limit)
  }

  private static func tooLarge(_ what: String, _ limit: Int) -> CurlError {
    CurlError(failure: .tooLarge, description: "\(what) larger than \(limit) bytes")
  }
}
