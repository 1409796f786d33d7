/// An instant as Kubernetes writes it: RFC 3339 in UTC, in whole seconds or microseconds.
///
/// `metav1.Time` is cut to whole seconds, so that the instant it stands for lies in `[t, t + 1 s)`;
/// `metav1.MicroTime` keeps microseconds (Kubernetes, apimachinery/pkg/apis/meta/v1/time.go and micro_time.go).
package struct KubernetesTime: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Microseconds since 1970-01-01T00:00:00Z.
  package let microseconds: Int64
  /// Whether the text had a fraction of a second; without it the instant is known to a second only.
  package let hasFraction: Bool

  package init(microseconds: Int64, hasFraction: Bool = true) {
    self.microseconds = microseconds
    self.hasFraction = hasFraction
  }

  /// Whole seconds since 1970, as `metav1.Time` keeps them; what is beyond 64 bits of microseconds is cut to them.
  package init(seconds: Int64) {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    self.init(microseconds: overflow ? (seconds < 0 ? .min : .max) : product, hasFraction: false)
  }

  /// Seconds since 1970.
  package var seconds: Double { Double(microseconds) / 1e6 }

  /// Reads RFC 3339 with `Z` or a numeric offset; `nil` when the text is something else.
  package init?(text: String) {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int64? {
      guard range.upperBound <= bytes.count else { return nil }
      var value: Int64 = 0
      for byte in bytes[range] {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int64(byte - 0x30)
      }
      return value
    }
    func separator(_ index: Int, _ characters: String) -> Bool {
      index < bytes.count && characters.utf8.contains(bytes[index])
    }
    guard bytes.count >= 20,
      let year = number(0..<4), separator(4, "-"), let month = number(5..<7), separator(7, "-"),
      let day = number(8..<10), separator(10, "Tt "), let hour = number(11..<13), separator(13, ":"),
      let minute = number(14..<16), separator(16, ":"), let second = number(17..<19),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    var index = 19
    var fraction: Int64 = 0
    var digits = 0
    if separator(index, ".") {
      index += 1
      while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
        if digits < 6 {
          fraction = fraction * 10 + Int64(bytes[index] - 0x30)
          digits += 1
        }
        index += 1
      }
      guard digits > 0 else { return nil }
      for _ in digits..<6 { fraction *= 10 }
    }
    var offset: Int64 = 0
    if separator(index, "Zz") {
      guard index + 1 == bytes.count else { return nil }
    } else {
      guard separator(index, "+-"), bytes.count == index + 6, separator(index + 3, ":"),
        let hours = number(index + 1..<index + 3), let minutes = number(index + 4..<index + 6)
      else { return nil }
      offset = (hours * 3600 + minutes * 60) * (bytes[index] == 0x2D ? -1 : 1)
    }
    let days = Self.days(year: year, month: month, day: day)
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
    self.init(microseconds: seconds * 1_000_000 + fraction, hasFraction: digits > 0)
  }

  /// Days since 1970-01-01 of a date in the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms").
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  package static func < (left: KubernetesTime, right: KubernetesTime) -> Bool {
    left.microseconds < right.microseconds
  }

  /// RFC 3339 in UTC, with six decimals where the instant has a fraction.
  package var description: String {
    let wholeSeconds = microseconds.floorDivided(by: 1_000_000)
    let days = wholeSeconds.floorDivided(by: 86_400)
    let (year, month, day) = Self.date(days: days)
    let secondOfDay = wholeSeconds - days * 86_400
    func padded(_ value: Int64, _ width: Int = 2) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    let time = "\(padded(secondOfDay / 3600)):\(padded(secondOfDay / 60 % 60)):\(padded(secondOfDay % 60))"
    let fraction = hasFraction ? ".\(padded(microseconds - wholeSeconds * 1_000_000, 6))" : ""
    return "\(padded(year, 4))-\(padded(month))-\(padded(day))T\(time)\(fraction)Z"
  }

  private static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}

extension Int64 {
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    self / divisor - (self % divisor < 0 ? 1 : 0)
  }
}

extension KubernetesTime: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let time = KubernetesTime(text: text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is not an RFC 3339 time")
    }
    self = time
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
