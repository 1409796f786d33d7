import Units

extension LabelledWorld {
  /// While a release goes on, the pods before it are not ready for a while. As many replicas are wanted all the time.
  static let availabilityFloor = LabelledWorld(
    expectation: "{during: release}",
    setting: Change(fields: ["actions[0].at=calm + 25s"]),
    fault: Change(faults: ["{at: release + 2s, for: 15s, application: {version: v1, becomesReady: false}}"])
  ) { truth in
    // maxUnavailable is 0.
    let window = try truth.window(ofRollout: "release")
    return truth.ready.values(in: window).allSatisfy { $0 >= 3 }
  }
}
