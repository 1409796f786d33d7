/// Why a line of a log gives no request to replay.
package struct LogLineProblem: Error, Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// The line is not of the format.
    case broken
    /// A column holds what it never holds in the format, which points to another order of columns.
    case misplaced
    /// The line is of the format, but a profile cannot send what came.
    case leftOut(LeftOutCause)
  }

  package let kind: Kind
  /// What was expected, without a word of the line.
  let reason: String
  /// The part of the line that is meant; `nil` where that is all of it. Logs tell of people, so it is shown only to who
  /// did not ask for letters in place of words.
  let quoted: String?

  private init(_ kind: Kind, _ reason: String, quoted: String?) {
    self.kind = kind
    self.reason = reason
    self.quoted = quoted
  }

  static func broken(_ reason: String, quoted: (some StringProtocol)? = String?.none) -> LogLineProblem {
    LogLineProblem(.broken, reason, quoted: quoted.map { String($0.prefix(longestQuote)) })
  }

  static func misplaced(_ reason: String, quoted: some StringProtocol) -> LogLineProblem {
    LogLineProblem(.misplaced, reason, quoted: String(quoted.prefix(longestQuote)))
  }

  static func leftOut(_ cause: LeftOutCause, quoted: (some StringProtocol)? = String?.none) -> LogLineProblem {
    LogLineProblem(.leftOut(cause), cause.reason, quoted: quoted.map { String($0.prefix(longestQuote)) })
  }

  /// The reason in a line for the user.
  func text(anonymised: Bool) -> String {
    guard let quoted, !anonymised else { return reason }
    return "\(reason): \"\(quoted)\""
  }

  private static let longestQuote = 100
}
