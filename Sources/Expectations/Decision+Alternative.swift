import AutoscalerModel
import Units

extension Decision {
  /// What would have had to differ for another outcome.
  var alternative: String {
    let wanted = stabilizedRecommendation ?? rawRecommendation ?? desiredReplicas
    switch bindingTerm {
    case .metric(let index): return metricAlternative(index)
    case .tolerance(let index): return toleranceAlternative(index)
    case .unreadyDamping(let index):
      let pods = metrics.indices.contains(index) ? metrics[index].proposal?.pods : nil
      let silent = (pods?.unready ?? 0) + (pods?.missing ?? 0)
      return "\(silent.of("pod")) had to count: to be ready with a sample of their own"
    case .stepLimit:
      return "with a policy that allows a larger step it would have gone to \(within(wanted))"
    case .disabledDirection:
      return "with another selectPolicy than Disabled it might have gone to \(within(wanted))"
    case .stabilizationWindow(let direction):
      let name = direction == .scaleUp ? "scaleUp" : "scaleDown"
      return "the recommendations inside the \(name) window had to be older, or the window shorter; "
        + "the metrics alone ask for \(rawRecommendation ?? desiredReplicas)"
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

  private func metricAlternative(_ index: Int) -> String {
    guard let (target, proposal) = utilization(index), case .ratio = proposal.basis, proposal.pods.counted > 0 else {
      return "the metric had to read differently"
    }
    let lower = target * (proposal.replicas - 1) / proposal.pods.counted
    let upper = target * proposal.replicas / proposal.pods.counted
    return "at \(lower) % or less it would have asked for fewer than \(proposal.replicas), above \(upper) % for more"
  }

  private func toleranceAlternative(_ index: Int) -> String {
    guard let (target, _) = utilization(index) else { return "the metric had to be further from its target" }
    let lower = Double(target) * (1 - plan.tolerance.scaleDown)
    let upper = Double(target) * (1 + plan.tolerance.scaleUp)
    return "it had to read less than \(Int(lower.rounded(.up))) % or more than \(Int((upper + 1e-9).rounded(.down))) %"
  }

  private func utilization(_ index: Int) -> (target: Int, proposal: MetricProposal)? {
    guard plan.metrics.indices.contains(index), metrics.indices.contains(index),
      let proposal = metrics[index].proposal,
      case .resource(_, _, .utilization(let target)) = plan.metrics[index].source
    else { return nil }
    return (target, proposal)
  }
}
