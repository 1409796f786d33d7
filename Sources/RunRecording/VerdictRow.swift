package import KubernetesObjects
package import RunTimeline

/// A verdict as the recording keeps it; what it means is the business of whoever judged.
package struct VerdictRow: Sendable, Equatable {
  package var name: String
  package var kind: String
  package var expected: String
  /// `pass`, `fail` or `inconclusive`.
  package var verdict: String
  package var finding: String
  package var reason: String?
  package var window: InstantBounds?
  package var evidence: [Evidence]

  package struct Evidence: Sendable, Equatable {
    package var at: InstantBounds?
    package var text: String

    package init(at: InstantBounds?, text: String) {
      self.at = at
      self.text = text
    }
  }

  package init(
    name: String, kind: String, expected: String, verdict: String, finding: String, reason: String? = nil,
    window: InstantBounds? = nil, evidence: [Evidence] = []
  ) {
    self.name = name
    self.kind = kind
    self.expected = expected
    self.verdict = verdict
    self.finding = finding
    self.reason = reason
    self.window = window
    self.evidence = evidence
  }
}

/// The verdicts of one evaluation of a recording.
package struct Judging: Sendable, Equatable {
  /// Wall-clock time of the evaluation.
  package var at: KubernetesTime
  package var toolVersion: String
  package var verdicts: [VerdictRow]

  package init(at: KubernetesTime, toolVersion: String, verdicts: [VerdictRow]) {
    self.at = at
    self.toolVersion = toolVersion
    self.verdicts = verdicts
  }
}
