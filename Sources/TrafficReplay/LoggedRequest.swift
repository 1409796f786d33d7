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
