package import Expectations
import RunTimeline
import Units

/// What a recording tells of the nature of its cluster: of its pods, their machines, the metrics and the Ingress.
package struct FittedModel: Sendable {
  /// Those that the recording tells.
  package private(set) var values: [FittedParameter: FittedValue]
  /// Why the recording does not tell the others.
  package let reasons: [FittedParameter: String]

  package init(_ run: RunAnalysis) {
    var values: [FittedParameter: FittedValue] = [:]
    var reasons: [FittedParameter: String] = [:]
    let use = UseFit(run)
    let start = StartFit(run.timeline)
    let ending = EndingFit(run.timeline)
    let found: [(FittedParameter, FittedValue?, String)] = [
      (.cpuPerRequest, use.cost, use.costProblem),
      (.serviceTime, ServiceTimeFit.value(run.timeline), "no request was answered under a low load"),
      (.imagePull, start.pull, "no image was pulled, or no event tells of it"),
      (.containerStart, start.container, "no pod was seen to start"),
      (.applicationStart, start.application, "no pod was seen to become ready"),
      (.metricsWindow, use.window, use.stepProblem),
      (.metricsDelay, use.delay, use.stepProblem),
      (.endpointDelay, ending.endpoints, "no request failed at a pod that had ended"),
      (.keepsServing, ending.serving, "no request failed at a pod that had ended"),
    ]
    for (parameter, value, problem) in found {
      values[parameter] = value
      if value == nil { reasons[parameter] = problem }
    }
    self.values = values
    self.reasons = reasons
  }

  package subscript(parameter: FittedParameter) -> FittedValue? { values[parameter] }

  /// The model, and others that the observations allow as well, the likeliest first: a published use that is rounded leaves
  /// open what a request costs, and the autoscaler decides by thresholds.
  package var candidates: [FittedModel] {
    guard let cost = values[.cpuPerRequest] else { return [self] }
    let (low, high) = (cost.range.lowerBound, cost.range.upperBound)
    let others = [1, 3, 0, 4].map { low + (high - low) * $0 / 4 }.filter { $0 != cost.value && $0 > .zero }
    return [self]
      + others.map { other in
        var model = self
        model.values[.cpuPerRequest] = FittedValue(
          .cpuPerRequest, other, range: cost.range, observations: cost.observations)
        return model
      }
  }

  /// One line for each parameter.
  ///
  /// - Parameter otherwise: what is taken where the recording does not tell.
  package func lines(otherwise: (FittedParameter) -> Duration) -> [String] {
    let width = FittedParameter.allCases.map(\.rawValue.count).max() ?? 0
    return FittedParameter.allCases.map { parameter in
      let name = parameter.rawValue.padding(width)
      guard let value = values[parameter] else {
        return "  \(name)  \(Self.text(otherwise(parameter))) as given: \(reasons[parameter] ?? "it is not told")"
      }
      let count = "\(value.observations) observation\(value.observations == 1 ? "" : "s")"
      return "  \(name)  \(Self.text(value.value))  (\(Self.text(value.range.lowerBound)) to "
        + "\(Self.text(value.range.upperBound)), \(count))"
    }
  }

  /// To two decimals: `1.98ms`, `2.31s`.
  private static func text(_ length: Duration) -> String {
    let nanoseconds = max(length.nanoseconds, 0)
    let (unit, name): (Int64, String) =
      nanoseconds >= 1_000_000_000 ? (1_000_000_000, "s") : nanoseconds >= 1_000_000 ? (1_000_000, "ms") : (1000, "us")
    if nanoseconds == 0 { return "0s" }
    let hundredths = (nanoseconds + unit / 200) / (unit / 100)
    let (whole, rest) = (hundredths / 100, hundredths % 100)
    if rest == 0 { return "\(whole)\(name)" }
    return rest % 10 == 0 ? "\(whole).\(rest / 10)\(name)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)\(name)"
  }
}

extension String {
  fileprivate func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }
}
