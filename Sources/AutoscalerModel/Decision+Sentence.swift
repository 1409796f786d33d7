import KubernetesObjects
import Units

extension Decision: CustomStringConvertible {
  /// The decision as one sentence: what happens to the count, and what decided it.
  package var sentence: String { "\(outcomeClause): \(reasonClause)" }

  package var description: String { sentence }

  private var outcomeClause: String {
    guard let rescale else {
      if case .scaleUnreadable = path { return "nothing is decided" }
      return "stays at \(currentReplicas)"
    }
    return rescaleError == nil
      ? "scales from \(currentReplicas) to \(rescale)" : "fails to scale from \(currentReplicas) to \(rescale)"
  }

  private var reasonClause: String {
    let reason = bindingClause
    let failed = path == .computed && failedMetrics > 0
    return (rescaleError.map { "\(reason) (\($0))" } ?? reason)
      + (failed ? "; \(failedMetrics) of \(metrics.count) metrics failed" : "")
  }

  private var bindingClause: String {
    let wanted = rawRecommendation.map { "the metrics ask for \($0)" } ?? "no metric was read"
    switch bindingTerm {
    case .metric(let index), .tolerance(let index), .unreadyDamping(let index):
      return metricClause(index)
    case .stepLimit:
      return "\(wanted)\(stabilizedClause), and \(stepLimitClause) allows \(desiredReplicas)"
    case .disabledDirection:
      return "\(wanted)\(stabilizedClause), but selectPolicy is Disabled in that direction"
    case .stabilizationWindow(let direction):
      return windowClause(direction, wanted: wanted)
    case .minReplicas:
      return path == .belowMinReplicas
        ? "it is below minReplicas, which is \(plan.minReplicas)"
        : "\(wanted)\(stabilizedClause), and minReplicas is \(plan.minReplicas)"
    case .maxReplicas:
      return path == .aboveMaxReplicas
        ? "it is above maxReplicas, which is \(plan.maxReplicas)"
        : "\(wanted)\(stabilizedClause), and maxReplicas is \(plan.maxReplicas)"
    case .failedMetric(let index):
      let message = failures.first { $0.metric == index }?.message ?? ""
      return failedMetrics == metrics.count
        ? "no metric could be read: \(message)"
        : "a metric failed, so that nothing may shrink: \(message)"
    case .selector:
      if case .selectorUnusable(let problem) = path { return problem.message }
      return "the selector is unusable"
    case .zeroReplicas:
      return "the target is at zero replicas, which switches scaling off"
    case .scaleUnreadable:
      if case .scaleUnreadable(let text) = path { return "the target could not be read: \(text)" }
      return "the target could not be read"
    }
  }

  private var stabilizedClause: String {
    guard let stabilized = stabilizedRecommendation, stabilized != rawRecommendation else { return "" }
    return ", the stabilization window makes that \(stabilized)"
  }

  private var stepLimitClause: String {
    if plan.behavior == nil { return "the built-in limit on one step" }
    return limit == .scaleUpLimit
      ? "the scaleUp policies' limit on one step" : "the scaleDown policies' limit on one step"
  }

  private func windowClause(_ direction: Stabilization.Direction, wanted: String) -> String {
    let stabilized = stabilizedRecommendation ?? desiredReplicas
    guard let behavior = plan.behavior else {
      return "\(wanted), and a recommendation of \(stabilized) is still inside the scale-down window"
    }
    let seconds =
      direction == .scaleUp
      ? behavior.scaleUp.stabilizationWindowSeconds : behavior.scaleDown.stabilizationWindowSeconds
    let name = direction == .scaleUp ? "scaleUp" : "scaleDown"
    return "\(wanted), and recommendations inside the \(name) window of \(seconds) s hold it at \(stabilized)"
  }

  private func metricClause(_ index: Int) -> String {
    guard plan.metrics.indices.contains(index), metrics.indices.contains(index),
      let proposal = metrics[index].proposal
    else { return "the metrics ask for \(desiredReplicas)" }
    let metric = plan.metrics[index]
    let reading = "\(metric.text) is \(metric.reading(proposal.usage))"
    switch proposal.basis {
    case .tolerance(let ratio):
      return "\(reading), \(ratio.times) the target, which is inside the tolerance"
    case .ratio(let ratio):
      let pods = proposal.pods.counted
      return
        "\(reading), \(ratio.times) the target\(pods > 0 ? " over \(pods) pods" : ""), which takes \(proposal.replicas)"
    case .filled(let first, let second):
      return
        "\(reading), \(first.times) the target; with \(proposal.pods.fillText) assumed it is \(second.times), which takes \(proposal.replicas)"
    case .damped(let first, let second):
      return
        "\(reading), \(first.times) the target, but with \(proposal.pods.fillText) assumed it is \(second.times), which moves nothing"
    }
  }
}

extension PlannedMetric {
  /// A reading beside its target.
  fileprivate func reading(_ usage: MetricUsage) -> String {
    func against(_ milli: Int64) -> String {
      "\(Quantity(milli: usage.milli)) against a target of \(Quantity(milli: milli))"
    }
    switch source {
    case .resource(_, _, .utilization(let target)):
      return "\(usage.utilization ?? 0) % against a target of \(target) %"
    case .resource(_, _, .average(let milli)), .pods(let milli): return against(milli)
    case .object(.value(let milli)), .external(.value(let milli)): return against(milli)
    case .object(.average(let milli)), .external(.average(let milli)): return against(milli) + " for each replica"
    case .invalid: return "unreadable"
    }
  }
}

extension MetricProposal.PodCounts {
  /// The pods that were filled in.
  fileprivate var fillText: String {
    let parts = [(unready, "not ready"), (missing, "without a sample")].filter { $0.0 > 0 }
    return parts.map { "\($0.0) \($0.0 == 1 ? "pod" : "pods") \($0.1)" }.joined(separator: " and ")
  }
}

extension Double {
  /// A ratio to two decimals: `1.37 times`.
  fileprivate var times: String {
    guard isFinite, magnitude < 1e12 else { return "\(self) times" }
    let hundredths = Int((self * 100).rounded())
    let decimals = abs(hundredths) % 100
    return "\(hundredths / 100).\(decimals < 10 ? "0" : "")\(decimals) times"
  }
}
