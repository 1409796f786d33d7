/// One thing that is wrong, or worth knowing.
package struct Finding: Sendable, Equatable {
  /// The stable name of its check: `prestop-missing`.
  package let id: String
  package let severity: Severity
  /// The object that it is about, as kubectl names it: `deployment/web`; what else it is about where that is no object.
  package let object: String
  /// The index of the object among those that were examined; `nil` where it is about none of them.
  package let index: Int?
  /// The field of the object; empty for the object itself.
  package let field: String
  /// One sentence with the numbers.
  package let message: String
  /// What to change.
  package let fix: String
}

/// A check that could not be made.
package struct Unchecked: Sendable, Equatable {
  package let id: String
  /// The object that would have been examined; `nil` where it is about none.
  package let object: String?
  package let reason: String
}
