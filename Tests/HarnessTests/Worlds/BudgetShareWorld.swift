import Units

extension LabelledWorld {
  /// A release costs more of a month's budget than it may.
  static let budgetShare = LabelledWorld(
    expectation: "{during: release, objective: 99.9%, atMost: 0.05%, productionRate: 50/s}",
    fault: Change(faults: ["{at: peak + 85s, for: 60s, application: {failing: 40%}}"])
  ) { truth in
    let window = try truth.window(ofRollout: "release")
    let requests = truth.requests(in: window)
    let share = Double(requests.count { !$0.succeeded }) / Double(requests.count)
    return share * (window.upperBound - window.lowerBound).seconds / (0.001 * 720 * 3600) <= 0.0005
  }
}
