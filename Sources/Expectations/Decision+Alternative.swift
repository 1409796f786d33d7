import AutoscalerModel
import KubernetesObjects
import Units

extension Decision {
  /// What would have had to differ for another outcome.
  ///
  /// - Parameters:
  ///   - history: what the controller remembered before this sync.
  ///   - instant: the text of an instant, as in `at 163.4s`.
  func alternative(remembering history: ScalingHistory?, instant: (KubernetesTime) -> String) -> String {
    let wanted = stabilizedRecommendation ?? rawRecommendation ?? desiredReplicas
    switch bindingTerm {
    case .metric(let index): return metricAlternative(index)
    case .tolerance(let index): return toleranceAlternative(index)
    case .unreadyDamping(let index): return dampingAlternative(index)
    case .stepLimit:
      return "\(stepLimitText)\(spentText(history, instant: instant)); "
        + "with a larger step it would have gone to \(within(wanted))"
    case .disabledDirection:
      return "with another selectPolicy than Disabled it might have gone to \(within(wanted))"
    case .stabilizationWindow(let direction):
      return windowAlternative(direction, history, instant: instant)
    case .minReplicas:
      return path == .belowMinReplicas
        ? "with minReplicas of \(currentReplicas) or less nothing would have been corrected"
        : "with a lower minReplicas it might have gone down to \(wanted)"
    case .maxReplicas:
      return path == .aboveMaxReplicas
        ? "with maxReplicas of \(currentReplicas) or more nothing would have been corrected"
        : "with a higher maxReplicas it might have gone up to \(wanted)"
    case .failedMetric(let index):
      let name = plan.metrics.indices.contains(index) ? plan.metrics[index].text : "the metric"
      return "\(name) had to be readable"
    case .selector: return "the selector had to be usable"
    case .zeroReplicas: return "somebody had to scale it away from zero"
    case .scaleUnreadable: return "the target had to be readable"
    }
  }

  private func within(_ count: Int) -> Int { min(max(count, plan.minReplicas), plan.maxReplicas) }

  /// The policies that limited the step.
  private var stepLimitText: String {
    guard let behavior = plan.behavior else { return "the built-in limit is max(2 x \(currentReplicas), 4)" }
    let isUp = limit == .scaleUpLimit
    let rules = isUp ? behavior.scaleUp : behavior.scaleDown
    let policies = rules.policies.map { policy in
      (policy.type == .percent ? "\(policy.value) %" : policy.value.of("pod")) + " per \(policy.periodSeconds) s"
    }
    let choice = rules.policies.count > 1 ? " (selectPolicy \(rules.selectPolicy.rawValue))" : ""
    return "\(isUp ? "scaleUp" : "scaleDown") allows \(policies.joined(separator: ", "))\(choice)"
  }

  /// The last change that took of the policies' budget.
  private func spentText(_ history: ScalingHistory?, instant: (KubernetesTime) -> String) -> String {
    guard let behavior = plan.behavior, let history else { return "" }
    let isUp = limit == .scaleUpLimit
    let events = isUp ? history.scaleUpEvents : history.scaleDownEvents
    let period = Int64((isUp ? behavior.scaleUp : behavior.scaleDown).longestPeriod) * 1_000_000
    guard let last = events.max(by: { $0.time < $1.time }), time.microseconds - last.time.microseconds < period
    else { return "" }
    let end = KubernetesTime(microseconds: last.time.microseconds + period)
    return ", and the \(last.change) of \(instant(last.time)) count until \(instant(end))"
  }

  /// Which remembered recommendation holds the count, and until when.
  private func windowAlternative(
    _ direction: Stabilization.Direction, _ history: ScalingHistory?, instant: (KubernetesTime) -> String
  ) -> String {
    let raw = rawRecommendation ?? desiredReplicas
    let alone = within(raw)
    let outcome =
      alone == currentReplicas
      ? "\(raw < plan.minReplicas ? "minReplicas" : "maxReplicas") would have held it at \(alone) all the same"
      : "it would have moved towards \(alone)"
    let seconds = windowSeconds(direction)
    let young = (history?.recommendations ?? []).filter {
      time.microseconds - $0.time.microseconds <= Int64(seconds) * 1_000_000
    }
    let bound = direction == .scaleDown ? young.map(\.replicas).max() : young.map(\.replicas).min()
    guard let bound, let last = young.filter({ $0.replicas == bound }).max(by: { $0.time < $1.time }) else {
      return "without the window \(outcome)"
    }
    let end = KubernetesTime(microseconds: last.time.microseconds + Int64(seconds) * 1_000_000)
    return
      "without the \(bound) of \(instant(last.time)), which counts for \(seconds) s until \(instant(end)), \(outcome)"
  }

