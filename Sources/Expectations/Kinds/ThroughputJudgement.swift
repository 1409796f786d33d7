import LoadFacts
import Profiles
import RunTimeline
import Units

extension Expectation.Throughput: JudgedKind {
  /// Fails when the bound could not be reached even if all requests of whose end nothing is known had succeeded, whatever
  /// else went wrong; passes only when it was reached without them, on a load that was sent as planned.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, route: route) { opinion(on: run, $0) }
  }

  private func opinion(on run: RunView, _ judged: JudgedLoad) -> Opinion {
    let (stretch, load, window) = (judged.stretch, judged.load, judged.window)
    let evidence = load.rows + [LoadCoverage.closedModel(run, in: window)].compactMap { $0 }
    let (answered, offered) = (load.certain.succeeded, load.certain.offered)
    let finding =
      "\(answered.grouped) of \(offered.grouped) requests answered as expected (\(percentText(answered, of: offered)))"
      + load.atEdges { "\($0.succeeded.grouped) of \($0.offered.grouped)" }
    let opinion =
      switch atLeast {
      case .share(let share): judge(share, load, finding)
      case .rate(let rate): judge(rate, load, finding, loaded(stretch, run), run)
      }
    // What is certain decides, whatever was not sent.
    let isCertain = opinion.verdict == .fail && load.unseen != nil
    let objection = judged.objection(finding: finding, evidence: evidence, measured: opinion.measurements)
    if !isCertain, let objection { return objection }
    return opinion.about(window, evidence: evidence, measuring: opinion.measurements)
  }

  func remarks(on profile: Profile) -> [PlanRemark] {
    guard case .rate(let rate) = atLeast, let requests = profile.plannedRequests(in: during, route: route),
      let planned = profile.plannedRate(in: during, route: route), planned > 0
    else { return [] }
    // Random arrivals may be more than on average.
    let isRandom = profile.load.streams.contains {
      if case .open(.poisson, phases: _) = $0.model { true } else { false }
    }
    let most = planned * (1 + (isRandom ? 6 * requests.squareRoot() : 1) / max(requests, 1))
    guard rate.perSecond > most else { return [] }
    return [
      PlanRemark(
        field: "atLeast",
        message: "\(during) plans \(Int(planned.rounded(.up)).grouped)/s at most, so that \(rate) can never be "
          + "answered",
        hint: "write what is planned, or less; or a share, as in 99%", isImpossible: true)
    ]
  }

  /// At worst only the failures at the uncertain edges belong to the window, at best only the successes.
  private func judge(_ share: Percentage, _ load: LoadInWindow, _ finding: String) -> Opinion {
    let (certain, perhaps) = (load.certain, load.perhaps)
    func holds(_ answered: Int, of offered: Int) -> Bool {
      // The number of missing ones is whole, so that this is exact.
      offered > 0 && offered - answered <= share.complement.floor(of: offered)
    }
    let unseen = load.unseen ?? 0
    let fewest = (answered: certain.succeeded, of: certain.offered + perhaps.offered - perhaps.succeeded)
    let worst = holds(fewest.answered, of: fewest.of)
    let most = certain.succeeded + certain.unaccounted + perhaps.succeeded + perhaps.unaccounted + unseen + load.excused
    let offered = certain.offered + perhaps.succeeded + perhaps.unaccounted + unseen
    let best = holds(most, of: offered)
    func part(_ answered: Int, of offered: Int) -> Double { offered > 0 ? Double(answered) / Double(offered) : 0 }
    let measured = Judgement.Measurement(
      "requests.answeredShare", .ratio, lowest: part(fewest.answered, of: fewest.of), highest: part(most, of: offered),
      limit: Judgement.Measurement.Limit(.atLeast, share.fraction))
    let opinion: Opinion
    if worst {
      opinion = .pass("\(finding), where \(share) was expected")
    } else if !best {
      let missing = offered - most
      let allowed = share.complement.floor(of: offered)
      opinion = .fail("\(finding): \(missing.grouped) missing where \(share) allows \(allowed.grouped)\(load.evenSo)")
    } else if load.excused > 0, !holds(most - load.excused, of: offered) {
      opinion = load.heldBack(finding: finding)
    } else {
      opinion = .inconclusive(
        "the requests at the edges of \(during) decide, or those without a known end", finding: finding)
    }
    return opinion.measuring([measured])
  }

  /// Run time in which this machine was away, so that users whose turns it takes asked for less: all of a sample in which it was.
  private func away(_ stretch: RunView.Stretch, _ run: RunView) -> Duration {
    guard LoadCoverage.closedModel(run, in: stretch.hull) != nil else { return .zero }
    return run.timeline.generator.reduce(.zero) { away, sample in
      let longest = max(sample.longestPause ?? .zero, sample.machineLatenessMax ?? sample.latenessMax)
      guard GeneratorSample.isTooLong(longest) else { return away }
      let (from, to) = (max(sample.start, stretch.start.earliest), min(sample.end, stretch.end.latest))
      return away + max(to - from, .zero)
    }
  }

  /// The part of a window in which load was planned: a run lasts on while its last answers are awaited.
  private func loaded(_ stretch: RunView.Stretch, _ run: RunView) -> RunView.Stretch {
    guard let end = run.timeline.phases.map(\.plannedEnd).max(), end > stretch.start.latest,
      end < stretch.end.earliest
    else { return stretch }
    var loaded = stretch
    loaded.end = InstantBounds(exactly: end)
    return loaded
  }

  private func judge(
    _ rate: Rate, _ load: LoadInWindow, _ finding: String, _ stretch: RunView.Stretch, _ run: RunView
  ) -> Opinion {
    let scale = run.timeline.run.timeScale
    let longest = (stretch.end.latest - stretch.start.earliest).seconds / scale
    // Of a window that was cut, the rest was planned to be as it was, and might have reached the rate.
    let end = max(stretch.end.earliest, stretch.cut ? stretch.plannedEnd ?? .zero : .zero)
    let shortest = (end - stretch.start.latest).seconds / scale
    guard shortest > 0 else { return .inconclusive("\(during) may have no length at all", finding: finding) }
    let low = Double(load.certain.succeeded) / longest
    let most = load.certain.succeeded + load.perhaps.succeeded + load.unaccounted + (load.unseen ?? 0)
    let away = away(stretch, run).seconds / scale
    let high = Double(most) / shortest
    let highest = shortest > away ? Double(most + load.excused) / (shortest - away) : .infinity
    func text(_ value: Double) -> String { "\((value * 10).rounded() / 10)/s" }
    let found = text(low) == text(high) ? text(low) : "\(text(low)) to \(text(high))"
    let opinion: Opinion
    if low >= rate.perSecond {
      opinion = .pass("\(found) answered as expected, where \(rate) was expected")
    } else if highest < rate.perSecond {
      opinion = .fail("\(found) answered as expected, \(text(rate.perSecond - high)) short of \(rate)\(load.evenSo)")
    } else if high < rate.perSecond {
      opinion = .untrusted(
        "this machine was late: users did not have their turns while it was away, or failed when it sent what it had held "
          + "back", finding: "\(found) answered as expected")
    } else {
      opinion = .inconclusive(
        "the requests at the edges of \(during) decide", finding: "\(found) answered as expected")
    }
    return opinion.measuring([
      Judgement.Measurement(
        "requests.answeredRate", .requestsPerSecond, lowest: stretch.cut ? 0 : low, highest: highest,
        limit: Judgement.Measurement.Limit(.atLeast, rate.perSecond))
    ])
  }
}
