/// A message of protocol buffers under construction (https://protobuf.dev/programming-guides/encoding/).
struct ProtobufMessage: Sendable {
  private(set) var bytes: [UInt8] = []

  mutating func put(_ field: Int, text: String) {
    put(field, Array(text.utf8))
  }

  mutating func put(_ field: Int, message: ProtobufMessage) {
    put(field, message.bytes)
  }

  mutating func put(_ field: Int, _ content: [UInt8]) {
    // 2: the length comes first.
    putNumber(UInt64(field) << 3 | 2)
    putNumber(UInt64(content.count))
    bytes += content
  }

  /// A message that has this one as its only field.
  func inside(_ field: Int) -> ProtobufMessage {
    var outer = ProtobufMessage()
    outer.put(field, message: self)
    return outer
  }

  private mutating func putNumber(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
