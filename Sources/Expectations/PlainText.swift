import RunTimeline
import Units

extension Duration {
  /// A length or an instant as people read it, to a tenth of a second at best from one second on: `58.1s`, `5m0s`, `12.3ms`.
  var plain: String {
    if self == .zero { return "0s" }
    let sign = self < .zero ? "-" : ""
    let length = self < .zero ? .zero - self : self
    if length < .milliseconds(1), length > .zero { return "\(sign)\(length.nanoseconds / 1000)us" }
    if length < .seconds(1) {
      let tenths = (length.nanoseconds + 50_000) / 100_000
      return "\(sign)\(Self.decimal(tenths))ms"
    }
    let tenths = (length.nanoseconds + 50_000_000) / 100_000_000
    if tenths < 1200 { return "\(sign)\(Self.decimal(tenths))s" }
    let minutes = tenths / 600
    let hours = minutes >= 60 ? "\(minutes / 60)h" : ""
    return "\(sign)\(hours)\(minutes % 60)m\(Self.decimal(tenths % 600))s"
  }

  private static func decimal(_ tenths: Int64) -> String {
    tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}

extension InstantBounds {
  /// `at 58.1s`, or `between 58.1s and 59.2s`.
  var plain: String {
    let (low, high) = (earliest.plain, latest.plain)
    return low == high ? "at \(low)" : "between \(low) and \(high)"
  }
}

extension Int {
  /// With commas between thousands: `336,000`.
  var grouped: String {
    var digits = String(magnitude)
    var result = ""
    while digits.count > 3 {
      result = "," + digits.suffix(3) + result
      digits.removeLast(3)
    }
    return (self < 0 ? "-" : "") + digits + result
  }

  /// `1 pod`, `2 pods`.
  func of(_ thing: String) -> String { "\(grouped) \(thing)\(self == 1 ? "" : "s")" }
}

/// A share in per cent with as many decimals as tell it from 0 and 100: `99.94%`. Verdicts and reports print it alike.
package func percentText(_ part: Int, of whole: Int) -> String {
  guard whole > 0 else { return "none" }
  let billionths = Int64((Double(part) / Double(whole) * 1e9).rounded())
  for digits in [Int64(100_000), 10_000, 1000, 100, 1] {
    let rounded = (billionths + digits / 2) / digits * digits
    if (rounded > 0 || part == 0) && (rounded < 1_000_000_000 || part == whole) {
      return Percentage(billionths: rounded).description
    }
  }
  return Percentage(billionths: billionths).description
}
