import Units

extension LabelledWorld {
  /// While a release goes on, some requests fail.
  static let errorBudget = LabelledWorld(
    expectation: "{during: release, objective: 98%}",
    fault: Change(faults: ["{at: peak + 85s, for: 60s, application: {failing: 10%}}"])
  ) { truth in
    let requests = truth.requests(in: try truth.window(ofRollout: "release"))
    return requests.count { !$0.succeeded } * 50 <= requests.count
  }
}
