import Units

extension LabelledWorld {
  /// Somebody scales a workload that its autoscaler would have left as it is.
  static let replicasSurvive = LabelledWorld(
    expectation: "{during: calm}",
    setting: Change(fields: ["actions=[]"]),
    fault: Change(fields: ["actions=[{name: hands, at: calm + 15s, scale: 5}]"])
  ) { truth in truth.wanted.values(in: try truth.phase("calm")) == [3] }
}
