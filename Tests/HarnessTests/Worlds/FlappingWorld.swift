import Units

extension LabelledWorld {
  /// The autoscaler forgets every wave before the next one comes.
  static let flapping = LabelledWorld(
    expectation: #"{during: run, reversals: "<= 1"}"#,
    setting: Change(fields: [
      "actions=[]", "load.arrivals=uniform", "manifests.hpa.spec.behavior.scaleDown.stabilizationWindowSeconds=300",
      "load.phases=[{name: calm, for: 30s, rate: 30/s}, {name: wave-1, for: 75s, rate: 130/s}, "
        + "{name: lull-1, for: 75s, rate: 30/s}, {name: wave-2, for: 75s, rate: 130/s}, {name: lull-2, for: 75s, rate: 30/s}]",
    ]),
    fault: Change(fields: ["manifests.hpa.spec.behavior.scaleDown.stabilizationWindowSeconds=0"])
  ) { truth in
    let counts = truth.wanted.values(in: .zero...truth.end)
    let rises = zip(counts, counts.dropFirst()).map { $1 > $0 }
    return zip(rises, rises.dropFirst()).count { $0 != $1 } <= 1
  }
}
