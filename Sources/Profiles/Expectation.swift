/// One expectation of a profile: a name that its user chose, and what is expected.
package struct Expectation: Sendable, Equatable {
  package var name: String
  /// What the profile calls the workload that it is about; `nil` where there is one without a name, and for what is expected
  /// of requests, which no workload answers alone, but in a window in which one is scaled.
  package var workload: String?
  package var kind: Kind
  /// Where it stands in the profile, from 1; `nil` where that is not known.
  package var line: Int?
  package var column: Int?

  package init(name: String, workload: String? = nil, kind: Kind, line: Int? = nil, column: Int? = nil) {
    self.name = name
    self.workload = workload
    self.kind = kind
    self.line = line
    self.column = column
  }

  /// The expectation in one line, with its workload where the profile names that: `api: ready replicas >= 8 within 90s of
  /// surge.start`.
  package var sentence: String { (workload.map { "\($0): " } ?? "") + kind.wanted.sentence }

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
