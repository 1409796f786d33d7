extension Int64 {
  /// The sum, or the nearest bound of 64 bits where it does not fit.
  @inline(__always)
  package func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }

  /// The product, or the nearest bound of 64 bits where it does not fit.
  @inline(__always)
  func multipliedClamped(by other: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
  }

  /// The number rounded towards zero, or the nearest bound of 64 bits; not a number gives 0.
  init(clamping value: Double) {
    if value.isNaN {
      self = 0
    } else if value >= 0x1p63 {
      self = .max
    } else if value <= -0x1p63 {
      self = .min
    } else {
      self = Int64(value)
    }
  }
}

extension Int {
  /// The largest replica count: Kubernetes keeps counts in 32 bits.
  static let maximumReplicas = Int(Int32.max)

  /// A replica count from a ratio, rounded up and held within 32 bits; not a number gives 0.
  init(replicas value: Double) {
    let ceiling = value.rounded(.up)
    if ceiling.isNaN {
      self = 0
    } else if ceiling >= Double(Int32.max) {
      self = Self.maximumReplicas
    } else {
      self = Int(Swift.max(ceiling, Double(Int32.min)))
    }
  }
}
