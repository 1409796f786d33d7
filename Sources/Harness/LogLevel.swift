import Logging

/// How much the parts of the program tell of what they do. Each level tells what those after it tell, too.
package enum LogLevel: String, Sendable, CaseIterable {
  /// Each event of a watch.
  case trace
  /// Each request to the API server, each interval of the load.
  case debug
  /// Lists, watches, addresses, renewed credentials, new ways to fail.
  case info
  /// What could not be observed, and what this machine was late with.
  case warning

  var ofLogger: Logger.Level {
    switch self {
    case .trace: .trace
    case .debug: .debug
    case .info: .info
    case .warning: .warning
    }
  }
}
