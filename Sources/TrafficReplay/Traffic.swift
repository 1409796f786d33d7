/// What an access log says of the traffic: how many requests came in each second, and on which routes.
package struct Traffic: Sendable {
  /// Seconds of the longest log that is taken: 31 days.
  static let longest: Int64 = 31 * 86_400

  package let format: AccessLogFormat
  /// The first second, since 1970 in UTC.
  package let start: Int64
  /// Requests in each second from ``start`` on, up to the last one that has any.
  package let counts: [Int]
  let routes: [RouteTally.Key: RouteTally]
  /// Requests whose route was forgotten because there were too many of them.
  let unrouted: Int
  /// Lines that are not of the format.
  package let broken: AccessLogReading.BrokenLines
  /// Lines that are of the format, but whose request a profile cannot send.
  package let unreplayable: AccessLogReading.BrokenLines
  /// How many of those there are by their cause.
  package let leftOut: [LeftOutCause: Int]
  /// For JSON, the names that were read.
  package let keys: [String]
  /// What was taken off around the lines.
  let wrappings: Set<ContainerLog.Wrapping>

  package var total: Int { counts.reduce(0, +) }
}

/// Why a log cannot be replayed.
package struct TrafficProblem: Error, Sendable, Equatable {
  package let reason: String
  /// Line of the log, from 1, where one is to blame.
  package let line: Int?

  init(_ reason: String, line: Int? = nil) {
    self.reason = reason
    self.line = line
  }
}
