package import Subprocess

extension TerminationStatus {
  /// `exit status 3`, `signal 9`
  package var text: String {
    switch self {
    case .exited(let code): "exit status \(code)"
    case .signaled(let signal): "signal \(signal)"
    }
  }
}
