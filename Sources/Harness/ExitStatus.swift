import Redaction

/// How the program ends, told by a number: every one is listed here, and none means two things.
package enum ExitStatus: Int32, Sendable, CaseIterable, Error {
  /// Every expectation passed (or nothing was to be judged).
  case passed = 0
  /// At least one expectation failed.
  case failed = 1
  /// None failed, some could not be decided.
  case inconclusive = 2
  /// The run could not be trusted: the generator or the observer failed.
  case untrusted = 3
  /// Refused before any load was sent.
  case refused = 4
  /// Wrong command line (`EX_USAGE`).
  case usage = 64
  /// The profile, a manifest or a recording is not valid (`EX_DATAERR`).
  case invalidInput = 65
  /// The target or the cluster cannot be reached (`EX_UNAVAILABLE`).
  case unreachable = 69
  /// A defect of the program (`EX_SOFTWARE`), or results that could not be written.
  case defect = 70
  /// Ended by Ctrl-C or another signal; the recording is complete up to then.
  case interrupted = 130
}

/// A failure that ends the program: lines for the user, and the exit status.
package struct HarnessError: Error, Sendable, CustomStringConvertible {
  package let status: ExitStatus
  /// One line for each problem.
  package let lines: [String]

  package init(_ status: ExitStatus, _ lines: [String]) {
    self.status = status
    // Lines quote what servers, files and the command line say.
    self.lines = lines.map { SecretText.redacted(message: $0) }
  }

  package init(_ status: ExitStatus, _ line: String) {
    self.init(status, [line])
  }

  package var description: String { lines.joined(separator: "\n") }
}
