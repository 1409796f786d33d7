package import Foundation

/// Why a text is not JSON, and where.
package struct JSONTextError: Error, Equatable, CustomStringConvertible {
  package let offset: Int
  package let reason: String

  package init(offset: Int, reason: String) {
    self.offset = offset
    self.reason = reason
  }

  package var description: String { "\(reason) at byte \(offset)" }
}

/// JSON text taken apart without building values, so that its parts can be kept as they were written.
///
/// A pass over the bytes of an object costs a tenth of decoding it, which matters where every object of a watch goes
/// through. Keys are compared as they are written; a key written with escapes is one that we do not look for.
package struct JSONText: Sendable {
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }
  package init(_ data: Data) { self.init(Array(data)) }

  /// The range of the only value of the text.
  package func root() throws(JSONTextError) -> Range<Int> {
    let start = afterSpace(0)
    let end = try valueEnd(start)
    guard afterSpace(end) == bytes.count else { throw error(end, "something follows the value") }
    return start..<end
  }

  /// Calls `body` with each of several values one after another.
  package func forEachValue(_ body: (Range<Int>) throws(JSONTextError) -> Void) throws(JSONTextError) {
    var index = afterSpace(0)
    while index < bytes.count {
      let end = try valueEnd(index)
      try body(index..<end)
      index = afterSpace(end)
    }
  }

  /// Calls `body` with key and value of each member of the object in `range`.
  package func forEachMember(
    in range: Range<Int>, _ body: (_ key: Range<Int>, _ value: Range<Int>) throws(JSONTextError) -> Void
  ) throws(JSONTextError) {
    try forEachMember(
      in: range,
      until: { (key, value) throws(JSONTextError) in
        try body(key, value)
        return false
      })
  }

  /// Goes through the members of the object in `range` until `body` has found what it looks for.
  private func forEachMember(
    in range: Range<Int>, until body: (_ key: Range<Int>, _ value: Range<Int>) throws(JSONTextError) -> Bool
  ) throws(JSONTextError) {
    guard byte(range.lowerBound) == UInt8(ascii: "{") else { throw error(range.lowerBound, "an object is missing") }
    var index = afterSpace(range.lowerBound + 1)
    if byte(index) == UInt8(ascii: "}") { return }
    while true {
      let keyEnd = try stringEnd(index)
      let colon = afterSpace(keyEnd)
      guard byte(colon) == UInt8(ascii: ":") else { throw error(colon, "':' is missing") }
      let valueStart = afterSpace(colon + 1)
      let valueEnd = try valueEnd(valueStart)
      if try body(index + 1..<keyEnd - 1, valueStart..<valueEnd) { return }
      let next = afterSpace(valueEnd)
      if byte(next) == UInt8(ascii: "}") { return }
      guard byte(next) == UInt8(ascii: ",") else { throw error(next, "',' or '}' is missing") }
      index = afterSpace(next + 1)
    }
  }

  /// Calls `body` with each element of the array in `range`; `null` has none, as the API server writes empty lists.
  package func forEachElement(
    in range: Range<Int>, _ body: (Range<Int>) throws(JSONTextError) -> Void
  ) throws(JSONTextError) {
    if byte(range.lowerBound) == UInt8(ascii: "n") { return }
    guard byte(range.lowerBound) == UInt8(ascii: "[") else { throw error(range.lowerBound, "a list is missing") }
    var index = afterSpace(range.lowerBound + 1)
    if byte(index) == UInt8(ascii: "]") { return }
    while true {
      let end = try valueEnd(index)
      try body(index..<end)
      let next = afterSpace(end)
      if byte(next) == UInt8(ascii: "]") { return }
      guard byte(next) == UInt8(ascii: ",") else { throw error(next, "',' or ']' is missing") }
      index = afterSpace(next + 1)
    }
  }

  /// The value of the first member with a key; `nil` where there is none, or no object.
  package func member(_ key: String, in range: Range<Int>) throws(JSONTextError) -> Range<Int>? {
    guard byte(range.lowerBound) == UInt8(ascii: "{") else { return nil }
    var found: Range<Int>?
    try forEachMember(
      in: range,
      until: { (name, value) throws(JSONTextError) in
        if equals(name, key) { found = value }
        return found != nil
      })
    return found
  }

  /// The text of a string value; `nil` when it is no string.
  package func string(_ range: Range<Int>) -> String? {
    guard byte(range.lowerBound) == UInt8(ascii: "\"") else { return nil }
    let content = bytes[range.lowerBound + 1..<range.upperBound - 1]
    if !content.contains(UInt8(ascii: "\\")) { return String(decoding: content, as: UTF8.self) }
    return try? JSONDecoder().decode(String.self, from: Data(bytes[range]))
  }

  /// A text as a JSON string.
  package static func quoted(_ text: String) -> [UInt8] {
    // Texts are valid Unicode, so that encoding cannot fail; if it did, an empty text would tell nothing wrong.
    (try? JSONEncoder().encode(text)).map { Array($0) } ?? Array("\"\"".utf8)
  }

  /// A number value; `nil` when it is none.
  package func number(_ range: Range<Int>) -> Double? {
    Double(String(decoding: bytes[range], as: UTF8.self))
  }

  package func equals(_ range: Range<Int>, _ text: String) -> Bool {
    bytes[range].elementsEqual(text.utf8)
  }

  package func isString(_ range: Range<Int>) -> Bool { byte(range.lowerBound) == UInt8(ascii: "\"") }
  package func isObject(_ range: Range<Int>) -> Bool { byte(range.lowerBound) == UInt8(ascii: "{") }
  package func isArray(_ range: Range<Int>) -> Bool { byte(range.lowerBound) == UInt8(ascii: "[") }

  private func byte(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

  private func error(_ offset: Int, _ reason: String) -> JSONTextError { JSONTextError(offset: offset, reason: reason) }

  private func afterSpace(_ start: Int) -> Int {
    var index = start
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default: return index
      }
    }
    return index
  }

  /// The index after the string that begins at `start`.
  private func stringEnd(_ start: Int) throws(JSONTextError) -> Int {
    guard byte(start) == UInt8(ascii: "\"") else { throw error(start, "a string is missing") }
    var index = start + 1
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""): return index + 1
      case UInt8(ascii: "\\"): index += 2
      default: index += 1
      }
    }
    throw error(start, "a string is not closed")
  }

  /// The index after the value that begins at `start`; brackets are counted, not matched.
  private func valueEnd(_ start: Int) throws(JSONTextError) -> Int {
    var index = start
    var depth = 0
    repeat {
      guard let first = byte(index) else { throw error(start, "a value is cut short") }
      switch first {
      case UInt8(ascii: "\""): index = try stringEnd(index)
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        index += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        index += 1
        if depth < 0 { throw error(start, "a value is missing") }
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        if depth == 0 { throw error(start, "a value is missing") }
        index += 1
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default: index = try literalEnd(index)
      }
    } while depth > 0
    return index
  }

  /// The index after a number, `true`, `false` or `null`.
  private func literalEnd(_ start: Int) throws(JSONTextError) -> Int {
    var index = start
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "+"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "E"):
        index += 1
      default:
        if index == start { throw error(start, "a value is missing") }
        return index
      }
    }
    if index == start { throw error(start, "a value is missing") }
    return index
  }
}
