import Arrivals

/// A text of a request that may differ from request to request: a path, a header value or a body.
///
/// What a request gets depends on the seed of the plan and the index of its arrival only, so that a run can be
/// repeated, however many workers share it.
package struct RequestText: Sendable, Equatable {
  package enum Piece: Sendable, Equatable {
    case literal(String)
    /// A whole number, all of the range equally likely.
    case integer(in: ClosedRange<Int>)
    /// One of several texts, all equally likely; not empty.
    case oneOf([String])
    /// A version 4 UUID.
    case uuid
    /// The index of the arrival, from 0.
    case sequenceNumber
  }

  /// What the text stands in, which decides how values are escaped. Literals are never touched.
  enum Place {
    case path
    case plain
  }

  package let pieces: [Piece]
  /// Whether the text is the same for every request, so that it need not be rendered again.
  package let isLiteral: Bool

  package init(_ pieces: [Piece]) {
    self.pieces = pieces
    isLiteral = pieces.allSatisfy { piece in
      if case .literal = piece { true } else { false }
    }
  }

  package init(_ literal: String) {
    self.init([.literal(literal)])
  }

  /// Appends the text of one request.
  func render(into bytes: inout [UInt8], place: Place, random: inout SplitMix64, arrival: Int) {
    for piece in pieces {
      switch piece {
      case .literal(let text): bytes.append(contentsOf: text.utf8)
      case .integer(let range): Self.append(Int.random(in: range, using: &random), to: &bytes)
      case .oneOf(let texts):
        let text = texts[Int.random(in: texts.indices, using: &random)]
        if place == .path { Self.appendEncoded(text, to: &bytes) } else { bytes.append(contentsOf: text.utf8) }
      case .uuid: Self.appendUUID(&random, to: &bytes)
      case .sequenceNumber: Self.append(arrival, to: &bytes)
      }
    }
  }

  private static func append(_ number: Int, to bytes: inout [UInt8]) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    var divisor: UInt = 1
    while number.magnitude / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(number.magnitude / divisor % 10))
      divisor /= 10
    }
  }

  private static let hexDigits = Array("0123456789ABCDEF".utf8)

  /// RFC 9562, version 4: 122 random bits.
  private static func appendUUID(_ random: inout SplitMix64, to bytes: inout [UInt8]) {
    appendHexadecimal(random.next() & ~0xf000 | 0x4000, dashes: 1 << 8 | 1 << 12, to: &bytes)
    appendHexadecimal(random.next() & ~(3 << 62) | 1 << 63, dashes: 1 << 0 | 1 << 4, to: &bytes)
  }

  /// - Parameter dashes: bit *i* set for a dash before digit *i*.
  private static func appendHexadecimal(_ number: UInt64, dashes: UInt16, to bytes: inout [UInt8]) {
    for digit in 0..<16 {
      if dashes >> UInt16(digit) & 1 == 1 { bytes.append(UInt8(ascii: "-")) }
      bytes.append(hexDigits[Int(number >> UInt64(60 - 4 * digit) & 15)])
    }
  }

  /// RFC 3986: everything but unreserved characters as %XX.
  private static func appendEncoded(_ text: String, to bytes: inout [UInt8]) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        bytes.append(byte)
      default:
        bytes.append(UInt8(ascii: "%"))
        bytes.append(hexDigits[Int(byte >> 4)])
        bytes.append(hexDigits[Int(byte & 15)])
      }
    }
  }
}

extension RequestText: ExpressibleByStringLiteral {
  package init(stringLiteral value: String) {
    self.init(value)
  }
}
