import Foundation
import LoadFacts
import Profiles
import RunTimeline
import Statistics
import Units

extension Expectation.Latency: JudgedKind {
  /// How sure the order-statistic interval is that is shown, and by which too few requests are told.
  static let usualConfidence = 0.95

  /// How many requests it takes to bound the percentile from above at all.
  var requestsNeeded: Int { Int((log(1 - sureness) / log(percentile / 100)).rounded(.up)) }

  private var sureness: Double { confidence?.fraction ?? Self.usualConfidence }

  /// Passes when the percentile of all requests lies below the bound whichever of the uncertain ones belong to the window,
  /// however long those without an answer would have taken; fails when it lies at or above it in any case, also without what
  /// this machine may have taken of the time of each.
  ///
  /// Requests that were not answered count with the time that they had waited at the least, see ``LatencyOfAll``.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, route: route, latency: from == .due ? .due : .send) { opinion(on: run, $0) }
  }

  private func opinion(on run: RunView, _ judged: JudgedLoad) -> Opinion {
    let (load, guardian) = (judged.load, judged.guardian)
    let window = judged.window
    let all = LatencyOfAll(percentile: percentile, load: load)
    let delay = run.machineDelay.share(from: window.earliest, to: window.latest)
    let evidence = rows(all, run, judged) + machineRow(all, delay)
    let edges = load.perhaps.known
    let value =
      all.text("p\(percentileText)")
      + (edges > 0 ? ", \(edges.grouped) of them perhaps outside of the window" : "")
    let slow = guardian.isSilent ? waitedTooLong : { $0.certainlyAbove(limit) }
    // Of those that may lie outside none has to belong to the window.
    let count = load.certain.known
    if count >= requestsNeeded, load.unseen != nil, !isCertainlyBelow(load, limit), !mayBeBelow(load, slow: slow) {
      let margin = max((all.lowest ?? below) - below, .zero).plain
      return .fail("\(value): \(margin) above \(below.text)\(confidenceText)", window: window, evidence: evidence)
        .measuring([measurement(all, delay, isAbove: true)]).inferring(inference(load, slow: slow))
    }
    let measured = measurement(all, delay, isAbove: false)
    var partial = measured
    partial.highest = nil
    if let objection = judged.objection(finding: value, evidence: evidence, measured: [measured], partial: [partial]) {
      return objection
    }
    guard count >= requestsNeeded else {
      return .inconclusive(
        "\(count.of("request")) \(all.failed == 0 ? "succeeded" : "ended")\(edges > 0 ? " certainly in it" : ""), "
          + "and a bound on p\(percentileText) takes \(requestsNeeded.grouped)", finding: value, window: window,
        evidence: evidence
      ).measuring([measured.unjudged])
    }
    return verdict(all, value: value, delay, window, evidence).measuring([measured])
      .inferring(inference(load, slow: slow))
  }

  /// ` with 95% confidence`, where that is asked for.
  private var confidenceText: String { confidence.map { " with \($0) confidence" } ?? "" }

  /// By the number of requests that are not below the bound, of which a share of 1 − q is to be expected.
  private func inference(_ load: LoadInWindow, slow: (LoadInWindow.Tally) -> Int) -> Inference? {
    confidence.map { confidence in
      func pValue(_ part: (slow: Int, of: Int)) -> Double {
        ProportionTest.pValue(
          failures: part.slow, of: part.of, allowed: 1 - percentile / 100, complement: percentile / 100)
      }
      return Inference(
        worst: pValue(atWorst(load, limit)), best: load.unseen == nil ? 1 : pValue(atBest(load, slow: slow)),
        confidence: confidence)
    }
  }

  /// The percentile, from the least to the most that it can be whichever of the uncertain requests belong to the window.
  ///
  /// Buckets are wider than a microsecond, so that what was proved of the bound is told beside what they say.
  ///
  /// - Parameter isAbove: whether it certainly is not below the bound, whatever this machine did.
  private func measurement(
    _ all: LatencyOfAll, _ delay: MachineDelay.Share, isAbove: Bool
  ) -> Judgement.Measurement {
    let load = all.load
    let (lowest, highest) = extremes(load)
    let least = delay.isNoticeable ? min(lowest, all.lowestWithoutMachine ?? .zero) : lowest
    let isBelow = !isAbove && !all.successes.isEmpty && all.highest != nil && isCertainlyBelow(load, limit)
    return .wallTime(
      "latency.p\(percentileText)", isAbove ? max(least, below) : min(least, limit),
      isBelow ? min(highest ?? limit, limit) : highest.map { max($0, below) }, below: below)
  }

  /// The longest time that the percentile certainly reaches, and the shortest that it certainly does not exceed; `nil`
  /// where there is none.
  private func extremes(_ load: LoadInWindow) -> (lowest: Duration, highest: Duration?) {
    let histograms = [load.certain, load.perhaps].flatMap { [$0.latency, $0.latencyOfWrong, $0.waited] }
    let longest = histograms.compactMap(\.maximum).map(\.microseconds).max() ?? 0
    /// The last number up to `longest` for which something holds that holds for none behind it.
    func last(_ holds: (Duration) -> Bool) -> Int64 {
      var (low, high) = (Int64(0), longest + 1)
      while high - low > 1 {
        let middle = (low + high) / 2
        if holds(.microseconds(middle)) { low = middle } else { high = middle }
      }
      return low
    }
    let lowest = last { instant in
      load.unseen != nil && !mayBeBelow(load) { self.measuredTooLong($0, instant - .microseconds(1)) }
    }
    let highest = last { !self.isCertainlyBelow(load, $0) }
    return (.microseconds(lowest), highest < longest ? .microseconds(highest + 1) : nil)
  }

  func remarks(on profile: Profile) -> [PlanRemark] {
    if let planned = profile.requests(in: during, route), planned < requestsNeeded {
      return [
        PlanRemark(
          field: "percentile",
          message: "a bound on p\(percentileText) takes \(requestsNeeded.grouped) requests, and \(during) plans "
            + planned.grouped, hint: "plan more requests, or ask for a lower percentile", isImpossible: true)
      ]
    }
    let timeout = profile.target.requestTimeout
    guard from == .send, below > timeout else { return [] }
    return [
      PlanRemark(
        field: "below",
        message: "no answer that comes within timeouts.request takes longer than \(timeout.text), so that this "
          + "cannot fail",
        hint: "write at most \(timeout.text)")
    ]
  }

  private func verdict(
    _ all: LatencyOfAll, value: String, _ delay: MachineDelay.Share, _ window: InstantBounds, _ evidence: [Evidence]
  ) -> Opinion {
    let load = all.load
    if all.successes.isEmpty {
      return .inconclusive("no request of \(during) succeeded", finding: value, window: window, evidence: evidence)
    }
    if isCertainlyBelow(load, limit), let highest = all.highest {
      let margin = max(below - highest, .zero).plain
      return .pass("\(value), \(margin) below \(below.text)\(confidenceText)", window: window, evidence: evidence)
    }
    if delay.isNoticeable, load.unseen != nil, !mayBeBelow(load, slow: { measuredTooLong($0, limit) }) {
      return .untrusted(
        "this machine was late: \(sentence(delay)), and without that p\(percentileText) may lie below \(below.text)",
        finding: value, window: window, evidence: evidence)
    }
    let reason =
      load.unaccounted > 0
      ? "the end of \(load.unaccounted.of("request")) is not recorded, and the slowest may be among them"
      : all.highest == nil
        ? "\(all.unanswered.of("request")) got no answer, and how long one would have taken is not known"
        : confidence == nil
          ? "the bound lies between what buckets and the edges of the window allow"
          : "\(below.text) lies between the bounds of p\(percentileText)\(confidenceText): it takes more requests to tell"
    return .inconclusive(reason, finding: value, window: window, evidence: evidence)
  }

  private var limit: Duration { below - .microseconds(1) }

  /// At worst no uncertain request belongs to the window that was fast, and none without an answer would have been.
  private func isCertainlyBelow(_ load: LoadInWindow, _ limit: Duration) -> Bool {
    let (slow, count) = atWorst(load, limit)
    let needed =
      confidence.map {
        QuantileRanks.upper(count: count, quantile: percentile / 100, confidence: $0.fraction) ?? count + 1
      } ?? rank(of: count)
    return count > 0 && count - slow >= needed
  }

  private func atWorst(_ load: LoadInWindow, _ limit: Duration) -> (slow: Int, of: Int) {
    let (certain, perhaps) = (load.certain, load.perhaps)
    let uncertain = perhaps.answeredAbove(limit).upperBound + perhaps.unanswered + load.unaccounted
    return (certain.answeredAbove(limit).upperBound + certain.unanswered + uncertain, certain.known + uncertain)
  }

  /// At best every uncertain request was fast.
  ///
  /// - Parameter slow: how many of the known requests took too long.
  private func mayBeBelow(_ load: LoadInWindow, slow: (LoadInWindow.Tally) -> Int) -> Bool {
    let (slow, count) = atBest(load, slow: slow)
    let needed =
      confidence.map {
        QuantileRanks.lower(count: count, quantile: percentile / 100, confidence: $0.fraction) ?? 0
      } ?? rank(of: count)
    return count == 0 || count - slow >= needed
  }

  private func atBest(_ load: LoadInWindow, slow: (LoadInWindow.Tally) -> Int) -> (slow: Int, of: Int) {
    let (certain, perhaps) = (load.certain, load.perhaps)
    return (
      slow(certain), certain.known + perhaps.known - slow(perhaps) + load.unaccounted + (load.unseen ?? 0)
    )
  }

  /// By what was measured, whoever took the time.
  private func measuredTooLong(_ tally: LoadInWindow.Tally, _ limit: Duration) -> Int {
    min(tally.waited.countAbove(limit).lowerBound, tally.unanswered) + tally.answeredAbove(limit).lowerBound
  }

  /// Where nothing tells what this machine took: only those that never had an answer, by what they had waited after they were
  /// sent, less the tenth that may have been its own.
  private func waitedTooLong(_ tally: LoadInWindow.Tally) -> Int {
    min(tally.waitedAfterSending.countAbove(limit * 10 / 9).lowerBound, tally.unanswered)
  }

  private func sentence(_ delay: MachineDelay.Share) -> String {
    "requests may have left up to \(delay.lateness.plain) late by its doing, and answers have lain unread for up to "
      + delay.unread.plain
  }

  /// What the percentile may be without the time that this machine may have taken, where that is enough to count.
  private func machineRow(_ all: LatencyOfAll, _ delay: MachineDelay.Share) -> [Evidence] {
    guard delay.isNoticeable, let measured = all.lowest, let least = all.lowestWithoutMachine, least > .zero,
      measured - least > LoadInterval.lateAfter
    else { return [] }
    return [Evidence("\(sentence(delay)): without that p\(percentileText) is at least \(least.plain)")]
  }

  /// How many of the values lie at or below their percentile.
  private func rank(of count: Int) -> Int { Int(((percentile / 100).nextDown * Double(count)).rounded(.up)) }

  private func rows(_ all: LatencyOfAll, _ run: RunView, _ judged: JudgedLoad) -> [Evidence] {
    let (load, good, stretch) = (all.load, all.successes, judged.stretch)
    var rows = [LoadCoverage.closedModel(run, in: stretch.hull)].compactMap { $0 }
    let names = [50, 90, 95, 99, 99.9].map { "p\($0 == $0.rounded() ? "\(Int($0))" : "\($0)")" }
    let values = good.quantiles([0.5, 0.9, 0.95, 0.99, 0.999])
    let whose = all.failed > 0 ? ", of the successful ones" : ""
    if !values.isEmpty {
      let list = zip(names, values).map { "\($0) \($1.plain)" }.joined(separator: ", ")
      rows.append(
        Evidence(
          "from \(from == .due ? "due" : "sending")\(whose): \(list), longest \(good.maximum?.plain ?? "")"))
    }
    let interval = good.quantileInterval(percentile / 100, confidence: Self.usualConfidence)
    if let low = interval.lower, let high = interval.upper {
      rows.append(Evidence("95% interval of p\(percentileText) by ranks\(whose): \(low.plain) to \(high.plain)"))
    }
    let other = LoadInWindow(
      run, stretch, judged.pieces, route: route, latency: from == .due ? .send : .due)
    if let value = other.certain.latency.quantile(percentile / 100) {
      rows.append(Evidence("p\(percentileText) from \(from == .due ? "sending" : "due")\(whose): \(value.plain)"))
    }
    if all.failed > 0 {
      let failures = load.failuresText.joined(separator: ", ")
      rows.append(
        Evidence(
          "failed, and counted with the time of the answer or, without one, with what they had waited: \(failures)"))
    }
    return rows + load.gaps + load.edges
  }
}
