/// The vertical axis of a chart: from values to heights, with ticks that people can read.
struct ValueAxis: Sendable {
  enum Scale: Sendable {
    case linear
    case logarithmic
  }

  let scale: Scale
  let low: Double
  let high: Double
  /// Height of the plot in pixels; heights count from the top.
  let height: Double
  let ticks: [Double]

  /// A linear axis from zero, or a logarithmic one between the powers around the values.
  init(_ scale: Scale, values: some Sequence<Double>, height: Double, wholeNumbers: Bool = false) {
    let usable = values.filter { $0.isFinite && (scale == .linear || $0 > 0) }
    self.scale = scale
    self.height = height
    switch scale {
    case .linear:
      let highest = max(usable.max() ?? 1, wholeNumbers ? 1 : 1e-6)
      let step = Self.niceStep(highest / 4, wholeNumbers: wholeNumbers)
      let count = max((highest * 1.04 / step).rounded(.up), 1)
      low = 0
      high = step * count
      ticks = (0...Int(count)).map { Double($0) * step }
    case .logarithmic:
      let steps = Self.logarithmicSteps
      let smallest = usable.min() ?? 1
      let largest = usable.max() ?? 10
      let bottom = steps.last { $0 <= smallest } ?? steps[0]
      var top = steps.first { $0 >= largest } ?? steps[steps.count - 1]
      if top <= bottom { top = steps.first { $0 > bottom } ?? bottom * 10 }
      low = bottom
      high = top
      let inside = steps.filter { $0 >= bottom && $0 <= top }
      ticks = inside.count <= 7 ? inside : Self.powersOfTen(inside)
    }
  }

  /// Height of a value from the top of the plot, kept inside it.
  func y(_ value: Double) -> Double {
    let share: Double
    switch scale {
    case .linear: share = (value - low) / (high - low)
    case .logarithmic: share = (Self.log10(max(value, low)) - Self.log10(low)) / (Self.log10(high) - Self.log10(low))
    }
    guard share.isFinite else { return height }
    return height * (1 - min(max(share, 0), 1))
  }

  private static func niceStep(_ rough: Double, wholeNumbers: Bool) -> Double {
    var power = 1e-9
    while power * 10 <= rough { power *= 10 }
    let step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? power * 10
    return wholeNumbers ? max(step.rounded(.up), 1) : step
  }

  /// 1, 2, 5 times the powers of ten from a microsecond to a day, in milliseconds.
  private static let logarithmicSteps: [Double] = (-3...8).flatMap { exponent in
    [1, 2, 5].map { $0 * power(of: exponent) }
  }

  private static func power(of exponent: Int) -> Double {
    var value = 1.0
    for _ in 0..<abs(exponent) { value *= 10 }
    return exponent < 0 ? 1 / value : value
  }

  private static func powersOfTen(_ steps: [Double]) -> [Double] {
    let powers = steps.filter { step in (-3...8).contains { abs(power(of: $0) / step - 1) < 1e-9 } }
    return powers.count >= 2 ? powers : [steps[0], steps[steps.count - 1]]
  }

  private static func log10(_ value: Double) -> Double {
    // Without Foundation: the exponent, and the significand by the series of the inverse hyperbolic tangent.
    guard value > 0, value.isFinite else { return -.infinity }
    let ratio = (value.significand - 1) / (value.significand + 1)
    var term = ratio
    var sum = 0.0
    var divisor = 1.0
    while term.magnitude > 1e-12 {
      sum += term / divisor
      term *= ratio * ratio
      divisor += 2
    }
    let naturalLogarithm = 2 * sum + Double(value.exponent) * 0.693_147_180_559_945_3
    return naturalLogarithm / 2.302_585_092_994_045_7
  }
}
