import Expectations
import Units

/// A figure behind a judgement in words.
struct MeasurementText: Sendable {
  /// `58.1 to 59.1 s`, `at least 91 s`, `0.0004`.
  let value: String
  /// `<= 90 s`; `nil` where nothing is asked of it.
  let limit: String?

  init(_ measurement: Judgement.Measurement) {
    let unit = [.ratio, .count].contains(measurement.unit) ? "" : " \(measurement.unit.rawValue)"
    value =
      switch (measurement.lowest, measurement.highest) {
      case (let low?, let high?):
        (low == high ? Self.number(low) : "\(Self.number(low)) to \(Self.number(high))") + unit
      case (let low?, nil): "at least \(Self.number(low))\(unit)"
      case (nil, let high?): "at most \(Self.number(high))\(unit)"
      case (nil, nil): "not known"
      }
    limit = measurement.limit.map { "\($0.relation.rawValue) \(Self.number($0.value))\(unit)" }
  }

  /// With all its digits, and none that say nothing.
  private static func number(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? value.description
  }
}
