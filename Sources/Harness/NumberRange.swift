/// From which numbers a sweep draws: `60..300`, `0.5..0.9`, `100/s..400/s`.
struct NumberRange: Sendable, Equatable {
  private let low: Double
  private let high: Double
  private let decimals: Int
  /// What stands behind the number.
  private let unit: String

  /// - Returns: `nil` for a text that is no range of numbers in one unit.
  init?(_ text: String) {
    guard let dots = text.firstRange(of: "..") else { return nil }
    guard let low = Self.number(text[..<dots.lowerBound]), let high = Self.number(text[dots.upperBound...]),
      low.unit == high.unit, low.value < high.value
    else { return nil }
    (self.low, self.high, unit) = (low.value, high.value, low.unit)
    decimals = max(low.decimals, high.decimals)
  }

  private static func number(_ text: Substring) -> (value: Double, decimals: Int, unit: String)? {
    let digits = text.prefix { $0.isNumber || $0 == "." || $0 == "-" }
    guard let value = Double(digits), value.isFinite else { return nil }
    let decimals = digits.firstIndex(of: ".").map { digits.distance(from: $0, to: digits.endIndex) - 1 } ?? 0
    return (value, decimals, String(text[digits.endIndex...]))
  }

  /// The number at a share of the way, from 0 to 1, with as many decimals as the bounds; of whole numbers each is as likely.
  func value(at share: Double) -> String {
    var power = 1.0
    for _ in 0..<decimals { power *= 10 }
    let steps = ((high - low) * power).rounded() + 1
    let step = min((share * steps).rounded(.down), steps - 1)
    let value = low + step / power
    return (decimals == 0 ? "\(Int(value.rounded()))" : Self.text(value, decimals)) + unit
  }

  private static func text(_ value: Double, _ decimals: Int) -> String {
    var power = 1
    for _ in 0..<decimals { power *= 10 }
    let scaled = Int((value * Double(power)).rounded())
    let fraction = "\(scaled.magnitude % UInt(power))"
    let zeros = String(repeating: "0", count: decimals - fraction.count)
    return "\(scaled < 0 ? "-" : "")\(scaled.magnitude / UInt(power)).\(zeros)\(fraction)"
  }
}
