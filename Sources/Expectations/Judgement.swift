package import RunTimeline

/// Pass, fail, or not to be told from what was observed.
package enum Verdict: String, Sendable, Equatable, Codable, CaseIterable {
  /// Every history compatible with the observations meets the expectation.
  case pass
  /// No history compatible with the observations does.
  case fail
  /// Some do and some do not, or a precondition was not met.
  case inconclusive
}

/// What an expectation came to, and why.
package struct Judgement: Sendable, Equatable {
  /// The name that the profile gives to the expectation.
  package var name: String
  /// The kind: `scaleUp`.
  package var kind: String
  /// The expectation in one line: `ready replicas >= 8 within 90s of surge.start`.
  package var expected: String
  package var verdict: Verdict
  /// What was found in one sentence, with when and by how much: `reached 8 between 58.1s and 59.1s, 31s before the bound`.
  package var finding: String
  /// For `inconclusive`: what was missing.
  package var reason: String?
  /// What of the reason the finding does not say itself.
  package var furtherReason: String?
  /// The stretch of the run that was judged.
  package var window: InstantBounds?
  /// Whether it is undecided because the load generator did not do what was asked of it, or the observer
  /// lost sight of the cluster.
  package var isUntrusted: Bool
  /// Which moment of the window a reader looks at first.
  package var focus: Focus
  package var evidence: [Evidence]
  /// The figures behind it: what decided, and what stands beside that. Empty where nothing was measured.
  package var measurements: [Measurement]
  /// What chance has to do with it; `nil` where it tells of the requests that were counted and infers nothing.
  package var inference: Inference?

  package init(
    name: String, kind: String, expected: String, verdict: Verdict, finding: String, reason: String? = nil,
    furtherReason: String? = nil, window: InstantBounds? = nil, isUntrusted: Bool = false,
    focus: Focus = .firstEvidence, evidence: [Evidence] = [], measurements: [Measurement] = [],
    inference: Inference? = nil
  ) {
    self.name = name
    self.kind = kind
    self.expected = expected
    self.verdict = verdict
    self.finding = finding
    self.reason = reason
    self.furtherReason = furtherReason
    self.window = window
    self.isUntrusted = isUntrusted
    self.focus = focus
    self.evidence = evidence
    self.measurements = measurements
    self.inference = inference
  }

  /// Where a reader of what did not pass looks first.
  package enum Focus: Sendable, Equatable {
    /// The end of the window: what was to be reached by then.
    case deadline
    /// The moment of the first fact that has one.
    case firstEvidence
    /// The earliest moment of all facts.
    case earliestEvidence
  }

  /// The moment of the run to look at; `nil` where there is none.
  package var moment: Duration? {
    let moments = evidence.compactMap { $0.at?.earliest }
    return switch focus {
    case .deadline: window?.latest ?? moments.first
    case .firstEvidence: moments.first ?? window?.latest
    case .earliestEvidence: moments.min() ?? window?.latest
    }
  }
}

/// One fact behind a judgement.
package struct Evidence: Sendable, Equatable {
  /// `nil` for facts about the whole window.
  package var at: InstantBounds?
  package var text: String

  package init(at: InstantBounds? = nil, _ text: String) {
    self.at = at
    self.text = text
  }
}
