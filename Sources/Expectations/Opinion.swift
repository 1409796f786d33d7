import RunTimeline

/// What one kind of expectation has to say about a run.
struct Opinion: Equatable {
  var verdict: Verdict
  var finding: String
  var reason: String?
  /// What of the reason the finding does not say itself.
  var furtherReason: String?
  var window: InstantBounds?
  var evidence: [Evidence] = []
  /// What was measured, whatever the verdict.
  var measurements: [Judgement.Measurement] = []
  /// What chance has to do with it, where it infers.
  var inference: Inference?
  /// Whether it is the generator or the observer that failed, so that the run says nothing about the cluster.
  var isUntrusted = false

  static func pass(_ finding: String, window: InstantBounds? = nil, evidence: [Evidence] = []) -> Opinion {
    Opinion(verdict: .pass, finding: finding, window: window, evidence: evidence)
  }

  static func fail(_ finding: String, window: InstantBounds? = nil, evidence: [Evidence] = []) -> Opinion {
    Opinion(verdict: .fail, finding: finding, window: window, evidence: evidence)
  }

  static func inconclusive(
    _ reason: String, finding: String? = nil, window: InstantBounds? = nil, evidence: [Evidence] = []
  ) -> Opinion {
    Opinion(
      verdict: .inconclusive, finding: finding ?? "undecided: \(reason)", reason: reason,
      furtherReason: finding == nil ? nil : reason, window: window, evidence: evidence)
  }

  /// Inconclusive, since the generator did not do what was asked of it.
  static func untrusted(
    _ reason: String, finding: String? = nil, window: InstantBounds? = nil, evidence: [Evidence] = []
  ) -> Opinion {
    var opinion = inconclusive(reason, finding: finding, window: window, evidence: evidence)
    opinion.isUntrusted = true
    return opinion
  }

  /// Inconclusive, since nothing is known over a part of the window; untrusted where the observer had lost the cluster.
  static func unknown(
    _ from: Duration, _ to: Duration, _ run: RunView, resource: String, window: InstantBounds, evidence: [Evidence]
  ) -> Opinion {
    // Of what reaches beyond the window, as of a gap that nothing ended, the part in it matters.
    let (from, to) = (max(from, min(window.earliest, to)), min(to, max(window.latest, from)))
    var causes = run.causes(in: resource, from: from, to: to)
    if causes.isEmpty, to > run.timeline.lastInstant { causes = ": \(run.ending)" }
    var opinion = inconclusive(
      "nothing is known from \(from.plain) to \(to.plain) of the run\(causes)", window: window, evidence: evidence)
    opinion.isUntrusted = run.wasUnwatched(resource, from: from, to: to)
    return opinion
  }

  /// The same with what was measured.
  func measuring(_ measurements: [Judgement.Measurement]) -> Opinion {
    var opinion = self
    opinion.measurements = measurements
    return opinion
  }

  /// The same with what chance has to do with it.
  func inferring(_ inference: Inference?) -> Opinion {
    var opinion = self
    opinion.inference = inference
    return opinion
  }

  /// The same about a window, with what else was seen behind its own evidence, and with what was measured.
  func about(_ window: InstantBounds, evidence: [Evidence], measuring measurements: [Judgement.Measurement]) -> Opinion
  {
    var opinion = measuring(measurements)
    opinion.window = window
    opinion.evidence += evidence
    return opinion
  }

  /// What is said where both must pass: one that fails fails the whole.
  func joined(with other: Opinion) -> Opinion {
    let verdicts = [verdict, other.verdict]
    var joint = self
    joint.verdict = verdicts.contains(.fail) ? .fail : verdicts.contains(.inconclusive) ? .inconclusive : .pass
    joint.isUntrusted = joint.verdict == .inconclusive && (isUntrusted || other.isUntrusted)
    let told = joint.verdict == .fail ? [self, other].filter { $0.verdict == .fail } : [self, other]
    joint.finding = told.map(\.finding).joined(separator: "; ")
    let reasons = [reason, other.reason].compactMap { $0 }
    joint.reason = joint.verdict == .inconclusive ? reasons.joined(separator: "; ") : nil
    let further = [furtherReason, other.furtherReason].compactMap { $0 }
    joint.furtherReason = joint.reason == nil || further.isEmpty ? nil : further.joined(separator: "; ")
    joint.window = [window, other.window].compactMap { $0 }.max { $0.latest < $1.latest }
    joint.evidence += other.evidence.filter { !evidence.contains($0) }
    joint.measurements += other.measurements
    joint.inference = inference ?? other.inference
    return joint
  }

  /// Goes on with the reason of an inconclusive one, wherever it is told.
  mutating func addToReason(_ words: String) {
    guard let reason, !words.isEmpty else { return }
    self.reason = reason + words
    if let furtherReason { self.furtherReason = furtherReason + words } else { finding += words }
  }
}
