/// One expectation of a profile: a name that its user chose, and what is expected.
package struct Expectation: Sendable, Equatable {
  package var name: String
  package var kind: Kind
  /// Where it stands in the profile, from 1; `nil` where that is not known.
  package var line: Int?
  package var column: Int?

  package init(name: String, kind: Kind, line: Int? = nil, column: Int? = nil) {
    self.name = name
    self.kind = kind
    self.line = line
    self.column = column
  }

  /// Which count of replicas is meant.
  package enum ReplicaCount: String, Sendable, Equatable, CaseIterable {
    /// `spec.replicas` of the workload.
    case wanted
    /// Pods that exist and are not terminating.
    case current
    case ready
    case available
  }
}
