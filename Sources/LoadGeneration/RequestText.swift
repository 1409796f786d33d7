import Arrivals
import Curl
import LoadDriving

/// A text of a request that may differ from request to request: a path, a header value or a body.
///
/// What a request gets depends on the seed of the plan, its stream and the index of its arrival only, so that a run can be
/// repeated, however many workers share it; all but ``Piece/time(_:)``, which is that of the wall clock.
package struct RequestText: Sendable, Equatable {
  package enum Piece: Sendable, Equatable {
    case literal(String)
    /// Bytes of a file, as they are.
    case bytes([UInt8])
    /// A whole number, all of the range equally likely.
    case integer(in: ClosedRange<Int>)
    /// One of several texts, all equally likely; not empty.
    case oneOf([String])
    /// A version 4 UUID.
    case uuid
    /// The index of the arrival in its stream, from 0.
    case sequenceNumber
    /// A value of a data feed, by the index in ``LoadPlan/feeds`` and of the column. All columns of a feed come from one
    /// row.
    case column(feed: Int, column: Int)
    /// When the request was made, by the wall clock.
    case time(TimeFormat)
  }

  package enum TimeFormat: Sendable, Equatable {
    /// RFC 3339 in UTC with milliseconds.
    case rfc3339
    /// Seconds since 1970.
    case unix
    case unixMilliseconds
  }

  /// What values depend on.
  struct Context {
    let feeds: [DataFeed]
    let seed: UInt64
    let stream: Int
    let arrival: Int
    /// How many earlier requests of the same kind there are.
    let ordinal: Int
    /// Gives the values their numbers, one after the other.
    var random: SplitMix64

    /// For texts that depend on nothing.
    static var none: Context { Context(feeds: [], seed: 0, request: PendingRequest()) }

    init(plan: LoadPlan, request: PendingRequest) {
      self.init(feeds: plan.feeds, seed: plan.seed, request: request)
    }

    private init(feeds: [DataFeed], seed: UInt64, request: PendingRequest) {
      self.feeds = feeds
      self.seed = seed
      stream = request.stream
      arrival = request.arrival
      ordinal = request.ordinal
      random = SplitMix64(seed: seed, purpose: .values, stream: stream, arrival: arrival)
    }
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
      switch piece {
      case .literal, .bytes: true
      default: false
      }
    }
  }

  package init(_ literal: String) {
    self.init([.literal(literal)])
  }

  /// Appends the text of one request.
  func render(into bytes: inout [UInt8], place: Place, _ context: inout Context) {
    for piece in pieces {
      switch piece {
      case .literal(let text): bytes.append(contentsOf: text.utf8)
      case .bytes(let content): bytes.append(contentsOf: content)
      case .integer(let range): Self.append(Int.random(in: range, using: &context.random), to: &bytes)
      case .oneOf(let texts):
        Self.append(texts[Int.random(in: texts.indices, using: &context.random)], place, to: &bytes)
      case .uuid: Self.appendUUID(&context.random, to: &bytes)
      case .sequenceNumber: Self.append(context.arrival, to: &bytes)
      case .column(let feed, let column):
        let rows = context.feeds[feed].rows
        Self.append(rows[context.feeds[feed].row(feed: feed, context)][column], place, to: &bytes)
      case .time(let format): Self.appendTime(format, to: &bytes)
      }
    }
  }

  private static func append(_ text: String, _ place: Place, to bytes: inout [UInt8]) {
    if place == .path { appendEncoded(text, to: &bytes) } else { bytes.append(contentsOf: text.utf8) }
  }

  private static func appendTime(_ format: TimeFormat, to bytes: inout [UInt8]) {
    let milliseconds = Int(MonotonicClock.wallMilliseconds())
    switch format {
    case .unix: append(milliseconds / 1000, to: &bytes)
    case .unixMilliseconds: append(milliseconds, to: &bytes)
    case .rfc3339: appendDate(milliseconds, to: &bytes)
    }
  }

  /// `2026-11-23T22:48:37.123Z`. Days to date as in Howard Hinnant, *chrono-Compatible Low-Level Date Algorithms*.
  private static func appendDate(_ milliseconds: Int, to bytes: inout [UInt8]) {
    let (days, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    appendPadded(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), 4, "-", to: &bytes)
    appendPadded(month, 2, "-", to: &bytes)
    appendPadded(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, 2, "T", to: &bytes)
    appendPadded(rest / 3_600_000, 2, ":", to: &bytes)
    appendPadded(rest / 60_000 % 60, 2, ":", to: &bytes)
    appendPadded(rest / 1000 % 60, 2, ".", to: &bytes)
    appendPadded(rest % 1000, 3, "Z", to: &bytes)
  }

  private static func appendPadded(
    _ number: Int, _ digits: Int, _ separator: Unicode.Scalar, to bytes: inout [UInt8]
  ) {
    var divisor = 1
    for _ in 1..<digits { divisor *= 10 }
    while divisor > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
      divisor /= 10
    }
    bytes.append(UInt8(ascii: separator))
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
