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

  @Test("a refusal tells the newest warning about the workload and what was made for it, and of nothing else")
  func cause() throws {
    func event(_ kind: String, _ name: String, _ text: String, at seconds: Int64, type: String = "Warning") -> Event {
      var event = Event(
        metadata: ObjectMetadata(name: "\(name).\(seconds)", namespace: "n", uid: "u"),
        involvedObject: Event.Reference(
          apiVersion: nil, kind: kind, namespace: "n", name: name, uid: nil, resourceVersion: nil), type: type,
        reason: "Failed", message: text,
        component: "c", time: KubernetesTime(seconds: seconds))
      event.firstTimestamp = KubernetesTime(seconds: 1)
      return event
    }
    let wait = try wait(available: 0)
    let all = [
      event("Deployment", "web", "stuck", at: 1), event("ReplicaSet", "web-5d", "over quota", at: 2),
      event("Pod", "web-5d-x1", "no room\nat all", at: 3), event("Deployment", "web-api", "other", at: 9),
      event("ReplicaSet", "web-api-7f", "other", at: 9), event("Pod", "web-api-7f-x2", "other", at: 9),
      event("Pod", "web-0", "other", at: 9), event("Node", "web-5d", "other", at: 9),
      event("Pod", "web-5d-x1", "fine", at: 9, type: "Normal"),
    ]
    #expect(wait.cause(among: all) == "Failed of pod/web-5d-x1: no room at all")
    #expect(wait.cause(among: [all[1], all[0]]) == "Failed of replicaset/web-5d: over quota")
    #expect(wait.cause(among: [all[0]]) == "Failed of deployment/web: stuck")
    #expect(wait.cause(among: Array(all[3...])) == nil)
    #expect(
      wait.refusal(limit: .seconds(300), events: all, advice: "look")
        == "deployment/web: not steady after 5m: \(wait.counts): 0 of 5 pods are available; the newest warning: Failed of "
        + "pod/web-5d-x1: no room at all; look")
    #expect(!wait.refusal(limit: .seconds(300), events: []).contains("warning"))
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
