import Units

extension LabelledWorld {
  /// For a while no pod is ready.
  static let steadyReplicas = LabelledWorld(
    expectation: #"{during: calm, count: ">= 3", of: ready}"#,
    fault: Change(faults: ["{at: calm + 20s, for: 20s, application: {becomesReady: false}}"])
  ) { truth in truth.ready.values(in: try truth.phase("calm")).allSatisfy { $0 >= 3 } }
}
