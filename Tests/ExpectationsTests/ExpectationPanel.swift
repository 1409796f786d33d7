/// Expectations for recordings of three phases: calm, surge and settle.
enum ExpectationPanel {
  /// On both sides of what the recordings show, so that what is dated wrongly by some seconds is answered wrongly.
  static let replicas: [String] = {
    let counts = ["surge", "settle"].flatMap { window in
      [2, 3, 4, 5, 6, 8, 10].flatMap { count in
        ["current", "available", "ready"].flatMap { of in
          ["<=", ">="].map { "steadyReplicas: {during: \(window), count: \"\($0) \(count)\", of: \(of)}" }
        }
      }
    }
    let times = [10, 20, 30, 45, 60, 90].flatMap { seconds in
      [3, 4, 6, 8].flatMap { count in
        [
          "scaleUp: {after: surge.start, to: \">= \(count)\", of: ready, within: \(seconds)s}",
          "scaleUp: {after: surge.start, to: \">= \(count)\", of: available, within: \(seconds)s}",
        ]
      } + [
        "scaleDown: {after: settle.start, notBefore: \(seconds)s}",
        "scaleDown: {after: settle.start, to: 3, within: \(5 * seconds)s}",
      ]
    }
    let whole = [
      "availabilityFloor: {during: surge}", "hpaConformance: {}", "withinCorridor: {}",
      "replicasSurvive: {during: run}", "oneRollout: {during: run}", "undisturbed: {}",
      "surgeCeiling: {during: run, terminating: 3}", "podStartup: {within: 20s}",
      "scheduledWithin: {during: run, within: 20s}", "flapping: {reversals: \"<= 1\"}", "gracefulExit: {}",
      "podsStayHealthy: {during: run}",
    ]
    return counts + times + whole
  }()
}
