import KubernetesObjects
import Testing

@testable import Harness

@Suite("Waiting for a steady workload says what it waits for")
struct SteadyWaitTests {
  private func wait(
    wanted: Int = 5, current: Int = 5, updated: Int = 5, available: Int = 5, generation: Int64 = 2, observed: Int64 = 2
  ) throws -> SteadyWait {
    let object: JSONValue = [
      "metadata": ["name": "web", "generation": .integer(generation)],
      "spec": [
        "replicas": .integer(Int64(wanted)), "selector": ["matchLabels": ["app": "web"]],
        "template": ["metadata": [:], "spec": ["containers": []]],
      ],
      "status": [
        "observedGeneration": .integer(observed), "replicas": .integer(Int64(current)),
        "updatedReplicas": .integer(Int64(updated)), "availableReplicas": .integer(Int64(available)),
      ],
    ]
    return SteadyWait(try object.decoded(as: Deployment.self).workload)
  }

  @Test("counts and the reason stand in one line, with how long it has been and may be")
  func line() throws {
    let wait = try wait(current: 6, updated: 3, available: 4)

    #expect(
      wait.line(waited: .seconds(12.4), limit: .seconds(300))
        == "waiting for deployment/web to be steady: wanted 5, current 6, updated 3, available 4: 3 of 5 pods are of its "
        + "newest template (12s, at most 5m)")
  }

  @Test("each way of not being steady has its reason")
  func reasons() throws {
    #expect(try wait().isSteady)
    let reasons =
      [
        try wait(observed: 1): "its controller has not taken up its last change",
        try wait(updated: 2): "2 of 5 pods are of its newest template",
        try wait(current: 7): "2 pods are yet to go",
        try wait(available: 4): "4 of 5 pods are available",
        try wait(current: 4): "4 of 5 pods are there",
      ] as KeyValuePairs<SteadyWait, String>
    for (wait, reason) in reasons {
      #expect(!wait.isSteady)
      #expect(wait.reason == reason)
    }
  }

  @Test("plain lines come at once, then when something has changed, and at least each minute")
  func pace() throws {
    let start = ContinuousClock.now
    let view = SteadyWaitView(style: .lines, said: (try wait(available: 1), start))

    #expect(SteadyWaitView(style: .lines).isDue(try wait(available: 1), now: start))
    #expect(!view.isDue(try wait(available: 2), now: start + .seconds(9)))
    #expect(view.isDue(try wait(available: 2), now: start + .seconds(10)))
    #expect(!view.isDue(try wait(available: 1), now: start + .seconds(59)))
    #expect(view.isDue(try wait(available: 1), now: start + .seconds(60)))
  }
}
