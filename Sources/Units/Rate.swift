/// How many requests are offered per unit of time.
///
/// Written as a number and a unit: `200/s`, `0.5/s`, `12000/min`, `3/h`. Kept per second.
package struct Rate: Sendable, Equatable, Comparable, CustomStringConvertible {
  /// Requests per second; never negative, always finite.
  package let perSecond: Double

  /// The highest rate that a profile may ask for: a million requests per second.
  ///
  /// Far beyond what one machine can send, so that a larger number is a typing error.
  package static let maximum = Rate(uncheckedPerSecond: 1_000_000)

  package static let zero = Rate(uncheckedPerSecond: 0)

  private init(uncheckedPerSecond: Double) {
    perSecond = uncheckedPerSecond
  }

  /// A rate in requests per second.
  ///
  /// - Throws: ``UnitProblem`` when the number is negative, not finite or beyond ``maximum``.
  package init(perSecond: Double) throws(UnitProblem) {
    guard perSecond >= 0, perSecond <= Self.maximum.perSecond else {
      throw UnitProblem("a rate lies between 0/s and 1000000/s")
    }
    self.perSecond = perSecond
  }

  /// Reads `NUMBER/UNIT` with the units `s`, `m` (or `min`) and `h`.
  package init(text: String) throws(UnitProblem) {
    let units: [Substring: Double] = ["s": 1, "m": 60, "min": 60, "h": 3600]
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Double(parts[0]), number.isFinite, let unit = units[parts[1]] else {
      throw UnitProblem("\"\(text)\" is not a rate: write a number and a unit, as in 200/s, 12000/min or 3/h")
    }
    guard number >= 0, number / unit <= Self.maximum.perSecond else {
      throw UnitProblem("the rate \"\(text)\" is out of range: it lies between 0/s and 1000000/s")
    }
    perSecond = number / unit
  }

  package static func < (left: Rate, right: Rate) -> Bool {
    left.perSecond < right.perSecond
  }

  package var description: String {
    perSecond == perSecond.rounded() ? "\(Int(perSecond))/s" : "\(perSecond)/s"
  }
}
