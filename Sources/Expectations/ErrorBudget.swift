import Profiles
import RunTimeline
import Statistics
import Units

extension Expectation.ErrorBudget {
  /// Counts by default: failed requests against the whole number of failures that the objective leaves for the
  /// requests of the window. With `confidence` the rate behind the count is judged, by the exact one-sided bounds of
  /// Clopper and Pearson.
  func opinion(on run: RunView) -> Opinion {
    switch run.stretch(during) {
    case .missing(let reason): return .inconclusive(reason)
    case .known(let stretch):
      let load = LoadInWindow(run, stretch, route: route)
      let window = stretch.hull
      let guardian = GeneratorGuard(run, in: window)
      if load.isEmpty {
        return guardian.missingLoad(window: window) ?? .inconclusive("no request was due in \(during)", window: window)
      }
      let evidence = rows(load, run, window)
      let finding = sentence(load)
      let unseen = unseen(run, stretch)
      if let reason = guardian.saturated {
        // What the server itself refused is no fault of the generator, whatever else was not sent.
        let most = load.certain.offered + load.perhaps.offered + (unseen ?? 0)
        if confidence == nil, unseen != nil, load.certain.answeredFailures > budget(of: most) {
          return .fail(
            "\(finding); \(load.certain.answeredFailures.grouped) of them were answered so, although the \(reason)",
            window: window, evidence: evidence)
        }
        return .untrusted(reason, finding: finding, window: window, evidence: evidence)
      }
      var opinion = confidence.map { inferred($0, load, finding, unseen ?? 0) } ?? counted(load, unseen ?? 0)
      if opinion.verdict != .fail || unseen == nil {
        let soFar = "\(finding) so far"
        let missing = guardian.missingLoad(finding: soFar, window: window, evidence: evidence)
        if let missing, missing.isUntrusted { return missing }
        if opinion.verdict == .pass || stretch.cut, let unfinished = stretch.unfinished {
          return .inconclusive(unfinished, finding: soFar, window: window, evidence: evidence)
        }
        if let missing { return missing }
      }
      opinion.window = window
      opinion.evidence = evidence
      return opinion
    }
  }

  /// The most requests of the window that are not recorded: planned where the recording has a hole, or after the run was
  /// cut. `nil` where nobody knows how many they would have been.
  private func unseen(_ run: RunView, _ stretch: RunView.Stretch) -> Int? {
    if stretch.cut, stretch.plannedEnd == nil { return nil }
    let (coverage, window) = (LoadCoverage(run), stretch.hull)
    guard stretch.cut || coverage.hole(from: window.earliest, to: window.latest) != nil else { return 0 }
    return coverage.mostUnrecorded(
      from: window.earliest, to: max(window.latest, stretch.plannedEnd ?? window.latest))
  }

  private func budget(of requests: Int) -> Int { objective.complement.floor(of: requests) }

  /// Failures and requests at worst (all uncertain failures belong, no uncertain success) and at best
  /// (requests that are not recorded at all succeeded).
  private func extremes(_ load: LoadInWindow, _ unseen: Int) -> (
    worst: (failed: Int, of: Int), best: (failed: Int, of: Int)
  ) {
    let (certain, perhaps) = (load.certain, load.perhaps)
    let known = certain.succeeded + certain.failed
    let unknown = certain.unaccounted + perhaps.unaccounted
    return (
      (certain.failed + perhaps.failed + unknown, known + perhaps.failed + unknown),
      (certain.failed, known + perhaps.succeeded + unknown + unseen)
    )
  }

  private func counted(_ load: LoadInWindow, _ unseen: Int) -> Opinion {
    let (worst, best) = extremes(load, unseen)
    if worst.failed <= budget(of: worst.of) {
      let left = budget(of: worst.of) - worst.failed
      return .pass("\(sentence(load, allowed: budget(of: worst.of))): \(left.grouped) of the budget left")
    }
    if best.failed > budget(of: best.of) {
      let lacking = unseen > 0 ? ", even if the \(unseen.of("request")) that may be missing had all succeeded" : ""
      let excess = best.failed - budget(of: best.of)
      return .fail("\(sentence(load, allowed: budget(of: best.of))): \(excess.grouped) too many\(lacking)")
    }
    return .inconclusive(
      "the requests at the edges of \(during) decide, or those without a known end", finding: sentence(load))
  }

  private func inferred(_ confidence: Percentage, _ load: LoadInWindow, _ finding: String, _ unseen: Int) -> Opinion {
    let (worst, best) = extremes(load, unseen)
    let allowed = objective.complement.fraction
    let upper = ProportionInterval.clopperPearsonUpper(
      failures: worst.failed, of: worst.of, confidence: confidence.fraction)
    let lower = ProportionInterval.clopperPearsonLower(
      failures: best.failed, of: best.of, confidence: confidence.fraction)
    let bounds = "with \(confidence) confidence the rate of failures lies between \(text(lower)) and \(text(upper))"
    if upper <= allowed { return .pass("\(finding); \(bounds), within \(objective.complement)") }
    if lower > allowed { return .fail("\(finding); \(bounds), beyond \(objective.complement)") }
    let needed = ProportionInterval.requestsNeeded(
      failures: worst.failed, objective: objective.fraction, confidence: confidence.fraction)
    return .inconclusive(
      "\(bounds), and \(objective.complement) lies between; \(worst.failed.of("failure")) would pass among "
        + "\(needed.grouped) requests", finding: finding)
  }

  private func text(_ share: Double) -> String { Percentage(billionths: Int64((share * 1e9).rounded())).description }

  /// Failed requests against what the objective allows; those that may belong to the window are counted apart, so that the
  /// failures that certainly do, less those that are allowed, are the ones that are too many.
  ///
  /// - Parameter allowed: how many failures the objective leaves; without it, of all that may belong to the window.
  private func sentence(_ load: LoadInWindow, allowed: Int? = nil) -> String {
    let (certain, perhaps) = (load.certain, load.perhaps)
    let allowed = allowed ?? budget(of: certain.offered + perhaps.offered)
    let edges = load.atEdges { "\($0.failed.grouped) of \($0.offered.grouped)" }
    return "\(certain.failed.grouped) of \(certain.offered.of("request")) failed "
      + "(\(percentText(certain.failed, of: certain.offered)))\(edges), where \(objective) allows \(allowed.grouped)"
  }

  private func rows(_ load: LoadInWindow, _ run: RunView, _ window: InstantBounds) -> [Evidence] {
    var rows: [Evidence] = []
    if !load.failuresText.isEmpty { rows.append(Evidence("failed: \(load.failuresText.joined(separator: ", "))")) }
    let unknown = load.certain.unaccounted + load.perhaps.unaccounted
    if unknown > 0 { rows.append(Evidence("the end of \(unknown.of("request")) is not recorded")) }
    rows += load.edges
    rows += TerminationClues.clues(run, in: window, route: route)
    return rows
  }
}
