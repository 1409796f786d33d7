package import KubernetesObjects
package import Units

/// What has to come true before an action or a fault begins.
package enum StartCondition: Sendable, Equatable, CustomStringConvertible {
  case workload(WorkloadCondition)
  case errors(ErrorCondition)

  /// Reads a condition as it is written.
  package init(text: String) throws(UnitProblem) {
    let word = String(text.prefix { $0.isLetter })
    let words = WorkloadCondition.Count.allCases.map(\.rawValue) + [ErrorCondition.word]
    if word == ErrorCondition.word || Spelling.nearest(to: word, among: words) == ErrorCondition.word {
      self = .errors(try ErrorCondition(text: text))
      return
    }
    do {
      self = .workload(try WorkloadCondition(text: text))
    } catch {
      guard error.description.contains("is not a condition") else { throw error }
      throw UnitProblem("\(error), or on the load, as in \"\(ErrorCondition.word) > 1%\"")
    }
  }

  package var description: String {
    switch self {
    case .workload(let condition): condition.description
    case .errors(let condition): condition.description
    }
  }
}

extension Field {
  /// Reads what has to come true before something begins.
  func startCondition(_ plan: RunPlan) -> StartCondition? {
    let read = value { text throws(UnitProblem) in try StartCondition(text: text) }
    if case .errors(let condition)? = read, let end = plan.end, condition.over > end {
      report(
        "\(condition.over.text) is longer than the run, which takes \(end.text)",
        hint: "write \"errors > \(condition.above) over \(min(end, .seconds(10)).text)\"")
      return nil
    }
    return read
  }
}
