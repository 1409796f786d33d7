import Foundation
import KubernetesObjects
import RunTimeline
import TestRecordings
import Testing
import Units

/// What lists and watches said of a Deployment `web` and its pods, as far as a test tells.
private struct Sightings {
  var observations: [Observation] = []

  mutating func list(
    at time: Double, _ resource: String = "deployments", version: Int,
    _ items: [(name: String, version: Int, text: String?)]
  ) {
    for item in items { add(.listed, at: time, resource, item) }
    observations.append(
      Observation(
        sent: .seconds(time - 0.1), received: .seconds(time), resource: resource, kind: .list,
        resourceVersion: "\(version)"))
  }

  mutating func event(
    _ kind: Observation.Kind = .modified, at time: Double, resource: String = "deployments",
    _ item: (name: String, version: Int, text: String?)
  ) {
    add(kind, at: time, resource, item)
  }

  mutating func bookmark(at time: Double, _ resource: String = "deployments", version: Int) {
    observations.append(
      Observation(
        sent: .zero, received: .seconds(time), resource: resource, kind: .bookmark, resourceVersion: "\(version)"))
  }

  private mutating func add(
    _ kind: Observation.Kind, at time: Double, _ resource: String, _ item: (name: String, version: Int, text: String?)
  ) {
    observations.append(
      Observation(
        sent: .seconds(time - 0.1), received: .seconds(time), resource: resource, kind: kind, name: item.name,
        uid: item.name, resourceVersion: "\(item.version)", object: item.text.map { Data($0.utf8) }))
  }

  var history: ClusterHistory {
    let start = KubernetesTime(seconds: 1_800_000_000)
    return ClusterHistory(
      of: WatchedWorkload(WorkloadReference(.deployment, "web"), autoscaler: "web"),
      observations: observations, clock: ServerClock(runStart: start, offset: .zero ... .zero))
  }

  static func deployment(
    _ replicas: Int, version: Int, generation: Int, written: Double? = nil
  ) -> (name: String, version: Int, text: String?) {
    let time = written.map { KubernetesTime(seconds: 1_800_000_000 + Int64($0)).description }
    let fields = time.map {
      #", "managedFields": [{"manager": "kube-controller-manager", "operation": "Update", "time": "\#($0)"}]"#
    }
    return (
      "web", version,
      """
      {"metadata": {"name": "web", "uid": "web", "generation": \(generation), "resourceVersion": "\(version)"\(fields ?? "")},
       "spec": {"replicas": \(replicas), "selector": {}, "template": {"spec": {}}},
       "status": {"replicas": \(replicas), "availableReplicas": \(replicas), "observedGeneration": \(generation)}}
      """
    )
  }

  static func pod(
    _ name: String, version: Int, ready: Bool = true
  ) -> (name: String, version: Int, text: String?) {
    (
      name, version,
      """
      {"metadata": {"name": "\(name)", "uid": "\(name)", "labels": {"pod-template-hash": "1"},
       "ownerReferences": [{"kind": "ReplicaSet", "name": "web-1", "uid": "rs"}]}, "spec": {},
       "status": {"conditions": [{"type": "Ready", "status": "\(ready ? "True" : "False")"}]}}
      """
    )
  }
}

