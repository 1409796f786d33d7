import Foundation

/// The times of access logs, as whole seconds since 1970 in UTC.
enum LogTime {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// `23/Nov/2026:22:10:05 +0100`: nginx' `$time_local` and Apache's `%t`.
  static func common(_ text: Substring) -> Int64? {
    let parts = text.split(separator: " ")
    let date = parts.first?.split(separator: "/", omittingEmptySubsequences: false) ?? []
    guard parts.count == 2, date.count == 3, let month = months.firstIndex(of: String(date[1])) else { return nil }
    let clock = date[2].split(separator: ":", omittingEmptySubsequences: false)
    guard clock.count == 4, let day = number(date[0]), let year = number(clock[0]), let hour = number(clock[1]),
      let minute = number(clock[2]), let second = number(clock[3]), let offset = offset(parts[1])
    else { return nil }
    return seconds(year, month + 1, day, hour, minute, second).map { $0 - offset }
  }

  /// `2026-11-23T22:10:05.123Z` and its like (RFC 3339, ISO 8601): with `T` or a blank, with or without a fraction. Without
  /// a zone it counts as UTC.
  static func iso8601(_ text: Substring) -> Int64? {
    guard let cut = text.firstIndex(where: { $0 == "T" || $0 == " " || $0 == "t" }) else { return nil }
    let date = text[..<cut].split(separator: "-", omittingEmptySubsequences: false)
    let rest = text[text.index(after: cut)...]
    let zoneStart = rest.firstIndex { "Zz+- ".contains($0) } ?? rest.endIndex
    let clock = rest[..<zoneStart].split(separator: ":", omittingEmptySubsequences: false)
    guard date.count == 3, clock.count == 3, let year = number(date[0]), let month = number(date[1]),
      let day = number(date[2]), let hour = number(clock[0]), let minute = number(clock[1])
    else { return nil }
    let parts = clock[2].split(whereSeparator: { $0 == "." || $0 == "," })
    guard let second = parts.first.flatMap(number), parts.count <= 2 else { return nil }
    let zone = Substring(rest[zoneStart...].filter { $0 != " " })
    let isUTC = zone.isEmpty || zone == "Z" || zone == "z" || zone == "UTC"
    guard let offset = isUTC ? 0 : offset(zone) else { return nil }
    return seconds(year, month, day, hour, minute, second).map { $0 - offset }
  }

  /// Seconds since 1970, or milliseconds, microseconds or nanoseconds where the number is too large for seconds.
  ///
  /// Before September 2001 there are no logs to replay: a smaller number is something else, a process or a duration.
  static func unix(_ text: Substring) -> Int64? {
    guard var value = Double(text), value.isFinite, value >= 1e9 else { return nil }
    // Seconds reach 1e11 in the year 5138, milliseconds lie beyond since 1973.
    for _ in 0..<3 where value >= 1e11 { value /= 1000 }
    return value < 1e11 ? Int64(value.rounded(.down)) : nil
  }

  /// Any of the above.
  static func any(_ text: Substring) -> Int64? {
    iso8601(text) ?? common(text) ?? unix(text)
  }

  /// `2026-11-23T22:10:05Z`
  static func text(of second: Int64) -> String {
    let day = Int64((Double(second) / 86_400).rounded(.down))
    let clock = Int(second - day * 86_400)
    let (year, month, date) = civil(day)
    return "\(padded(year, 4))-\(padded(month))-\(padded(date))T\(padded(clock / 3600)):\(padded(clock / 60 % 60)):"
      + "\(padded(clock % 60))Z"
  }

  static func padded(_ value: Int, _ width: Int = 2) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(width - digits.count, 0)) + digits
  }

  private static func number(_ text: Substring) -> Int? {
    text.utf8.count <= 4 && !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
  }

  /// `+0100`, `-03:30` or `+01` in seconds.
  private static func offset(_ text: Substring) -> Int64? {
    guard let sign = text.first, "+-".contains(sign) else { return nil }
    let digits = Substring(text.dropFirst().filter { $0 != ":" })
    guard digits.count == 4 || digits.count == 2, let value = number(digits) else { return nil }
    let (hours, minutes) = digits.count == 4 ? (value / 100, value % 100) : (value, 0)
    guard hours <= 15, minutes < 60 else { return nil }
    return Int64((hours * 60 + minutes) * 60) * (sign == "-" ? -1 : 1)
  }

  private static func seconds(
    _ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int
  ) -> Int64? {
    // A leap second is told as 60 and counts as the second after.
    guard (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60 else { return nil }
    let days = self.days(year, month, day)
    guard civil(days) == (year, month, day) else { return nil }
    return days * 86_400 + Int64(hour * 3600 + minute * 60 + second)
  }

  /// Days from 1 January 1970 in the Gregorian calendar (Howard Hinnant, *chrono-Compatible Low-Level Date Algorithms*).
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int64(era * 146_097 + dayOfEra - 719_468)
  }

  private static func civil(_ days: Int64) -> (year: Int, month: Int, day: Int) {
    let shifted = Int(days) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}
