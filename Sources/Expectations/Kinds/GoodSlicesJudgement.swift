import Profiles
import RunTimeline
import Units

extension Expectation.GoodSlices: JudgedKind {
  /// Each slice by its own requests, and the share of the good ones at worst and at best: as many of those in doubt are bad, or
  /// good, as can be.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, route: route) { opinion(on: run, $0) }
  }

  private func opinion(on run: RunView, _ judged: JudgedLoad) -> Opinion {
    let slices = LoadSlices(run, judged.stretch, route: route, length: slices).slices
    let found = SliceCounts(slices, of: self, excused: judged.load.excused)
    let measured = [found.share(atLeast: atLeast), found.bad, found.sparse]
    let finding = sentence(found)
    let evidence = found.rows + judged.load.gaps
    let opinion = decided(found, finding)
    // Slices that are still to come, or were not recorded, may be good.
    if let objection = judged.objection(finding: finding, evidence: evidence, measured: measured) { return objection }
    guard judged.load.unseen == 0 else {
      return .inconclusive("not all requests of \(during) are recorded", finding: finding)
        .about(judged.window, evidence: evidence, measuring: measured.unjudged)
    }
    return opinion.about(judged.window, evidence: evidence, measuring: measured)
  }

  var focus: Judgement.Focus { .earliestEvidence }

  func remarks(on profile: Profile) -> [PlanRemark] {
    guard let bounds = profile.plannedBounds(of: during), let planned = profile.requests(in: during, route) else {
      return []
    }
    let length = bounds.upperBound - bounds.lowerBound
    guard length >= slices else {
      return [
        PlanRemark(
          field: "slices",
          message: "\(during) lasts for \(length.text), which is less than one slice of \(slices.text)",
          hint: "write shorter slices, or plan a longer window", isImpossible: true)
      ]
    }
    let (count, each) = (Int(length / slices), Int((Double(planned) * (slices / length)).rounded()))
    guard each >= requests else {
      return [
        PlanRemark(
          field: "requests",
          message: "a slice of \(slices.text) gets \(each.of("request")) of those planned for \(during), "
            + "and counts only with \(requests.grouped)",
          hint: "write longer slices, or count those with fewer requests", isImpossible: true)
      ]
    }
    var remarks: [PlanRemark] = []
    if atLeast.complement.billionths > 0, atLeast.complement.floor(of: count) == 0 {
      remarks.append(
        PlanRemark(field: "atLeast", message: "among \(count.of("slice")) of \(during), \(atLeast) allows no bad one"))
    }
    if objective.complement.billionths > 0, objective.complement.floor(of: each) == 0 {
      remarks.append(
        PlanRemark(
          field: "objective",
          message: "among the \(each.of("request")) planned for a slice, \(objective) allows no failure at all"))
    }
    return remarks
  }

  private func decided(_ found: SliceCounts, _ finding: String) -> Opinion {
    guard found.most > 0 else {
      return .inconclusive("no slice of \(slices.text) lies in \(during) with \(requests.of("request"))")
    }
    if found.worst.of > 0, found.worst.bad <= atLeast.complement.floor(of: found.worst.of) { return .pass(finding) }
    let allowed = atLeast.complement.floor(of: found.best.of)
    if found.best.bad > allowed { return .fail("\(finding), where \(atLeast) have to be") }
    return .inconclusive(
      "slices at the ends of \(during), or with requests without a known end, decide", finding: finding)
  }

  /// `57 of 60 slices of 10s were good (95%), and 2 that may be either; 3 with fewer than 10 requests do not count`.
  private func sentence(_ found: SliceCounts) -> String {
    let (good, doubtful) = (found.good, found.most - found.good - found.best.bad)
    let decided = found.most - doubtful
    var text = "\(good) of \(decided.of("slice")) of \(slices.text) were good"
    if decided > 0 { text += " (\(percentText(good, of: decided)))" }
    if doubtful > 0 { text += ", and \(doubtful) may be either, or not count" }
    if found.fewest > 0 { text += "; \(found.fewest) with fewer than \(requests.of("request")) do not count" }
    return text
  }
}

/// How many slices are good and bad, in the histories in which as many are bad, or good, as can be.
private struct SliceCounts {
  /// Slices that may count.
  private(set) var most = 0
  /// Those that certainly do not, since too few requests were due in them.
  private(set) var fewest = 0
  /// Those that certainly count and are good.
  private(set) var good = 0
  private(set) var worst = (bad: 0, of: 0)
  private(set) var best = (bad: 0, of: 0)
  private(set) var rows: [Evidence] = []
  private var mostSparse = 0

  init(_ slices: [LoadSlices.Slice], of wanted: Expectation.GoodSlices, excused: Int) {
    let allowed = wanted.objective.complement
    for slice in slices {
      let mayCount = slice.requests.upperBound >= wanted.requests
      let mustCount = slice.isInside && slice.requests.lowerBound >= wanted.requests
      if slice.requests.lowerBound < wanted.requests { mostSparse += 1 }
      guard mayCount else {
        if slice.isInside { fewest += 1 }
        continue
      }
      most += 1
      let extremes = slice.extremes(excused: excused)
      let mayBeBad = extremes.worst.failed > allowed.floor(of: extremes.worst.of)
      let mustBeBad = extremes.best.failed > allowed.floor(of: extremes.best.of)
      if mayBeBad {
        worst = (worst.bad + 1, worst.of + 1)
        let sure = slice.certain
        rows.append(
          Evidence(
            at: InstantBounds(slice.range.lowerBound, slice.range.upperBound),
            "\(sure.failed.grouped) of \(sure.offered.of("request")) failed\(mustBeBad ? "" : " for certain")"))
      } else if mustCount {
        worst.of += 1
        good += 1
      }
      if !mustBeBad {
        best.of += 1
      } else if mustCount {
        best = (best.bad + 1, best.of + 1)
      }
    }
    rows = Array(rows.prefix(12))
  }

  func share(atLeast limit: Percentage) -> Judgement.Measurement {
    func share(_ part: (bad: Int, of: Int)) -> Double { Double(part.of - part.bad) / Double(part.of) }
    return Judgement.Measurement(
      "slices.goodShare", .ratio, lowest: worst.of > 0 ? share(worst) : 0,
      highest: best.bad > 0 ? share(best) : 1,
      limit: most > 0 ? Judgement.Measurement.Limit(.atLeast, limit.fraction) : nil)
  }

  var bad: Judgement.Measurement { .count("slices.bad", best.bad, worst.bad) }
  var sparse: Judgement.Measurement { .count("slices.tooFewRequests", fewest, mostSparse) }
}
