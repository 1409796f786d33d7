internal import CLibcurl
internal import LoadFacts

/// Keeps the body of a response for a look at it; used again and again.
package final class BodyBuffer {
  /// The most bytes it takes; a longer body ends the transfer as ``TransferFailure/tooLarge``.
  package var limit: Int
  package private(set) var bytes: [UInt8] = []

  package init(limit: Int) {
    self.limit = limit
  }

  /// Makes room for the next body.
  package func clear() {
    bytes.removeAll(keepingCapacity: true)
  }

  static let callback: scaleproof_data_callback = { chunk, size, count, context in
    guard let context else { return 0 }
    let buffer = Unmanaged<BodyBuffer>.fromOpaque(context).takeUnretainedValue()
    let length = size * count
    guard buffer.bytes.count + length <= buffer.limit else { return 0 }
    buffer.bytes.append(contentsOf: UnsafeRawBufferPointer(start: chunk, count: length))
    return length
  }
}
