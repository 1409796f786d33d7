package import Units

/// A condition on the load, at which something is to happen: `errors > 1% over 30s`.
///
/// It is met when more than this share of the requests that ended failed in the latest stretch of run time, as a stop rule on
/// `errorRatio` counts them: no share of too few requests is one, and no requests have none.
package struct ErrorCondition: Sendable, Equatable, CustomStringConvertible {
  static let word = "errors"
  /// What is looked at where nothing is said.
  package static let usualStretch = Duration.seconds(30)

  package let above: Percentage
  /// Run time; at least a second.
  package let over: Duration

  package init(above: Percentage, over: Duration = usualStretch) {
    self.above = above
    self.over = over
  }

  /// Reads a condition as it is written.
  package init(text: String) throws(UnitProblem) {
    let words = text.split(separator: " ")
    let separator = words.firstIndex(of: "over")
    let compared = words[..<(separator ?? words.endIndex)].joined()
    let limit = compared.dropFirst(Self.word.count + 1)
    guard compared.hasPrefix(Self.word + ">"), !limit.hasPrefix("=") else {
      throw UnitProblem(
        "\"\(text)\" is not a condition: write \(Self.word) > and a percentage, as in \"\(Self.word) > 1%\" or "
          + "\"\(Self.word) > 1% over 10s\"")
    }
    let above = try Percentage(text: String(limit))
    guard above.billionths < Percentage.whole else {
      throw UnitProblem("\"\(text)\" never comes true: a share is never more than 100%")
    }
    guard let separator else {
      self.init(above: above)
      return
    }
    let over = try Duration(text: words[(separator + 1)...].joined(separator: " "))
    guard over >= .seconds(1) else {
      throw UnitProblem(
        "\"\(text)\" looks at less than a second, which is how often requests are counted: write 1s or more")
    }
    self.init(above: above, over: over)
  }

  package var description: String { "\(Self.word) > \(above) over \(over.text)" }

  /// The stop rule that is broken when it is met.
  package var rule: StopRule { StopRule(name: description, over: over, condition: .errorRatio(above: above)) }
}
