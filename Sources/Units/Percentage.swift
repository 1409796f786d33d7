/// A share between 0 % and 100 %, kept exactly in billionths.
///
/// Exact, because `(1 - 0.9999) * 10000` in floating point is less than one, and a budget of one failure would
/// round down to none.
package struct Percentage: Sendable, Equatable, Hashable, Comparable, CustomStringConvertible {
  /// The share in billionths: 1 % is 10,000,000.
  package let billionths: Int64

  package static let whole: Int64 = 1_000_000_000

  /// Reads `99.9%`, with at most seven decimals.
  ///
  /// - Throws: ``UnitProblem`` without the percent sign, outside 0 to 100, or with more decimals.
  package init(text: String) throws(UnitProblem) {
    let problem = UnitProblem("\"\(text)\" is not a percentage: write a number from 0 to 100 and %, as in 99.9%")
    guard text.last == "%" else { throw problem }
    let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isWholeNumber) }),
      let whole = Int64(parts[0]), whole <= 100
    else { throw problem }
    let decimals = parts.count == 2 ? parts[1] : ""
    guard decimals.count <= 7, let fraction = Int64(decimals + String(repeating: "0", count: 7 - decimals.count)),
      whole * 10_000_000 + fraction <= Self.whole
    else { throw problem }
    billionths = whole * 10_000_000 + fraction
  }

  /// A share in billionths, clamped to 0 ... 100 %.
  package init(billionths: Int64) {
    self.billionths = min(max(billionths, 0), Self.whole)
  }

  /// The share as a number from 0 to 1.
  package var fraction: Double { Double(billionths) / Double(Self.whole) }

  /// What is left to 100 %: for an objective, its error budget.
  package var complement: Percentage { Percentage(billionths: Self.whole - billionths) }

  /// The largest whole number that is at most this share of `count`.
  package func floor(of count: Int) -> Int {
    let product = Int64(count).multipliedFullWidth(by: billionths)
    return Int(Self.whole.dividingFullWidth(product).quotient)
  }

  package static func < (left: Percentage, right: Percentage) -> Bool {
    left.billionths < right.billionths
  }

  package var description: String {
    var fraction = String(billionths % 10_000_000)
    fraction = String(repeating: "0", count: 7 - fraction.count) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    return "\(billionths / 10_000_000)" + (fraction.isEmpty ? "" : "." + fraction) + "%"
  }
}
