/// Whether a text is JSON of the plain kind that API servers write, by one pass over its bytes.
///
/// Each plain text is JSON (RFC 8259) that every reader takes alike, and a key that is looked for stands in it as it is. Not
/// plain, though it may be JSON: keys with other escapes than of quotation marks and backslashes, surrogates in escapes,
/// numbers that a reader may round or refuse, nesting deeper than any object has. Those are for a decoder.
struct PlainJSON: ~Copyable {
  /// One bit a level says whether it is an object or an array.
  private static let deepest = UInt64.bitWidth
  /// Digits of which each whole number fits into 64 bits.
  private static let mostDigits = 18

  private let bytes: UnsafeBufferPointer<UInt8>
  private var index = 0
  private var depth = 0
  private var objects: UInt64 = 0
  private var isASCII = true

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  static func isPlain(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { buffer in
      var pass = PlainJSON(buffer)
      return pass.isOneValue() && (pass.isASCII || String(validating: buffer, as: UTF8.self) != nil)
    }
  }

  private mutating func isOneValue() -> Bool {
    repeat {
      guard passedValueOrOpening() else { return false }
      while depth > 0, takes(isInObject ? "}" : "]") { depth -= 1 }
    } while depth > 0 && passedComma()
    skipSpace()
    return depth == 0 && index == bytes.count
  }

  private var isInObject: Bool { objects & 1 << UInt64(depth - 1) != 0 }

  /// Passes a value without parts, or the beginnings of some up to the first such or to an empty one.
  private mutating func passedValueOrOpening() -> Bool {
    while true {
      if depth > 0, isInObject, !passedKey() { return false }
      guard let opensObject = opening() else { return passedScalar() }
      guard depth < Self.deepest else { return false }
      if opensObject { objects |= 1 << UInt64(depth) } else { objects &= ~(1 << UInt64(depth)) }
      depth += 1
      skipSpace()
      if index < bytes.count, bytes[index] == (opensObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) { return true }
    }
  }

  /// Passes `{` or `[`; says whether it was the former, `nil` for neither.
  private mutating func opening() -> Bool? { takes("{") ? true : takes("[") ? false : nil }

  private mutating func passedComma() -> Bool { takes(",") }
  private mutating func passedKey() -> Bool { passedString(isKey: true) && takes(":") }

  private mutating func passedScalar() -> Bool {
    guard index < bytes.count else { return false }
    switch bytes[index] {
    case UInt8(ascii: "\""): return passedString(isKey: false)
    case UInt8(ascii: "t"): return passed("true")
    case UInt8(ascii: "f"): return passed("false")
    case UInt8(ascii: "n"): return passed("null")
    default: return passedNumber()
    }
  }

  private mutating func skipSpace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x0A, 0x0D, 0x09: index += 1
      default: return
      }
    }
  }

  /// Passes a mark, with the space before it.
  private mutating func takes(_ mark: Unicode.Scalar) -> Bool {
    skipSpace()
    guard index < bytes.count, bytes[index] == UInt8(ascii: mark) else { return false }
    index += 1
    return true
  }

  private mutating func passed(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard index + count <= bytes.count else { return false }
    for offset in 0..<count where bytes[index + offset] != word.utf8Start[offset] { return false }
    index += count
    return true
  }

  private mutating func passedString(isKey: Bool) -> Bool {
    guard takes("\"") else { return false }
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return true
      case UInt8(ascii: "\\"): guard passedEscape(isInKey: isKey) else { return false }
      case ..<0x20: return false
      case 0x80...: isASCII = false
      default: break
      }
    }
    return false
  }

  private mutating func passedEscape(isInKey: Bool) -> Bool {
    guard index < bytes.count else { return false }
    index += 1
    switch bytes[index - 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): return true
    case UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"),
      UInt8(ascii: "t"):
      return !isInKey
    case UInt8(ascii: "u"): return !isInKey && passedCode()
    default: return false
    }
  }

  /// Passes the four digits of a character that is no surrogate.
  private mutating func passedCode() -> Bool {
    guard index + 4 <= bytes.count else { return false }
    for offset in 0..<4 {
      switch bytes[index + offset] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
        UInt8(ascii: "A")...UInt8(ascii: "F"):
        break
      default: return false
      }
    }
    let isSurrogate = bytes[index] | 0x20 == UInt8(ascii: "d") && bytes[index + 1] >= UInt8(ascii: "8")
    index += 4
    return !isSurrogate
  }

  /// Passes a whole number, or one with a few digits behind its point.
  private mutating func passedNumber() -> Bool {
    if bytes[index] == UInt8(ascii: "-") { index += 1 }
    let start = index
    let whole = passedDigits()
    guard whole > 0, whole == 1 || bytes[start] != UInt8(ascii: "0"), whole <= Self.mostDigits else { return false }
    guard index < bytes.count else { return true }
    switch bytes[index] {
    case UInt8(ascii: "."):
      index += 1
      let fraction = passedDigits()
      guard fraction > 0, whole + fraction <= Self.mostDigits else { return false }
      return index == bytes.count || bytes[index] | 0x20 != UInt8(ascii: "e")
    case UInt8(ascii: "e"), UInt8(ascii: "E"): return false
    default: return true
    }
  }

  private mutating func passedDigits() -> Int {
    let start = index
    while index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) { index += 1 }
    return index - start
  }
}
