import Units

extension LabelledWorld {
  /// The pods of the new version are not ready for long.
  static let rolloutCompletes = LabelledWorld(
    expectation: "{action: release, within: 75s}",
    fault: Change(faults: ["{at: calm, for: 230s, application: {version: v2, becomesReady: false}}"])
  ) { truth in
    let begin = try truth.begin(of: "release")
    return try truth.rolledOut("release").map { $0 <= begin + .seconds(75) } ?? false
  }
}
