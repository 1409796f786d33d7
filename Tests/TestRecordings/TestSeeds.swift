import Foundation

/// The seeds with which tests try things at random.
package enum TestSeeds {
  /// From 1 to as many as `SCALEPROOF_SEEDS` says, or from one to another: `17-17` for one alone.
  ///
  /// - Parameter usual: how many where it says nothing.
  package static func first(_ usual: UInt64) -> ClosedRange<UInt64> {
    let text = ProcessInfo.processInfo.environment["SCALEPROOF_SEEDS"] ?? ""
    let numbers = text.split(separator: "-").compactMap { UInt64($0) }
    let last = max(numbers.last ?? usual, 1)
    return min(numbers.count > 1 ? numbers[0] : 1, last)...last
  }

  /// A thousandth of them, and two at the least: where each takes as long as a thousand of others.
  package static var ofLongTests: ClosedRange<UInt64> { 1...max(first(0).upperBound / 1000, 2) }
}