  private func windowSeconds(_ direction: Stabilization.Direction) -> Int {
    guard let behavior = plan.behavior else { return 300 }
    return direction == .scaleUp
      ? behavior.scaleUp.stabilizationWindowSeconds : behavior.scaleDown.stabilizationWindowSeconds
  }

  private func dampingAlternative(_ index: Int) -> String {
    let pods = metrics.indices.contains(index) ? metrics[index].proposal?.pods : nil
    let silent = (pods?.unready ?? 0) + (pods?.missing ?? 0)
    guard case .damped(let first, _) = metrics.indices.contains(index) ? metrics[index].proposal?.basis : nil, let pods
    else { return "\(silent.of("pod")) had to count: to be ready with a sample of their own" }
    let all = first * Double(pods.counted + silent)
    return "\(silent.of("pod")) had to count, to be ready with a sample of \(silent == 1 ? "its" : "their") own: "
      + "as busy as the others they would have made it ask for \(Int(min(all, 1e6).rounded(.up)))"
  }

  private func metricAlternative(_ index: Int) -> String {
    guard let (target, proposal) = utilization(index), let metric = metrics[index].proposal,
      let read = metric.usage.utilization
    else { return "the metric had to read differently" }
    switch metric.basis {
    case .ratio: break
    case .filled:
      return "with every pod ready and a sample of its own the number of pods and the ratio would have been others"
    case .tolerance, .damped: return "the metric had to read differently"
    }
    let pods = proposal.pods.counted
    guard pods > 0, read < 1_000_000, target > 0 else { return "the metric had to read differently" }
    let (below, above) = nearestOthers(to: proposal.replicas, pods: pods, target: target, from: read)
    let fewer = below.map { "at \($0) % or less it would have asked for fewer than \(proposal.replicas)" }
    let more = above.map { "above \($0 - 1) % for more\(fewer == nil ? " than \(proposal.replicas)" : "")" }
    return [fewer, more].compactMap { $0 }.joined(separator: ", ")
  }

  private func toleranceAlternative(_ index: Int) -> String {
    guard let (target, proposal) = utilization(index), let read = proposal.usage.utilization, target > 0,
      read < 1_000_000
    else { return "the metric had to be further from its target" }
    let pods = proposal.pods.counted
    let (below, above) = nearestOthers(to: currentReplicas, pods: max(pods, 1), target: target, from: read)
    let bounds = [below.map { "less than \($0 + 1) %" }, above.map { "more than \($0 - 1) %" }].compactMap { $0 }
    return "it had to read \(bounds.joined(separator: " or "))"
  }

  /// The nearest readings in whole per cent, below and above, at which as many pods would ask for another count. Inside the
  /// tolerance the current count is asked for.
  private func nearestOthers(
    to replicas: Int, pods: Int, target: Int, from read: Int
  ) -> (below: Int?, above: Int?) {
    func asked(_ percent: Int) -> Int {
      let ratio = Double(percent) / Double(target)
      let isInside = plan.tolerance.contains(ratio, version: version)
      return isInside ? currentReplicas : Int((ratio * Double(pods)).rounded(.up))
    }
    return (
      (0...max(read, 0)).reversed().first { asked($0) < replicas },
      (max(read, 0)...max(read, 0) + 2 * target + 200).first { asked($0) > replicas }
    )
  }

  private func utilization(_ index: Int) -> (target: Int, proposal: MetricProposal)? {
    guard plan.metrics.indices.contains(index), metrics.indices.contains(index),
      let proposal = metrics[index].proposal,
      case .resource(_, _, .utilization(let target)) = plan.metrics[index].source
    else { return nil }
    return (target, proposal)
  }
}
