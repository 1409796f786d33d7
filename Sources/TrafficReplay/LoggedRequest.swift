/// What one line of an access log says.
package struct LoggedRequest: Sendable, Equatable {
  /// Whole seconds since 1970 in UTC.
  package var second: Int64
  package var method: String
  /// Path and query as the client sent them, in the characters that a URL can hold.
  package var target: String
  /// The HTTP status; `nil` where the log has none.
  package var status: Int?
}

/// Why a line of a log gives no request to replay.
package enum LogLineProblem: Error, Sendable, Equatable {
  /// The line is not of the format: what was expected.
  case broken(String)
  /// The line is of the format, but what came was no HTTP request, or one that a profile cannot send.
  case unreplayable(String)
}
