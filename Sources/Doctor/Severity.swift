/// How much a finding weighs, the heaviest first.
package enum Severity: String, Sendable, CaseIterable, Comparable {
  /// A test of this workload tells nothing, or cannot be made: `run` refuses.
  case blocking
  /// Something is going to go wrong under load, in a rollout or when the count changes.
  case warning
  /// It is worth knowing, and may be meant.
  case advice

  package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .blocking: 0
    case .warning: 1
    case .advice: 2
    }
  }
}
