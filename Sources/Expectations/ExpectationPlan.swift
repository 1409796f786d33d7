package import Profiles
import RunTimeline
import Statistics
import Units

/// What can be told of expectations before a run: those that cannot pass, and those that allow very little.
package enum ExpectationPlan {
  /// Expectations that the planned load can never let pass. A profile with any is invalid.
  package static func problems(_ profile: Profile) -> [ProfileProblem] {
    profile.expectations.flatMap { expectation -> [ProfileProblem] in
      switch expectation.kind {
      case .errorBudget(let wanted): confidenceProblem(wanted, expectation, profile)
      case .latency(let wanted): sampleProblem(wanted, expectation, profile)
      default: []
      }
    }
  }

  /// Expectations that can pass, but whose user may not know how little they allow.
  package static func warnings(_ profile: Profile) -> [ProfileProblem] {
    profile.expectations.flatMap { expectation -> [ProfileProblem] in
      switch expectation.kind {
      case .errorBudget(let wanted): budgetWarning(wanted, expectation, profile)
      case .scaleUp(let wanted): lengthWarning(wanted.within, after: wanted.after, expectation, profile)
      case .scaleDown(let wanted):
        wanted.within.map { lengthWarning($0, after: wanted.after, expectation, profile) } ?? []
      default: []
      }
    }
  }

  private static func confidenceProblem(
    _ wanted: Expectation.ErrorBudget, _ expectation: Expectation, _ profile: Profile
  ) -> [ProfileProblem] {
    guard let confidence = wanted.confidence, let planned = requests(in: wanted.during, wanted.route, profile) else {
      return []
    }
    let needed = needed(0, wanted.objective, confidence)
    guard planned < needed else { return [] }
    return [
      problem(
        expectation, profile, field: "confidence",
        "\(wanted.objective) with \(confidence) confidence takes \(needed.grouped) requests without a failure, and "
          + "\(wanted.during) plans \(planned.grouped)",
        hint: "plan more requests, ask for less, or leave confidence out to judge the count")
    ]
  }

  private static func sampleProblem(
    _ wanted: Expectation.Latency, _ expectation: Expectation, _ profile: Profile
  ) -> [ProfileProblem] {
    guard let planned = requests(in: wanted.during, wanted.route, profile), planned < wanted.requestsNeeded else {
      return []
    }
    return [
      problem(
        expectation, profile, field: "percentile",
        "a bound on p\(wanted.percentileText) takes \(wanted.requestsNeeded.grouped) requests, and \(wanted.during) "
          + "plans \(planned.grouped)", hint: "plan more requests, or ask for a lower percentile")
    ]
  }

  private static func budgetWarning(
    _ wanted: Expectation.ErrorBudget, _ expectation: Expectation, _ profile: Profile
  ) -> [ProfileProblem] {
    guard let planned = requests(in: wanted.during, wanted.route, profile) else { return [] }
    if let confidence = wanted.confidence {
      guard planned >= needed(0, wanted.objective, confidence) else { return [] }
      var failures = 0
      while failures < 10, needed(failures + 1, wanted.objective, confidence) <= planned { failures += 1 }
      guard failures < 10 else { return [] }
      return [
        problem(
          expectation, profile, field: "confidence",
          "among the \(planned.grouped) requests planned for \(wanted.during) this passes with at most "
            + failures.of("failure"))
      ]
    }
    // An objective of 100 % says so itself.
    guard wanted.objective.complement.billionths > 0, wanted.objective.complement.floor(of: planned) == 0 else {
      return []
    }
    return [
      problem(
        expectation, profile, field: "objective",
        "among the \(planned.grouped) requests planned for \(wanted.during), \(wanted.objective) allows no failure at all"
      )
    ]
  }

  private static func lengthWarning(
    _ within: Duration, after: Moment, _ expectation: Expectation, _ profile: Profile
  ) -> [ProfileProblem] {
    guard let start = planned(after, profile) else { return [] }
    let rest = profile.load.duration - start
    guard within > rest else { return [] }
    return [
      problem(
        expectation, profile, field: "within",
        "the run ends \(max(rest, .zero).plain) after \(after), before the bound of \(within.text)",
        hint: "what is not reached by then is inconclusive; make the last phase longer to let it fail")
    ]
  }

  private static func needed(_ failures: Int, _ objective: Percentage, _ confidence: Percentage) -> Int {
    ProportionInterval.requestsNeeded(
      failures: failures, objective: objective.fraction, confidence: confidence.fraction)
  }

  private static func planned(_ moment: Moment, _ profile: Profile) -> Duration? {
    let phases = profile.load.plannedPhases
    func bounds(_ name: String) -> Range<Duration>? {
      phases.first { $0.name == name }.map { $0.start..<$0.end }
    }
    switch moment.anchor {
    case .runStart: return moment.offset
    case .phaseStart(let name): return bounds(name).map { $0.lowerBound + moment.offset }
    case .phaseEnd(let name): return bounds(name).map { $0.upperBound + moment.offset }
    case .actionStart(let name):
      return profile.actions.first { $0.name == name }.flatMap { planned($0.at, profile) }.map { $0 + moment.offset }
    case .actionEnd: return nil
    }
  }

  /// Requests that the profile plans for a window; `nil` where that depends on the cluster or on users.
  private static func requests(in window: Window, _ route: String?, _ profile: Profile) -> Int? {
    profile.plannedRequests(in: window, route: route).map { Int($0.rounded()) }
  }

  private static func problem(
    _ expectation: Expectation, _ profile: Profile, field: String, _ message: String, hint: String? = nil
  ) -> ProfileProblem {
    ProfileProblem(
      source: profile.source, line: expectation.line, column: expectation.column,
      path: "\(expectation.name): \(expectation.kind.name).\(field)", message: message, hint: hint)
  }
}
