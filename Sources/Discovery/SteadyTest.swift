import KubernetesObjects

/// A test without scaling: a steady load that the target took before, and a restart where there is a workload.
struct SteadyTest {
  let figures: ProbeFigures
  let timeScale: Double

  /// What is sent where nothing is known of what the target takes.
  private static let assumedRate = 5.0

  func test(of target: DiscoveredTarget? = nil, timing: Timing? = nil) -> PlannedTest {
    var test = PlannedTest()
    let top = figures.answers?.rate ?? Self.assumedRate
    let half = RoundRate(between: top * 0.4, and: top * 0.6)
    let whole = RoundRate(between: top * 0.9, and: top * 1.0001)
    guard let half, let whole else { return test }
    let cause =
      figures.answers.map { "the probe had \(Figure.text($0.rate))/s answered; raise it step by step" }
      ?? "ASSUMED, since nothing was probed; put your own rate here"
    test.phases = [
      PlannedTest.Phase(name: "calm", length: 30, rate: half, comments: ["Half of what follows."]),
      PlannedTest.Phase(
        name: "steady", length: 60, rate: whole,
        comments: [cause.prefix(1).uppercased() + cause.dropFirst() + "."]),
    ]
    if let target, let timing {
      if target.autoscaler == nil {
        test.expect(
          "stays as it is", "steadyReplicas: {during: steady, count: \(target.workload.wanted)}",
          "Nothing scales it.")
      } else {
        test.expectConformance(timing)
      }
    }
    let requests = test.requests(in: "steady", timeScale: timeScale)
    test.expectFewErrors("costs no errors", during: "steady", of: requests)
    test.expect("is carried", "throughput: {during: steady, atLeast: 99%}")
    test.expectLatency(figures.answers, during: "steady", of: requests)
    guard let target, let timing else { return test }
    if let length = RolloutLength(
      target.workload, at: max(target.workload.wanted, 1), podSeconds: timing.pod,
      minReadySeconds: Double(target.minReadySeconds))
    {
      test.addRestart(length, of: target, at: half, timing: timing)
    } else {
      test.omissions.append("No restart: \(target.reference.text) does not replace its pods by itself.")
    }
    return test
  }
}
