package import Profiles

/// What can be told of expectations before a run: those that cannot pass, and those that allow very little.
package enum ExpectationPlan {
  /// Expectations that the planned load can never let pass. A profile with any is invalid.
  package static func problems(_ profile: Profile) -> [ProfileProblem] {
    remarks(profile) { $0.isImpossible }
  }

  /// Expectations that can pass, but whose user may not know how little they allow.
  package static func warnings(_ profile: Profile) -> [ProfileProblem] {
    remarks(profile) { !$0.isImpossible }
  }

  private static func remarks(_ profile: Profile, where isAsked: (PlanRemark) -> Bool) -> [ProfileProblem] {
    profile.expectations.flatMap { expectation in
      let kind = expectation.kind.judged
      return kind.remarks(on: profile).filter(isAsked).map { remark in
        ProfileProblem(
          source: profile.source, line: expectation.line, column: expectation.column,
          path: "\(expectation.name): \(kind.name.rawValue).\(remark.field)", message: remark.message,
          hint: remark.hint)
      }
    }
  }
}
