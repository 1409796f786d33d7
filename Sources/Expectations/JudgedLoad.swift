import Profiles
import RunTimeline

/// The requests of a window, with what is to be known of the generator that sent them.
struct JudgedLoad {
  let stretch: RunView.Stretch
  /// What of that belongs to the window.
  let pieces: WindowPieces
  let load: LoadInWindow
  let guardian: GeneratorGuard

  var window: InstantBounds { stretch.hull }

  /// What failed, what is not known of the requests, and which terminations the failures of the window followed.
  func evidence(on run: RunView, route: String?) -> [Evidence] {
    load.rows + TerminationClues.clues(run, in: pieces, route: route)
  }

  /// Why its figures prove nothing: not all of it was sent or is recorded, or it was not over when the recording ended.
  ///
  /// - Parameters:
  ///   - finding: what was found, as far as it goes.
  ///   - measured: what was measured, of which nothing follows then.
  ///   - partial: the same with what follows from a window that was not over.
  ///   - mindsRest: whether what was still to come may change the verdict.
  func objection(
    finding: String, evidence: [Evidence], measured: [Judgement.Measurement],
    partial: [Judgement.Measurement]? = nil, mindsRest: Bool = true
  ) -> Opinion? {
    let soFar = "\(finding) so far"
    if let reason = guardian.saturated {
      return .untrusted(reason, finding: finding, window: window, evidence: evidence).measuring(measured.unjudged)
    }
    let missing = guardian.missingLoad(finding: soFar, window: window, evidence: evidence)?
      .measuring(measured.unjudged)
    if let missing, missing.isUntrusted { return missing }
    if mindsRest, let unfinished = stretch.unfinished {
      return .inconclusive(unfinished, finding: soFar, window: window, evidence: evidence)
        .measuring(partial ?? measured.unjudged)
    }
    return missing
  }

  /// An opinion, unless it passes though perhaps no request was due in the window at all.
  func sure(of opinion: Opinion, _ during: Window) -> Opinion {
    guard opinion.verdict == .pass, load.certain.offered == 0 else { return opinion }
    return .inconclusive(
      "no request certainly was due in \(during)", finding: opinion.finding, window: window, evidence: opinion.evidence
    ).measuring(opinion.measurements.unjudged)
  }
}

extension RunView {
  /// Judges the requests of a window by the rules of a kind, where there are a window and requests in it.
  func judging(
    _ during: Window, route: String?, latency: LoadInWindow.LatencySource? = nil, _ rules: (JudgedLoad) -> Opinion
  ) -> Opinion {
    if during.dependsOnPods, timeline.cluster == nil {
      return .inconclusive("no cluster was watched")
    }
    let pieces: WindowPieces
    switch self.pieces(of: during) {
    case .missing(let reason): return .inconclusive(reason)
    case .known(let known): pieces = known
    }
    switch stretch(during) {
    case .missing(let reason): return .inconclusive(reason)
    case .known(let stretch):
      let judged = JudgedLoad(
        stretch: stretch, pieces: pieces, load: LoadInWindow(self, stretch, pieces, route: route, latency: latency),
        guardian: GeneratorGuard(self, in: stretch.hull))
      guard judged.load.isEmpty else { return judged.sure(of: rules(judged), during) }
      return judged.guardian.missingLoad(window: judged.window)
        ?? .inconclusive("no request was due in \(during)", window: judged.window)
    }
  }
}
