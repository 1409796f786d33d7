package import Profiles
import RunTimeline
import Units

extension Expectation.Kind {
  /// As the profile calls it: `scaleUp`.
  package var name: String {
    switch self {
    case .scaleUp: "scaleUp"
    case .scaleDown: "scaleDown"
    case .steadyReplicas: "steadyReplicas"
    case .latency: "latency"
    case .errorBudget: "errorBudget"
    case .availabilityFloor: "availabilityFloor"
    case .rolloutCompletes: "rolloutCompletes"
    case .throughput: "throughput"
    case .hpaConformance: "hpaConformance"
    case .withinCorridor: "withinCorridor"
    }
  }

  /// The expectation in one line: `ready replicas >= 8 within 90s of surge.start`.
  package var sentence: String {
    switch self {
    case .scaleUp(let wanted):
      return "\(wanted.of.rawValue) replicas \(wanted.to) within \(wanted.within.text) of \(wanted.after)"
    case .scaleDown(let wanted):
      var parts: [String] = []
      if let to = wanted.to, let within = wanted.within {
        parts.append("\(wanted.of.rawValue) replicas \(to) within \(within.text) of \(wanted.after)")
      }
      if let notBefore = wanted.notBefore {
        parts.append("no fewer \(wanted.of.rawValue) replicas before \(notBefore.text) after \(wanted.after)")
      }
      return parts.joined(separator: "; ")
    case .steadyReplicas(let wanted):
      let settle = wanted.settle == .zero ? "" : ", from \(wanted.settle.text) after its start"
      return "\(wanted.of.rawValue) replicas \(wanted.count) throughout \(wanted.during)\(settle)"
    case .latency(let wanted):
      let from = wanted.from == .due ? "" : " from sending"
      return
        "p\(wanted.percentileText) latency\(from) below \(wanted.below.text) during \(wanted.during)\(route(wanted.route))"
    case .errorBudget(let wanted):
      let confidence = wanted.confidence.map { " with a confidence of \($0)" } ?? ""
      return "\(wanted.objective) of requests succeed during \(wanted.during)\(route(wanted.route))\(confidence)"
    case .availabilityFloor(let wanted):
      return "available replicas within maxUnavailable of wanted during \(wanted.during)"
    case .rolloutCompletes(let wanted): return "rollout \(wanted.action) completes within \(wanted.within.text)"
    case .throughput(let wanted):
      let bound =
        switch wanted.atLeast {
        case .share(let share): "at least \(share) of offered requests answered"
        case .rate(let rate): "at least \(rate) answered"
        }
      return "\(bound) as expected during \(wanted.during)\(route(wanted.route))"
    case .hpaConformance: return "every rescale is one that the autoscaler's own spec allows"
    case .withinCorridor(let wanted):
      return "wanted replicas within what the autoscaler's own spec allows throughout \(wanted.during)"
    }
  }

  private func route(_ name: String?) -> String { name.map { " for request \($0)" } ?? "" }
}

extension Expectation.Latency {
  /// `99`, `99.9`.
  var percentileText: String {
    percentile == percentile.rounded() ? "\(Int(percentile))" : "\(percentile)"
  }
}
