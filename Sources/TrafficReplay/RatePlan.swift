package import Arrivals
package import Units

/// The phases of the profile: stretches of a constant rate that follow the counts of a log.
///
/// A phase of `n` seconds with the rate `sum / n` plans exactly the requests that came in them, since arrivals follow
/// the integral of the rate; within it, they are spread evenly.
package struct RatePlan: Sendable {
  /// The correlation that merged seconds keep, where ``mostPhases`` allows.
  package static let sufficientCorrelation = 0.99
  /// An hour second by second; more phases would make a profile that nobody can read.
  package static let mostPhases = 3600

  /// One phase as the profile writes it.
  struct Step: Sendable, Equatable {
    let name: String
    let length: String
    let rate: String
  }

  let steps: [Step]
  package let phases: [LoadPhase]

  /// - Parameter resolution: seconds of every phase; `nil` merges seconds of like counts into phases.
  package init(_ counts: [Int], resolution: Int?) throws(UnitProblem) {
    if let resolution {
      try self.init(CountRuns(counts, length: resolution))
      return
    }
    // Whole requests follow a broken rate by up to a half each second, which merging does not know of; so what it may
    // spend is halved until the arrivals themselves keep the correlation.
    var unexplained = 1 - Self.sufficientCorrelation * Self.sufficientCorrelation
    var plan = try RatePlan(CountRuns.merged(counts, unexplained: unexplained))
    while unexplained > 1e-4, plan.phases.count < Self.mostPhases,
      (Fidelity(counts, plannedBy: plan.phases).correlation ?? 0) < Self.sufficientCorrelation
    {
      unexplained /= 2
      plan = try RatePlan(CountRuns.merged(counts, unexplained: unexplained))
    }
    self = plan
  }

  private init(_ runs: CountRuns) throws(UnitProblem) {
    var start = 0
    var steps: [Step] = []
    var phases: [LoadPhase] = []
    for run in runs.runs {
      let step = Step(
        name: Self.name(ofSecond: start), length: Duration.seconds(run.length).text,
        rate: Self.rate(run.sum, over: run.length))
      steps.append(step)
      // Read back from what is written, so that the arrivals are those of the written profile.
      phases.append(
        LoadPhase(name: step.name, duration: try Duration(text: step.length), rate: try Rate(text: step.rate)))
      start += run.length
    }
    self.steps = steps
    self.phases = phases
  }

  /// `t00-15-30`: hours, minutes and seconds after the beginning.
  private static func name(ofSecond second: Int) -> String {
    [second / 3600, second / 60 % 60, second % 60].map { LogTime.padded($0) }.joined(separator: "-").withPrefix("t")
  }

  /// The rate in the first unit in which it is a whole number, else in seconds.
  private static func rate(_ count: Int, over seconds: Int) -> String {
    for (unit, length) in [("s", 1), ("m", 60), ("h", 3600)] where count * length % seconds == 0 {
      return "\(count * length / seconds)/\(unit)"
    }
    return "\(Double(count) / Double(seconds))/s"
  }
}

extension String {
  fileprivate func withPrefix(_ prefix: String) -> String { prefix + self }
}
