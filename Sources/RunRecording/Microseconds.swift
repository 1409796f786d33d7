extension Duration {
  /// Whole microseconds, rounded down: how a recording keeps instants; beyond 292,000 years the nearest number of 64 bits.
  var wholeMicroseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000)
    let (product, isBeyond) = seconds.multipliedReportingOverflow(by: 1_000_000)
    let (sum, overflow) = product.addingReportingOverflow(whole - (rest < 0 ? 1 : 0))
    return isBeyond || overflow ? (seconds < 0 ? .min : .max) : sum
  }

  /// Whole microseconds, rounded up, for upper bounds.
  var wholeMicrosecondsUp: Int64 { -(Duration.zero - self).wholeMicroseconds }
}
