import Units

extension LabelledWorld {
  /// While a release goes on, many requests fail.
  static let throughput = LabelledWorld(
    expectation: "{during: release, atLeast: 90%}",
    fault: Change(faults: ["{at: peak + 85s, for: 60s, application: {failing: 40%}}"])
  ) { truth in
    let requests = truth.requests(in: try truth.window(ofRollout: "release"))
    return requests.count(where: \.succeeded) * 10 >= requests.count * 9
  }
}
