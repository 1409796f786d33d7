/// A Kubernetes quantity in thousandths: `250m`, `1.5`, `256Mi`, `2e3`.
///
/// Reading rounds up to whole thousandths and saturates at the 64-bit limits, as `Quantity.MilliValue` does
/// (Kubernetes, apimachinery/pkg/api/resource/quantity.go and scale_int.go).
package struct Quantity: Sendable, Equatable, Hashable, Comparable, CustomStringConvertible {
  /// The value in thousandths: millicores for CPU, thousandths of a byte for memory.
  package let milli: Int64

  package static let zero = Quantity(milli: 0)

  package init(milli: Int64) {
    self.milli = milli
  }

  /// The value in whole units, rounded up (`Quantity.Value`).
  package var value: Int64 {
    milli / 1000 + (milli % 1000 > 0 ? 1 : 0)
  }

  /// Powers behind each suffix; `nil` entries do not occur. Decimal suffixes are powers of ten, binary ones of two.
  private static let decimalExponents: [Substring: Int] = [
    "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
  ]
  private static let binaryShifts: [Substring: Int] = [
    "Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60,
  ]

  /// Reads a quantity: a decimal number and a suffix (`n u m k M G T P E`, `Ki Mi Gi Ti Pi Ei`) or exponent (`e3`, `E3`).
  ///
  /// - Throws: ``UnitProblem`` when the text is not a quantity.
  package init(text: String) throws(UnitProblem) {
    let problem = UnitProblem("\"\(text)\" is not a quantity: write a number and a suffix, as in 250m, 1.5 or 256Mi")
    var rest = Substring(text)
    let negative = rest.first == "-"
    if let first = rest.first, first == "-" || first == "+" { rest = rest.dropFirst() }
    let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let suffix = rest.dropFirst(number.count)
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.contains(where: { !$0.isEmpty }) else { throw problem }
    let digits = (parts[0] + (parts.count == 2 ? parts[1] : "")).drop { $0 == "0" }
    let decimals = parts.count == 2 ? parts[1].count : 0

    var exponent = 3 - decimals
    var shift = 0
    if let power = Self.decimalExponents[suffix] {
      exponent += power
    } else if let bits = Self.binaryShifts[suffix] {
      shift = bits
    } else if let first = suffix.first, first == "e" || first == "E", let power = Int(suffix.dropFirst()) {
      // Far beyond what 64 bits hold in either direction, so that no sum overflows.
      exponent += min(max(power, -10_000), 10_000)
    } else {
      throw problem
    }
    let magnitude = Self.ceiling(digits: digits, tens: exponent, shift: shift, negative: negative)
    milli = negative ? -magnitude : magnitude
  }

  /// `digits × 10^tens × 2^shift`, away from zero for positive and towards zero for negative numbers, saturating.
  private static func ceiling(digits: Substring, tens: Int, shift: Int, negative: Bool) -> Int64 {
    var value = UInt128(0)
    let limit = UInt128(Int64.max)
    for digit in digits {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      guard !overflow, let number = digit.wholeNumberValue else { return .max }
      value = product + UInt128(number)
    }
    if value == 0 { return 0 }
    for _ in 0..<max(shift, 0) {
      guard value <= UInt128.max >> 1 else { return .max }
      value <<= 1
    }
    var exponent = tens
    while exponent > 0 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      guard !overflow else { return .max }
      value = product
      exponent -= 1
    }
    var remainder = false
    while exponent < 0, value > 0 {
      remainder = remainder || value % 10 != 0
      value /= 10
      exponent += 1
    }
    if remainder, !negative { value += 1 }
    return value >= limit ? .max : Int64(value)
  }

  package static func < (left: Quantity, right: Quantity) -> Bool {
    left.milli < right.milli
  }

  /// The canonical decimal text: whole units with the largest suffix that keeps them whole, else thousandths.
  package var description: String {
    if milli % 1000 != 0 { return "\(milli)m" }
    var whole = milli / 1000
    if whole == 0 { return "0" }
    for suffix in ["", "k", "M", "G", "T", "P"] {
      if whole % 1000 != 0 { return "\(whole)\(suffix)" }
      whole /= 1000
    }
    return "\(whole)E"
  }

  /// The canonical text with binary suffixes, `128Mi`: whole units, rounded up, with the largest suffix that keeps them
  /// whole. Below 1024 units it is the decimal text, as in Kubernetes.
  package var binaryText: String {
    if milli.magnitude < 1_024_000 { return description }
    var whole = value
    for suffix in ["", "Ki", "Mi", "Gi", "Ti", "Pi"] {
      if whole % 1024 != 0 { return "\(whole)\(suffix)" }
      whole /= 1024
    }
    return "\(whole)Ei"
  }
}
