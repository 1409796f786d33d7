import LoadFacts

/// The statuses of answers that pass: those that are named, or all of 2xx and 3xx where none is.
package struct ExpectedStatuses: Sendable, Equatable {
  package let named: Set<Int>
  /// The only one that is named; `nil` when there is none or more than one. It is asked for with each answer.
  private let only: Int?

  package init(_ named: Set<Int> = []) {
    self.named = named
    only = named.count == 1 ? named.first : nil
  }

  package func contains(_ status: Int) -> Bool {
    if let only { return status == only }
    return named.isEmpty ? (200..<400).contains(status) : named.contains(status)
  }

  /// Whether a request has ended as it should: with such a status, and nothing to find fault with beside it.
  func isMet(by outcome: Outcome) -> Bool {
    if case .status(let status) = outcome { contains(status) } else { false }
  }
}
