import Units

extension LabelledWorld {
  /// While a release goes on, answers take long.
  static let latency = LabelledWorld(
    expectation: "{during: release, percentile: 90, below: 200ms}",
    fault: Change(faults: ["{at: peak + 85s, for: 60s, application: {serviceTime: 400ms}}"])
  ) { truth in
    let requests = truth.requests(in: try truth.window(ofRollout: "release"))
    return requests.count { $0.latency.map { $0 < .milliseconds(200) } ?? false } * 10 >= requests.count * 9
  }
}
