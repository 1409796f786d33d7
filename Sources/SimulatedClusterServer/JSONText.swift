import KubernetesObjects
import NIOCore

extension ByteBuffer {
  /// Writes a value as compact JSON; the members of objects are sorted, so that equal values have equal texts.
  mutating func writeJSON(_ value: JSONValue) {
    switch value {
    case .null: writeStaticString("null")
    case .bool(true): writeStaticString("true")
    case .bool(false): writeStaticString("false")
    case .integer(let number): writeString(String(number))
    case .number(let number): writeString(number.isFinite ? String(number) : "null")
    case .string(let text): writeJSONString(text)
    case .array(let elements):
      writeInteger(UInt8(ascii: "["))
      var isFirst = true
      for element in elements {
        if !isFirst { writeInteger(UInt8(ascii: ",")) }
        isFirst = false
        writeJSON(element)
      }
      writeInteger(UInt8(ascii: "]"))
    case .object(let members):
      writeInteger(UInt8(ascii: "{"))
      var isFirst = true
      for (key, member) in members.sorted(by: { $0.key < $1.key }) {
        if !isFirst { writeInteger(UInt8(ascii: ",")) }
        isFirst = false
        writeJSONString(key)
        writeInteger(UInt8(ascii: ":"))
        writeJSON(member)
      }
      writeInteger(UInt8(ascii: "}"))
    }
  }

  private mutating func writeJSONString(_ text: String) {
    writeInteger(UInt8(ascii: "\""))
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
      writeString(text)
    } else {
      for byte in text.utf8 { writeEscaped(byte) }
    }
    writeInteger(UInt8(ascii: "\""))
  }

  private mutating func writeEscaped(_ byte: UInt8) {
    switch byte {
    case 0x22: writeStaticString("\\\"")
    case 0x5C: writeStaticString("\\\\")
    case 0x0A: writeStaticString("\\n")
    case 0x0D: writeStaticString("\\r")
    case 0x09: writeStaticString("\\t")
    case 0..<0x20:
      let digits = String(byte, radix: 16)
      writeString("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
    default: writeInteger(byte)
    }
  }
}
