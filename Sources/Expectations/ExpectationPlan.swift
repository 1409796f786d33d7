package import KubernetesObjects
package import Profiles

/// What can be told of expectations before a run: those that cannot pass, and those that allow very little.
package enum ExpectationPlan {
  /// Expectations that the planned load can never let pass. A profile with any is invalid.
  package static func problems(_ profile: Profile) -> [ProfileProblem] {
    problems(profile, { $0.kind.judged.remarks(on: profile) }, where: \.isImpossible)
  }

  /// Expectations that can pass, but whose user may not know how little they allow.
  package static func warnings(_ profile: Profile) -> [ProfileProblem] {
    problems(profile, { $0.kind.judged.remarks(on: profile) }, where: { !$0.isImpossible })
  }

  /// Expectations that can never pass, or judge nothing, in a cluster that begins with these objects.
  package static func problems(_ profile: Profile, on objects: [JSONValue]) -> [ProfileProblem] {
    problems(profile, { remarks($0, of: profile, on: objects) }, where: \.isImpossible)
  }

  /// Expectations that can never fail in such a cluster, or hardly pass.
  package static func warnings(_ profile: Profile, on objects: [JSONValue]) -> [ProfileProblem] {
    problems(profile, { remarks($0, of: profile, on: objects) }, where: { !$0.isImpossible })
  }

  private static func remarks(
    _ expectation: Expectation, of profile: Profile, on objects: [JSONValue]
  ) -> [PlanRemark] {
    guard let cluster = profile.cluster, let watched = cluster.workloads.named(expectation.workload) else { return [] }
    func namespace(_ object: JSONValue) -> String { object["metadata", "namespace"]?.string ?? "default" }
    let own = objects.first {
      $0.kindInLowerCase == watched.reference.kind.rawValue && $0.objectName == watched.reference.name
        && (cluster.namespace == nil || namespace($0) == cluster.namespace)
    }
    guard let own else { return [] }
    let fields = PlannedFields(objects.filter { namespace($0) == namespace(own) }, changedBy: profile)
    guard let planned = PlannedWorkload(watched, in: fields, of: profile) else { return [] }
    return expectation.kind.judged.remarks(on: planned)
  }

  private static func problems(
    _ profile: Profile, _ remarks: (Expectation) -> [PlanRemark], where isAsked: (PlanRemark) -> Bool
  ) -> [ProfileProblem] {
    profile.expectations.flatMap { expectation in
      remarks(expectation).filter(isAsked).map { remark in
        ProfileProblem(
          source: profile.source, line: expectation.line, column: expectation.column,
          path: "\(expectation.name): \(expectation.kind.judged.name.rawValue).\(remark.field)",
          message: remark.message,
          hint: remark.hint)
      }
    }
  }
}
