import Units

extension LabelledWorld {
  /// While a release goes on, more requests fail than under the same load before it.
  static let notWorse = LabelledWorld(
    expectation: "{during: release, than: peak.start..release.start, margin: 3%}",
    fault: Change(faults: ["{at: peak + 85s, for: 35s, application: {failing: 20%}}"])
  ) { truth in
    func share(_ stretch: ClosedRange<Duration>) -> Double {
      let requests = truth.requests(in: stretch)
      return Double(requests.count { !$0.succeeded }) / Double(requests.count)
    }
    let (release, peak) = (try truth.window(ofRollout: "release"), try truth.phase("peak"))
    return share(release) - share(peak.lowerBound...release.lowerBound) <= 0.03
  }
}
