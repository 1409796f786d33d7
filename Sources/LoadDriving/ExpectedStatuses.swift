import LoadFacts

/// The statuses of answers that pass: those that are named, or all of 2xx and 3xx where none is.
package struct ExpectedStatuses: Sendable, Equatable {
  package let named: Set<Int>

  package init(_ named: Set<Int> = []) {
    self.named = named
  }

  package func contains(_ status: Int) -> Bool {
    named.isEmpty ? (200..<400).contains(status) : named.contains(status)
  }

  /// Whether a request has ended as it should: with such a status, and nothing to find fault with beside it.
  func isMet(by outcome: Outcome) -> Bool {
    if case .status(let status) = outcome { contains(status) } else { false }
  }
}
