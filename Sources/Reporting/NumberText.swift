import Units

// Numbers as reports print them: the same in every locale, in the unit that reads best.

extension Double {
  /// A number with a fixed count of decimals; `-` when it is not finite or too large to print so.
  func fixed(_ decimals: Int) -> String {
    guard isFinite, magnitude < 1e12 else { return "-" }
    var power: Int64 = 1
    for _ in 0..<decimals { power *= 10 }
    let scaled = Int64((self * Double(power)).rounded())
    guard decimals > 0 else { return String(scaled) }
    let (whole, fraction) = scaled.magnitude.quotientAndRemainder(dividingBy: UInt64(power))
    let digits = String(fraction)
    let padding = String(repeating: "0", count: decimals - digits.count)
    return "\(scaled < 0 ? "-" : "")\(whole).\(padding)\(digits)"
  }

  /// The shortest text to a hundredth, for coordinates.
  var coordinate: String {
    var text = fixed(2)
    guard text != "-", text.contains(".") else { return "0" }
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text == "-0" ? "0" : text
  }

  /// A rate or a count with at most one decimal, and that only below ten: `1,400`, `7.5`.
  var rateText: String {
    if magnitude < 10, (self * 10).rounded() != rounded() * 10 { return fixed(1) }
    return Int(exactly: rounded()).map(\.grouped) ?? "-"
  }

  /// A load of the machine in percent, which may be more than a hundred: `98%`, `1.5%`.
  var wholePercent: String {
    let percent = self * 100
    return "\(percent < 10 && percent > 0 ? percent.fixed(1) : percent.fixed(0))%"
  }
}

extension Int {
  /// With a comma between groups of three digits: `336,000`.
  var grouped: String {
    var digits = String(magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (self < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// `1 request`, `2 requests`.
  func counted(_ singular: String, _ plural: String? = nil) -> String {
    "\(grouped) \(self == 1 ? singular : plural ?? singular + "s")"
  }
}

extension Duration {
  /// A length of time as profiles write it: `18m`, `18m5s`, `28.4s`, `1h2m`.
  var lengthText: String {
    let total = seconds
    if total < 0 { return "-" + (Duration.zero - self).lengthText }
    if total < 59.95 { return total.fixed(total < 9.995 && total != total.rounded() ? 2 : 1).trimmedDecimals + "s" }
    let whole = Int(total.rounded())
    if whole < 3600 { return "\(whole / 60)m" + (whole % 60 == 0 ? "" : "\(whole % 60)s") }
    return "\(whole / 3600)h" + (whole / 60 % 60 == 0 ? "" : "\(whole / 60 % 60)m")
  }
}

extension String {
  fileprivate var trimmedDecimals: String {
    guard contains(".") else { return self }
    var text = self
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// The text in a field of a width, filled with spaces; longer texts stay as they are.
  func padded(to width: Int) -> String {
    count >= width ? self : self + String(repeating: " ", count: width - count)
  }

  func leftPadded(to width: Int) -> String {
    count >= width ? self : String(repeating: " ", count: width - count) + self
  }
}
