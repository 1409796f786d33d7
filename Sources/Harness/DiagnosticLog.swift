import Glibc
import Logging

/// What client, observer and generator do, as lines on standard error, for people who look for why a run went as it did.
/// Verdicts never depend on it: what they need is in the recording.
package struct DiagnosticLog: Sendable {
  enum Part: String, CaseIterable {
    case client, observer, generator
  }

  private let level: LogLevel?

  /// - Parameter level: `nil` for no lines.
  package init(level: LogLevel? = nil) {
    self.level = level
  }

  /// `nil` where nobody wants to know.
  func logger(_ part: Part) -> Logger? {
    level.map { level in
      var logger = Logger(label: part.rawValue) { DiagnosticLine(part: $0, write: StandardOutput.diagnose) }
      logger.logLevel = level.ofLogger
      return logger
    }
  }

  /// Whether its lines come onto a terminal, where a view that is redrawn in place would be torn by them.
  var disturbsTerminal: Bool { level != nil && isatty(STDERR_FILENO) == 1 }
}
