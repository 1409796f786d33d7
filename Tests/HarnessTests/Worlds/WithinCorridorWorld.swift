import Units

extension LabelledWorld {
  /// Somebody else sets a count beyond the autoscaler's maximum.
  static let withinCorridor = LabelledWorld(
    expectation: "{during: calm}",
    fault: Change(faults: [
      "{at: calm + 20s, write: {by: kubectl-scale, patch: deployment/web, fields: {spec: {replicas: 14}}}}"
    ])
  ) { truth in truth.wanted.values(in: try truth.phase("calm")).allSatisfy { $0 == 3 } }
}
