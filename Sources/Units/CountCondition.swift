/// What a count should be: `>= 8`, `<= 10`, `> 2`, `< 5`, `== 3` or plain `3`.
package struct CountCondition: Sendable, Equatable, CustomStringConvertible {
  package enum Relation: String, Sendable, CaseIterable {
    case atLeast = ">="
    case atMost = "<="
    case moreThan = ">"
    case lessThan = "<"
    case equal = "=="
  }

  package let relation: Relation
  package let count: Int

  package init(_ relation: Relation, _ count: Int) {
    self.relation = relation
    self.count = count
  }

  /// Reads a relation and a whole number; a number alone means equality.
  package init(text: String) throws(UnitProblem) {
    let compact = text.filter { $0 != " " }
    let relation = Relation.allCases.first { compact.hasPrefix($0.rawValue) }
    let number = compact.dropFirst(relation?.rawValue.count ?? 0)
    guard let count = Int(number), count >= 0 else {
      throw UnitProblem("\"\(text)\" is not a count: write a whole number or a comparison, as in 3 or \">= 8\"")
    }
    self.init(relation ?? .equal, count)
  }

  package func holds(for value: Int) -> Bool {
    switch relation {
    case .atLeast: value >= count
    case .atMost: value <= count
    case .moreThan: value > count
    case .lessThan: value < count
    case .equal: value == count
    }
  }

  /// Whether some value of the range satisfies the condition.
  package func mayHold(in range: ClosedRange<Int>) -> Bool {
    switch relation {
    case .atLeast, .moreThan: holds(for: range.upperBound)
    case .atMost, .lessThan: holds(for: range.lowerBound)
    case .equal: range.contains(count)
    }
  }

  /// Whether every value of the range satisfies the condition.
  package func mustHold(in range: ClosedRange<Int>) -> Bool {
    holds(for: range.lowerBound) && holds(for: range.upperBound)
  }

  package var description: String {
    relation == .equal ? "\(count)" : "\(relation.rawValue) \(count)"
  }
}