@Suite("What was not seen is not certain")
struct LostSightTests {
  @Test("A version that cannot be read leaves a gap until the next one that can, with the reason")
  func unreadableVersion() throws {
    var seen = Sightings()
    seen.list(at: 1, version: 10, [Sightings.deployment(3, version: 10, generation: 1)])
    seen.event(at: 20, ("web", 20, #"{"metadata": {"name": "web"}, "spec": {"replicas": "five"}}"#))
    seen.event(at: 40, Sightings.deployment(3, version: 30, generation: 3))
    seen.bookmark(at: 60, version: 31)

    let history = seen.history

    #expect(history.wantedReplicas.range(at: .seconds(30)) == nil)
    #expect(history.availableReplicas.range(at: .seconds(30)) == nil)
    #expect(history.wantedReplicas.range(at: .seconds(50)) == 3...3)
    let gap = try #require(history.observationGaps["deployments"]?.first)
    #expect(gap.stretch.latest == .seconds(40))
    #expect(gap.cause == "Deployment web of version 20 cannot be read: spec.replicas has another type")
  }

  @Test("An item of a list that cannot be read, or that was recorded without its text, is unknown and not absent")
  func unreadableItem() {
    for text in ["{", nil] {
      var seen = Sightings()
      seen.list(at: 1, version: 10, [("web", 10, text)])
      seen.bookmark(at: 60, version: 11)
      #expect(seen.history.wantedReplicas.range(at: .seconds(30)) == nil)
      #expect(seen.history.observationGaps["deployments"]?.count == 1)
    }
  }

  @Test("A pod that cannot be read may be ready or not: the count has bounds, and is not 0")
  func unreadablePods() {
    var seen = Sightings()
    seen.list(
      at: 1, "pods", version: 10,
      [Sightings.pod("web-1-a", version: 8), ("web-1-b", 9, "{"), ("other-1-c", 9, "{")])
    seen.event(at: 20, resource: "pods", ("web-1-a", 20, "[]"))
    seen.event(at: 40, resource: "pods", Sightings.pod("web-1-a", version: 21))
    seen.bookmark(at: 60, "pods", version: 30)

    let ready = seen.history.readyReplicas

    #expect(ready.range(at: .seconds(10)) == 0...2, "the list does not say when the version was replaced")
    #expect(ready.range(at: .seconds(30)) == 0...2)
    #expect(ready.range(at: .seconds(50)) == 1...2)
  }

  @Test("Pods of a ReplicaSet that could not be read are told by its name")
  func unreadableReplicaSet() {
    var seen = Sightings()
    seen.list(at: 1, "replicasets", version: 10, [("web-1", 9, "{")])
    seen.list(at: 1, "pods", version: 10, [Sightings.pod("web-1-a", version: 8)])
    seen.bookmark(at: 60, "pods", version: 30)

    #expect(seen.history.readyReplicas.range(at: .seconds(50)) == 1...1)
  }

  @Test("An object without a uid leaves nothing certain until the next whole list")
  func nameless() {
    var seen = Sightings()
    seen.list(at: 1, version: 10, [Sightings.deployment(3, version: 10, generation: 1)])
    seen.observations.append(
      Observation(sent: .zero, received: .seconds(10), resource: "deployments", kind: .modified, resourceVersion: "20"))
    seen.list(at: 30, version: 40, [Sightings.deployment(3, version: 10, generation: 1)])
    seen.bookmark(at: 60, version: 41)

    #expect(seen.history.wantedReplicas.range(at: .seconds(20)) == nil)
    #expect(seen.history.wantedReplicas.range(at: .seconds(50)) == 3...3)
  }

  /// A watch that says nothing from 2 s on, beside lists at 1, 30 and 60 s.
  private func silentWatch(_ second: (name: String, version: Int, text: String?)) -> Sightings {
    var seen = Sightings()
    seen.list(at: 1, version: 10, [Sightings.deployment(3, version: 10, generation: 1)])
    seen.bookmark(at: 2, version: 11)
    seen.list(at: 30, version: 50, [second])
    seen.list(at: 60, version: 60, [(second.name, second.version, nil)])
    return seen
  }

  @Test("A count that may have gone 3, 5, 3 while the watch was silent is not known between the lists")
  func excursion() throws {
    let history = silentWatch(Sightings.deployment(3, version: 40, generation: 3)).history

    #expect(history.wantedReplicas.range(at: .seconds(15)) == nil)
    #expect(history.availableReplicas.range(at: .seconds(15)) == nil)
    #expect(history.wantedReplicas.range(at: .seconds(45)) == 3...3)
    let gap = try #require(history.observationGaps["deployments"]?.first)
    #expect(gap.stretch == InstantBounds(.seconds(2), .seconds(30)))
    #expect(gap.cause?.contains("the watch was silent") ?? false)
  }

  @Test("Where the generation counts one change at most, the wanted count is certain although the status is not")
  func generationCounts() {
    let history = silentWatch(Sightings.deployment(5, version: 40, generation: 2)).history

    #expect(history.wantedReplicas.range(at: .seconds(15)) == 3...5)
    #expect(history.wantedReplicas.range(at: .seconds(45)) == 5...5)
    #expect(history.availableReplicas.range(at: .seconds(15)) == nil)
  }

  @Test("An object that no list shows changed stays certain, however long the watch says nothing")
  func unchanged() {
    var seen = Sightings()
    seen.list(at: 1, version: 10, [Sightings.deployment(3, version: 10, generation: 1)])
    for time in [30.0, 60, 90] { seen.list(at: time, version: Int(time), [("web", 10, nil)]) }

    #expect(seen.history.wantedReplicas.extent(from: .seconds(1), to: .seconds(90)) == 3...3)
    #expect(seen.history.observationGaps["deployments"]?.isEmpty ?? false)
  }

  @Test("Nothing can hide between two versions whose numbers follow each other")
  func consecutive() {
    var seen = Sightings()
    seen.list(at: 1, version: 10, [Sightings.deployment(3, version: 10, generation: 1)])
    seen.list(at: 30, version: 11, [Sightings.deployment(5, version: 11, generation: 9)])

    #expect(seen.history.availableReplicas.range(at: .seconds(15)) == 3...5)
  }

  @Test(
    "A watch that is alive loses nothing, though a list may be ahead of it by moments",
    arguments: ["event", "bookmark", "late event", "fresh at the end"])
  func alive(how: String) {
    var seen = Sightings()
    seen.list(at: 1, version: 10, [Sightings.deployment(3, version: 10, generation: 1, written: 0)])
    seen.bookmark(at: 20, version: 15)
    seen.list(at: 30, version: 50, [Sightings.deployment(4, version: 49, generation: 2, written: 29)])
    switch how {
    case "event": seen.event(at: 30.1, Sightings.deployment(4, version: 49, generation: 2, written: 29))
    case "bookmark": seen.bookmark(at: 31, version: 52)
    case "late event":
      seen.list(at: 60, version: 60, [("web", 49, nil)])
      seen.event(at: 60.1, Sightings.deployment(4, version: 49, generation: 2, written: 29))
    default: break
    }

    #expect(seen.history.availableReplicas.extent(from: .seconds(1), to: .seconds(30)) == 3...4)
    #expect(seen.history.observationGaps["deployments"]?.isEmpty ?? false)
  }

  @Test("A change written long before the last list was missed by a watch that never brought it")
  func oldAtTheEnd() {
    var seen = Sightings()
    seen.list(at: 1, version: 10, [Sightings.deployment(3, version: 10, generation: 1, written: 0)])
    seen.bookmark(at: 2, version: 11)
    seen.list(at: 30, version: 50, [Sightings.deployment(3, version: 40, generation: 1, written: 12)])

    #expect(seen.history.availableReplicas.range(at: .seconds(5)) == nil)
    #expect(seen.history.wantedReplicas.range(at: .seconds(5)) == 3...3)
    #expect(seen.history.availableReplicas.range(at: .seconds(20)) == 3...3, "nothing was written after 12 s")
  }

  @Test("A pod that a silent watch never showed makes the count of ready pods unknown before the list")
  func silentPods() {
    var seen = Sightings()
    seen.list(at: 1, "pods", version: 10, [Sightings.pod("web-1-a", version: 8)])
    seen.list(
      at: 30, "pods", version: 50, [Sightings.pod("web-1-a", version: 8), Sightings.pod("web-1-b", version: 40)])
    seen.list(at: 60, "pods", version: 60, [("web-1-a", 8, nil), ("web-1-b", 40, nil)])

    #expect(seen.history.readyReplicas.range(at: .seconds(15)) == nil)
    #expect(seen.history.readyReplicas.range(at: .seconds(45)) == 2...2)
  }

  @Test(
    "A watch that brings a later version of an object, and never the one that a list showed, has lost some",
    arguments: [true, false])
  func passedOver(isBrought: Bool) {
    var seen = Sightings()
    seen.list(at: 1, version: 10, [Sightings.deployment(3, version: 10, generation: 1)])
    seen.list(at: 31, version: 20, [Sightings.deployment(5, version: 20, generation: 2, written: 30)])
    if isBrought { seen.event(at: 31.2, Sightings.deployment(5, version: 20, generation: 2, written: 30)) }
    seen.event(at: 32, Sightings.deployment(6, version: 30, generation: 3, written: 32))

    let gaps = seen.history.observationGaps["deployments"] ?? []

    #expect(gaps.map(\.stretch) == (isBrought ? [] : [InstantBounds(.seconds(0.9), .seconds(31))]), "\(gaps)")
  }

  @Test("A list that the watch has overtaken still shows what was between the watch's two words")
  func overtakenList() {
    var seen = Sightings()
    seen.list(at: 1, version: 10, [Sightings.deployment(3, version: 10, generation: 1)])
    seen.event(at: 2, Sightings.deployment(3, version: 30, generation: 3))
    seen.list(at: 2.05, version: 20, [Sightings.deployment(5, version: 20, generation: 2)])

    #expect(seen.history.wantedReplicas.range(at: .seconds(1.5)) == 3...5)
  }

  @Test("A gap tells what the failed reads said, each once")
  func causes() {
    var seen = Sightings()
    seen.list(at: 1, version: 10, [Sightings.deployment(3, version: 10, generation: 1)])
    for (time, cause) in [(10.0, "401: token expired"), (12, "401: token expired"), (14, "connection refused")] {
      seen.observations.append(
        Observation(
          sent: .seconds(time), received: .seconds(time), resource: "deployments", kind: .gap, message: cause))
    }
    seen.list(at: 30, version: 40, [("web", 10, nil)])

    #expect(
      seen.history.observationGaps["deployments"] == [
        ObservationGap(
          InstantBounds(.seconds(1), .seconds(30)), cause: "401: token expired, then connection refused")
      ])
  }

  @Test("No recording of a healthy observer loses sight of anything", arguments: Recordings.all)
  func healthy(name: String) throws {
    let history = try #require(try Recordings.timeline(name).cluster)
    let gaps = history.observationGaps.values.flatMap { $0 }
    #expect(gaps.allSatisfy { !($0.cause?.contains("silent") ?? false) }, "\(gaps)")
  }
}

@Suite("An object made again under its name goes on with the history of the one before")
struct IncarnationTests {
  private func incarnation(_ uid: String, replicas: Int, version: Int) -> Data {
    Data(
      """
      {"metadata": {"name": "web", "uid": "\(uid)", "generation": 1}, "spec": {"replicas": \(replicas), "selector": {},
       "template": {"spec": {}}}, "status": {"replicas": \(replicas)}}
      """.utf8)
  }

  @Test("The end of an object whose deletion nobody saw is told by the next one of its name")
  func unseenDeletion() throws {
    var seen = Sightings()
    for (time, uid, replicas) in [(1.0, "a", 8), (50, "b", 3)] {
      seen.observations.append(
        Observation(
          sent: .seconds(time), received: .seconds(time), resource: "deployments", kind: time == 1 ? .listed : .added,
          name: "web", uid: uid, resourceVersion: "\(Int(time))",
          object: incarnation(uid, replicas: replicas, version: Int(time))))
      if time == 1 {
        seen.observations.append(
          Observation(
            sent: .seconds(time), received: .seconds(time), resource: "deployments", kind: .list, resourceVersion: "1"))
      }
    }
    seen.bookmark(at: 60, version: 60)

    let history = seen.history

    #expect(
      history.wantedReplicas.range(at: .seconds(1)) == 0...8 || history.wantedReplicas.range(at: .seconds(1)) == 8...8)
    #expect(history.wantedReplicas.range(at: .seconds(55)) == 3...3)
    #expect(history.absences.count == 1)
    #expect(history.rollouts.isEmpty)
  }
}
