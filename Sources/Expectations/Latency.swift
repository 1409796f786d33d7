import Foundation
import Profiles
import RunTimeline
import Statistics
import Units

extension Expectation.Latency {
  /// How sure the order-statistic interval is that is shown, and by which too few requests are told.
  static let confidence = 0.95

  /// How many requests it takes to bound the percentile from above at all.
  var requestsNeeded: Int { Int((log(1 - Self.confidence) / log(percentile / 100)).rounded(.up)) }

  /// Passes when the percentile of the successful requests lies below the bound whichever of the uncertain requests
  /// belong to the window, fails when it lies at or above it in any case.
  func opinion(on run: RunView) -> Opinion {
    switch run.stretch(during) {
    case .missing(let reason): return .inconclusive(reason)
    case .known(let stretch):
      let load = LoadInWindow(run, stretch, route: route, latency: from == .due ? .due : .send)
      let window = stretch.hull
      let guardian = GeneratorGuard(run, in: window)
      if load.isEmpty {
        return guardian.missingLoad(window: window) ?? .inconclusive("no request was due in \(during)", window: window)
      }
      var all = load.certain.latency
      all.merge(load.perhaps.latency)
      guard let quantile = all.quantileBounds(percentile / 100) else {
        return .inconclusive("no request of \(during) succeeded", window: window, evidence: rows(load, run, stretch))
      }
      let evidence = rows(load, run, stretch)
      let edges = load.perhaps.latency.count
      let value =
        "p\(percentileText) \(Self.text(quantile)) of \(all.count.grouped) successful requests"
        + (edges > 0 ? ", \(edges.grouped) of them perhaps outside of the window" : "")
      if let reason = guardian.saturated {
        return .untrusted(reason, finding: value, window: window, evidence: evidence)
      }
      if guardian.hole?.isCut == false,
        let opinion = guardian.missingLoad(finding: value, window: window, evidence: evidence)
      {
        return opinion
      }
      if let unfinished = stretch.unfinished, stretch.cut {
        return .inconclusive(unfinished, finding: "\(value) so far", window: window, evidence: evidence)
      }
      if let opinion = guardian.missingLoad(finding: value, window: window, evidence: evidence) { return opinion }
      guard all.count >= requestsNeeded else {
        return .inconclusive(
          "\(all.count.of("request")) succeeded, and a bound on p\(percentileText) takes \(requestsNeeded.grouped)",
          finding: value, window: window, evidence: evidence)
      }
      return verdict(load, value: value, quantile: quantile, unfinished: stretch.unfinished, window, evidence)
    }
  }

  private func verdict(
    _ load: LoadInWindow, value: String, quantile: ClosedRange<Duration>, unfinished: String?,
    _ window: InstantBounds, _ evidence: [Evidence]
  ) -> Opinion {
    let limit = below - .microseconds(1)
    let (certain, perhaps) = (load.certain.latency.countAbove(limit), load.perhaps.latency.countAbove(limit))
    // The requests without a known end may be the slowest of all.
    let unknown = load.certain.unaccounted + load.perhaps.unaccounted
    let slowest = perhaps.upperBound + unknown
    let worst = isBelow(slow: certain.upperBound + slowest, of: load.certain.latency.count + slowest)
    let best = isBelow(
      slow: certain.lowerBound,
      of: load.certain.latency.count + load.perhaps.latency.count - perhaps.lowerBound + unknown)
    if !best {
      let margin = (quantile.lowerBound - below).plain
      return .fail("\(value): \(margin) above \(below.text)", window: window, evidence: evidence)
    }
    if let unfinished { return .inconclusive(unfinished, finding: value, window: window, evidence: evidence) }
    if worst {
      let margin = (below - quantile.upperBound).plain
      return .pass("\(value), \(margin) below \(below.text)", window: window, evidence: evidence)
    }
    return .inconclusive(
      unknown > 0
        ? "the end of \(unknown.of("request")) is not recorded, and the slowest may be among them"
        : "the bound lies between what buckets and the edges of the window allow", finding: value, window: window,
      evidence: evidence)
  }

  /// Whether the percentile lies below the bound when so many of the values do not.
  private func isBelow(slow: Int, of count: Int) -> Bool {
    count > 0 && count - slow >= Int(((percentile / 100).nextDown * Double(count)).rounded(.up))
  }

  private func rows(_ load: LoadInWindow, _ run: RunView, _ stretch: RunView.Stretch) -> [Evidence] {
    var all = load.certain.latency
    all.merge(load.perhaps.latency)
    var rows = [LoadCoverage.closedModel(run, in: stretch.hull)].compactMap { $0 }
    let names = [50, 90, 95, 99, 99.9].map { "p\($0 == $0.rounded() ? "\(Int($0))" : "\($0)")" }
    let values = all.quantiles([0.5, 0.9, 0.95, 0.99, 0.999])
    if !values.isEmpty {
      let list = zip(names, values).map { "\($0) \($1.plain)" }.joined(separator: ", ")
      rows.append(Evidence("from \(from == .due ? "due" : "sending"): \(list), longest \(all.maximum?.plain ?? "")"))
    }
    let interval = all.quantileInterval(percentile / 100, confidence: Self.confidence)
    if let low = interval.lower, let high = interval.upper {
      rows.append(Evidence("95% interval of p\(percentileText) by ranks: \(low.plain) to \(high.plain)"))
    }
    let other = LoadInWindow(run, stretch, route: route, latency: from == .due ? .send : .due)
    if let value = other.certain.latency.quantile(percentile / 100) {
      rows.append(Evidence("p\(percentileText) from \(from == .due ? "sending" : "due"): \(value.plain)"))
    }
    if load.certain.failed + load.perhaps.failed > 0 {
      rows.append(Evidence("not counted since they failed: \(load.failuresText.joined(separator: ", "))"))
    }
    return rows + load.edges
  }

  private static func text(_ range: ClosedRange<Duration>) -> String {
    range.lowerBound.plain == range.upperBound.plain
      ? range.upperBound.plain : "\(range.lowerBound.plain) to \(range.upperBound.plain)"
  }
}
