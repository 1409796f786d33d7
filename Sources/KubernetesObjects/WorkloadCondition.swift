package import Units

/// A condition on a workload, at which something is to happen: `ready >= 8`, `ready >= 8 for 30s`, `scales out`, `rollout begins`.
package struct WorkloadCondition: Sendable, Equatable, CustomStringConvertible {
  /// Which count is compared; the words of expectations.
  package enum Count: String, Sendable, CaseIterable {
    case wanted, current, ready, available

    /// The count of a workload as its object tells it.
    package func value(of workload: Workload) -> Int {
      switch self {
      case .wanted: workload.wanted
      case .current: workload.status?.current ?? 0
      case .ready: workload.status?.ready ?? 0
      case .available: workload.status?.available ?? 0
      }
    }
  }

  /// Something that happens at an instant.
  package enum Turn: String, Sendable, CaseIterable {
    /// More replicas are wanted than before, or fewer.
    case scalesOut = "scales out"
    case scalesIn = "scales in"
    /// The template of its pods is another one.
    case rolloutBegins = "rollout begins"
    /// All pods are of the template that a rollout brought.
    case rolloutEnds = "rollout ends"
  }

  package enum Subject: Sendable, Equatable {
    case count(Count, CountCondition)
    case turn(Turn)
  }

  package let subject: Subject
  /// How long the count has to have been so without a break; zero for a moment.
  package let lasting: Duration

  package init(_ subject: Subject, lasting: Duration = .zero) {
    self.subject = subject
    self.lasting = lasting
  }

  /// Reads a condition as it is written.
  package init(text: String) throws(UnitProblem) {
    let words = text.split(separator: " ")
    if let turn = Turn(rawValue: words.joined(separator: " ")) {
      self.init(.turn(turn))
      return
    }
    let separator = words.firstIndex(of: "for")
    let compared = words[..<(separator ?? words.endIndex)].joined(separator: " ")
    let name = compared.prefix { $0.isLetter }
    let rest = compared.dropFirst(name.count)
    guard let count = Count(rawValue: String(name)), let first = rest.first(where: { $0 != " " }), "<>=".contains(first)
    else {
      let known = Count.allCases.map(\.rawValue) + Turn.allCases.map(\.rawValue)
      let nearest =
        Spelling.nearest(to: String(name), among: known) ?? Spelling.nearest(to: text, among: known)
      throw UnitProblem(
        "\"\(text)\" is not a condition" + (nearest.map { " (did you mean \($0)?)" } ?? "")
          + ": write a count (\(Count.allCases.map(\.rawValue).joined(separator: ", "))) and what it is compared with, as in "
          + "\"ready >= 8\" or \"ready >= 8 for 30s\", or one of \(Turn.allCases.map(\.rawValue).joined(separator: ", "))"
      )
    }
    let condition = try CountCondition(text: String(rest))
    guard let separator else {
      self.init(.count(count, condition))
      return
    }
    let length = try Duration(text: words[(separator + 1)...].joined(separator: " "))
    guard length >= .zero else { throw UnitProblem("\"\(text)\" lasts for less than no time") }
    self.init(.count(count, condition), lasting: length)
  }

  package var description: String {
    switch subject {
    case .turn(let turn): turn.rawValue
    case .count(let count, let condition):
      "\(count.rawValue) \(condition.relation == .equal ? "== " : "")\(condition)"
        + (lasting > .zero ? " for \(lasting.text)" : "")
    }
  }
}

/// Sees versions of a workload one after the other, and tells when a condition is met, once.
package struct ConditionWatch: Sendable {
  private let condition: WorkloadCondition
  private var previous: Workload?
  /// Since when the count has been so.
  private var heldSince: Duration?
  /// Of the workload as a rollout began that is not complete.
  private var generation: Int64?
  private var isMet = false

  package init(_ condition: WorkloadCondition) {
    self.condition = condition
  }

  /// When to look again at the latest, since the count will have been so for long enough by then if nothing changes.
  package var due: Duration? { isMet || condition.lasting == .zero ? nil : heldSince.map { $0 + condition.lasting } }

  /// Takes the workload as it is at a time; `nil` while there is none. What came before the first is not known, and no turn.
  ///
  /// - Returns: whether the condition is met now, for the first time.
  package mutating func see(_ workload: Workload?, at time: Duration) -> Bool {
    defer { previous = workload ?? previous }
    guard !isMet else { return false }
    isMet = holds(workload, at: time)
    return isMet
  }

  private mutating func holds(_ workload: Workload?, at time: Duration) -> Bool {
    switch condition.subject {
    case .count(let count, let wanted):
      guard let workload, wanted.holds(for: count.value(of: workload)) else {
        heldSince = nil
        return false
      }
      let since = heldSince ?? time
      heldSince = since
      return time - since >= condition.lasting
    case .turn(let turn):
      // A rollout that is under way when it is first looked at ends, too.
      if generation == nil, let workload, workload.isRollingOut { generation = workload.metadata.generation ?? 0 }
      guard let workload, let previous else { return false }
      switch turn {
      case .scalesOut: return workload.wanted > previous.wanted
      case .scalesIn: return workload.wanted < previous.wanted
      case .rolloutBegins: return !workload.hasTemplate(of: previous)
      case .rolloutEnds:
        if !workload.hasTemplate(of: previous) { generation = workload.metadata.generation ?? 0 }
        return generation.map { workload.isComplete(generation: $0) } ?? false
      }
    }
  }
}
