import Units

extension LabelledWorld {
  /// While a release goes on, errors come in a burst.
  static let goodSlices = LabelledWorld(
    expectation: "{during: release, slices: 5s, objective: 90%, atLeast: 60%, requests: 10}",
    fault: Change(faults: ["{at: peak + 85s, for: 60s, application: {failing: 60%}}"])
  ) { truth in
    let (window, length) = (try truth.window(ofRollout: "release"), Duration.seconds(5))
    let numbers = Int((window.lowerBound / length).rounded(.up))..<Int((window.upperBound / length).rounded(.down))
    let slices = numbers.map { number in
      truth.requests.filter { $0.due >= length * number && $0.due < length * (number + 1) }
    }.filter { $0.count >= 10 }
    let good = slices.count { slice in slice.count { !$0.succeeded } * 10 <= slice.count }
    return good * 10 >= slices.count * 6
  }
}
