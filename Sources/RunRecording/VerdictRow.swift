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
  /// None in rows of schema 5 and before.
  package var measurements: [Measurement]

  /// A figure behind a verdict.
  package struct Measurement: Sendable, Equatable {
    package var name: String
    package var unit: String
    /// `nil` where nothing bounds it.
    package var lowest: Double?
    package var highest: Double?
    /// What is asked of it; `nil` where nothing follows from it.
    package var limit: Limit?

    package struct Limit: Sendable, Equatable {
      /// `>=`, `<=`, `>`, `<` or `==`.
      package var relation: String
      package var value: Double

      package init(relation: String, value: Double) {
        self.relation = relation
        self.value = value
      }
    }

    package init(name: String, unit: String, lowest: Double?, highest: Double?, limit: Limit?) {
      self.name = name
      self.unit = unit
      self.lowest = lowest
      self.highest = highest
      self.limit = limit
    }
  }

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
    window: InstantBounds? = nil, evidence: [Evidence] = [], measurements: [Measurement] = []
  ) {
    self.name = name
    self.kind = kind
    self.expected = expected
    self.verdict = verdict
    self.finding = finding
    self.reason = reason
    self.window = window
    self.evidence = evidence
    self.measurements = measurements
  }
}

/// The verdicts of one evaluation of a recording.
package struct Judging: Sendable, Equatable {
  /// Wall-clock time of the evaluation.
  package var at: KubernetesTime
  package var toolVersion: String
  /// Where the profile came from by whose expectations was judged, and its text with secrets replaced; `nil` where older
  /// versions did not keep them.
  package var profile: JudgingProfile?
  package var verdicts: [VerdictRow]

  package init(
    at: KubernetesTime, toolVersion: String, profile: JudgingProfile? = nil, verdicts: [VerdictRow]
  ) {
    self.at = at
    self.profile = profile
    self.toolVersion = toolVersion
    self.verdicts = verdicts
  }
}

/// The profile that an evaluation went by.
package struct JudgingProfile: Sendable, Equatable {
  /// Where it came from, for messages.
  package var source: String
  /// As its user wrote it, secrets replaced.
  package var text: String

  package init(source: String, text: String) {
    self.source = source
    self.text = text
  }
}
