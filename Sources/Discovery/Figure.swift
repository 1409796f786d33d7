import Foundation
import Units

/// Numbers as comments tell them.
enum Figure {
  /// Three digits, without zeros at the end: `0.75`, `14`, `1.13`, `1240`.
  static func text(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return "∞" }
    guard value != 0 else { return "0" }
    let decimals = max(digits - 1 - Int(log10(value.magnitude).rounded(.down)), 0)
    var text = String(format: "%.\(decimals)f", value)
    if text.contains(".") {
      while text.last == "0" { text.removeLast() }
      if text.last == "." { text.removeLast() }
    }
    return text
  }

  /// CPU in thousandths of a core: `250m`, `1.2 cores`.
  static func milli(_ value: Double) -> String {
    value.magnitude < 1000 ? "\(text(value))m" : "\(text(value / 1000)) cores"
  }

  static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

  static func seconds(_ value: Double) -> String { "\(text(value)) s" }

  static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }

  /// Whole seconds, as a profile writes them.
  static func duration(_ seconds: Double) -> String { Duration.seconds(Int(seconds.rounded(.up))).text }

  /// Rounded up to a multiple.
  static func up(_ seconds: Double, to step: Double) -> Double { (seconds / step).rounded(.up) * step }
}

/// A rate that a profile writes: as round as the bounds let it be.
package struct RoundRate: Sendable, Equatable {
  package let perSecond: Double
  package let text: String

  /// The roundest rate between two, near their middle; `nil` where there is none.
  init?(between low: Double, and high: Double) {
    guard high > 0, low <= high, high.isFinite else { return nil }
    let low = max(low, 0)
    let middle = (low + high) / 2
    // By the minute below one in two seconds, so that few digits are enough.
    let isSlow = high < 0.5
    let factor = isSlow ? 60.0 : 1
    for step in [1000, 500, 100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001] {
      let value = (middle * factor / step).rounded() * step
      guard value > 0, value / factor >= low, value / factor <= high else { continue }
      // Not so round that it lies at the edge.
      guard (value / factor - middle).magnitude <= (high - low) / 4 else { continue }
      text = "\(Figure.text(value, digits: 6))/\(isSlow ? "min" : "s")"
      perSecond = value / factor
      return
    }
    return nil
  }
}
