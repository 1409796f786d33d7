import Units

extension LabelledWorld {
  /// While the load rises, the metrics are missing.
  static let scaleUp = LabelledWorld(
    expectation: #"{after: peak.start, to: ">= 6", of: ready, within: 75s}"#,
    fault: Change(faults: ["{at: peak, for: 90s, metricsMissing: resource}"])
  ) { truth in
    let start = try truth.phase("peak").lowerBound
    return truth.ready.first(from: start) { $0 >= 6 }.map { $0 <= start + .seconds(75) } ?? false
  }
}
