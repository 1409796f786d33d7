import Expectations
import Profiles

/// Whether a run came out as the incident says that its profile is an example of.
struct IncidentCheck: Sendable {
  /// Whether the fix was made, so that all expectations have to pass.
  var isFixed: Bool

  /// What came out otherwise, one line each.
  func differences(_ incident: Incident, _ judgements: [Judgement]) -> [String] {
    judgements.compactMap { judgement in
      let due = isFixed ? .pass : incident.verdicts[judgement.name] ?? .pass
      guard judgement.verdict.rawValue != due.rawValue else { return nil }
      return "\(judgement.name): \(due.rawValue) was due, and it came to \(judgement.verdict.rawValue)"
    }
  }

  /// What is told at the end of a run.
  func lines(_ incident: Incident, _ judgements: [Judgement]) -> [String] {
    let differences = differences(incident, judgements)
    guard differences.isEmpty else { return differences.map { "Incident   \($0)" } }
    return isFixed
      ? ["Incident   fixed: \(incident.fix.because)"]
      : ["Incident   as it is meant: \(incident.seen)", "Fix        \(incident.fix.because) Try it with --fixed."]
  }
}
