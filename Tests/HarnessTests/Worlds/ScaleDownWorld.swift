import Units

extension LabelledWorld {
  /// When the load is gone, the metrics are missing.
  static let scaleDown = LabelledWorld(
    expectation: "{after: rest.start, notBefore: 40s, to: 3, within: 150s}",
    setting: Change(fields: ["actions=[]", "load.arrivals=uniform"]),
    fault: Change(faults: ["{at: rest + 10s, for: 165s, metricsMissing: resource}"])
  ) { truth in
    let start = try truth.phase("rest").lowerBound
    let floor = truth.wanted.first(from: start) { $0 <= 3 }
    let before = truth.wanted.value(at: start) ?? 0
    let fall = truth.wanted.first(from: start) { $0 < before }
    return floor.map { $0 <= start + .seconds(150) } ?? false && fall.map { $0 >= start + .seconds(40) } ?? true
  }
}
