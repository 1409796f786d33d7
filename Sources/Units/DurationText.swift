// Durations as Kubernetes and Go write them: `90s`, `250ms`, `1h30m`, `1.5s`.

extension Duration {
  /// Units of a duration text, the longest first, with their length in nanoseconds.
  private static let textUnits: [(name: String, nanoseconds: Int64)] = [
    ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
    ("ms", 1_000_000), ("us", 1_000), ("µs", 1_000), ("ns", 1),
  ]

  /// Reads a duration written as in Kubernetes: one or more numbers, each with a unit (`h`, `m`, `s`, `ms`, `us`, `ns`).
  ///
  /// The grammar is that of Go's `time.ParseDuration` without a sign; `0` alone needs no unit.
  ///
  /// - Throws: ``UnitProblem`` for anything else, including lengths beyond 292 years.
  package init(text: String) throws(UnitProblem) {
    let problem = UnitProblem(
      "\"\(text)\" is not a duration: write a number and a unit, as in 90s, 250ms or 1h30m")
    if text == "0" {
      self = .zero
      return
    }
    var rest = Substring(text)
    guard !rest.isEmpty else { throw problem }
    var total: Int64 = 0
    while !rest.isEmpty {
      let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(number.count)
      let unitName = rest.prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
      rest = rest.dropFirst(unitName.count)
      guard
        let unit = Self.textUnits.first(where: { $0.name == unitName }),
        let nanoseconds = Self.nanoseconds(decimal: number, unit: unit.nanoseconds)
      else { throw problem }
      let (sum, overflow) = total.addingReportingOverflow(nanoseconds)
      guard !overflow else { throw problem }
      total = sum
    }
    self = .nanoseconds(total)
  }

  private static func nanoseconds(decimal: Substring, unit: Int64) -> Int64? {
    let parts = decimal.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.contains(where: { !$0.isEmpty }) else { return nil }
    let whole = parts[0].isEmpty ? 0 : Int64(parts[0])
    guard let whole else { return nil }
    let (scaled, overflow) = whole.multipliedReportingOverflow(by: unit)
    guard !overflow else { return nil }
    guard parts.count == 2, !parts[1].isEmpty else { return scaled }
    guard let fraction = Double("0." + parts[1]) else { return nil }
    let (sum, sumOverflow) = scaled.addingReportingOverflow(Int64((fraction * Double(unit)).rounded()))
    return sumOverflow ? nil : sum
  }

  /// The shortest Kubernetes text for this duration, to a nanosecond: `1m30s`, `250ms`, `0s`, `-2s`.
  package var text: String {
    var rest = nanoseconds
    if rest == 0 { return "0s" }
    let sign = rest < 0 ? "-" : ""
    rest = Swift.abs(rest)
    if rest < 1_000_000_000 {
      for (name, unit) in [("ms", Int64(1_000_000)), ("us", 1_000), ("ns", 1)] where rest % unit == 0 {
        return "\(sign)\(rest / unit)\(name)"
      }
    }
    var result = sign
    for (name, unit) in Self.textUnits.prefix(2) where rest >= unit {
      result += "\(rest / unit)\(name)"
      rest %= unit
    }
    if rest > 0 {
      let seconds = rest / 1_000_000_000
      var fraction = String(rest % 1_000_000_000)
      if rest % 1_000_000_000 == 0 { return result + "\(seconds)s" }
      fraction = String(repeating: "0", count: 9 - fraction.count) + fraction
      while fraction.last == "0" { fraction.removeLast() }
      result += "\(seconds).\(fraction)s"
    }
    return result
  }

  /// As ``text``, cut to a microsecond: for what was measured.
  package var textToMicroseconds: String { Duration.nanoseconds(nanoseconds / 1000 * 1000).text }

  /// Whole nanoseconds, rounded towards zero; beyond 292 years the nearest number of 64 bits.
  package var nanoseconds: Int64 { whole(1_000_000_000) }

  /// Whole microseconds, rounded towards zero; beyond 292,000 years the nearest number of 64 bits.
  package var microseconds: Int64 { whole(1_000_000) }

  private func whole(_ partsOfSecond: Int64) -> Int64 {
    let parts = attoseconds / Int128(1_000_000_000_000_000_000 / partsOfSecond)
    if parts > Int128(Int64.max) { return .max }
    return parts < Int128(Int64.min) ? .min : Int64(truncatingIfNeeded: parts)
  }

  /// The length in seconds, as a floating-point number for charts and ratios.
  package var seconds: Double {
    let attoseconds = attoseconds
    guard attoseconds >= 0, attoseconds < Int128(1) << 92 else {
      let (whole, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000_000)
      return Double(Int64(truncatingIfNeeded: whole)) + Double(Int64(truncatingIfNeeded: rest)) * 1e-18
    }
    // The same without a division of 128 bits, which takes longer than the rest: the whole seconds to one, and what is left
    // tells which.
    var whole = Int64(Double(Int64(truncatingIfNeeded: attoseconds >> 30)) * (0x1p30 / 1e18))
    var rest = Int64(truncatingIfNeeded: attoseconds) &- whole &* 1_000_000_000_000_000_000
    if rest < 0 {
      whole -= 1
      rest += 1_000_000_000_000_000_000
    } else if rest >= 1_000_000_000_000_000_000 {
      whole += 1
      rest -= 1_000_000_000_000_000_000
    }
    return Double(whole) + Double(rest) * 1e-18
  }

  /// So many nanoseconds times a factor: to the last bit what `.nanoseconds(count) * factor` is, and faster, for who
  /// asks once for each request.
  package static func nanoseconds(_ count: Int64, times factor: Double) -> Duration {
    // Up to 2^53 the product with 10^9 is rounded once, as the number of attoseconds would be.
    let attoseconds = Double(count) * 1e9 * factor
    // From 2^(52 + n) on a Double is a multiple of 2^n.
    switch attoseconds.magnitude {
    case _ where count.magnitude > 1 << 53: return .nanoseconds(count) * factor
    case ..<0x1p62: return Duration(attoseconds: Int128(Int64(attoseconds)))
    case ..<0x1p72: return Duration(attoseconds: Int128(Int64(attoseconds * 0x1p-10)) << 10)
    case ..<0x1p82: return Duration(attoseconds: Int128(Int64(attoseconds * 0x1p-20)) << 20)
    default: return .nanoseconds(count) * factor
    }
  }

  /// The first count of nanoseconds that is this length or more once it is multiplied by a factor, as
  /// ``nanoseconds(_:times:)`` does it: who waits for an instant of the faster clock, and rounds in another way, may wake up
  /// before it, and again for ever.
  ///
  /// - Parameter factor: above zero.
  package func nanosecondsReached(times factor: Double) -> Int64 {
    var count = (self / factor).nanoseconds
    while Duration.nanoseconds(count, times: factor) >= self { count -= 1 }
    while Duration.nanoseconds(count, times: factor) < self { count += 1 }
    return count
  }
}
