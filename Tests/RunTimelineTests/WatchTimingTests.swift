import Foundation
import KubernetesObjects
import Testing
import Units

@testable import RunTimeline

@Suite("When a version was written that bears no time of its own")
struct WatchTimingTests {
  private static let start = KubernetesTime(seconds: 1_000_000)
  private static let clock = ServerClock(runStart: start, offset: .zero ... .zero)

  private static func observation(
    _ kind: Observation.Kind, _ resource: String, uid: String, name: String? = nil, version: Int, at received: Double,
    replicas: Int = 3,
    writtenAt: Int64? = nil, sent: Double = 0
  ) -> Observation {
    let time = writtenAt.map {
      #", "managedFields": [{"manager": "m", "operation": "Update", "time": "\#(KubernetesTime(seconds: 1_000_000 + $0))"}]"#
    }
    let spec =
      resource == "deployments"
      ? #""spec": {"replicas": \#(replicas), "selector": {"matchLabels": {"a": "b"}}, "template": {"spec": {"containers": []}}}"#
      : #""spec": {"containers": []}"#
    let text = """
      {"metadata": {"name": "\(name ?? uid)", "uid": "\(uid)", "generation": \(replicas), "resourceVersion": "\(version)"\(time ?? "")}, \(spec)}
      """
    return Observation(
      sent: .seconds(sent), received: .milliseconds(Int64((received * 1000).rounded())), resource: resource, kind: kind,
      name: name ?? uid, uid: uid,
      resourceVersion: "\(version)", object: kind == .bookmark ? nil : Data(text.utf8))
  }

  /// A Deployment and a pod that a list shows, dated events of the pod, and whatever follows.
  private static func history(_ later: [Observation], withoutArrivals: Set<String> = []) -> ClusterHistory {
    let resources = ["deployments", "pods"]
    let lists = resources.flatMap { resource in
      [
        observation(.listed, resource, uid: resource == "pods" ? "pod" : "web", version: 10, at: 0.1),
        Observation(
          sent: .zero, received: .seconds(0.1), resource: resource, kind: .list, resourceVersion: "10"),
      ]
    }
    let dated = (0..<4).map {
      observation(.modified, "pods", uid: "pod", version: 11 + $0, at: 5.2 + Double($0), writtenAt: 5 + Int64($0))
    }
    return ClusterHistory(
      of: WatchedWorkload(WorkloadReference(.deployment, "web")),
      observations: lists + dated + later, clock: clock, withoutArrivals: withoutArrivals)
  }

  @Test("a scaling without a time was under way no longer than the slowest dated event of any watch, and half a second")
  func scaling() {
    let history = Self.history([
      Self.observation(.modified, "deployments", uid: "web", version: 20, at: 40, replicas: 6)
    ])

    #expect(history.workload.last?.at == InstantBounds(.milliseconds(39300), .seconds(40)))
  }

  @Test("so was a deletion, also where its own watch has brought nothing else")
  func deletion() {
    let history = Self.history([Self.observation(.deleted, "deployments", uid: "web", version: 20, at: 40)])

    #expect(history.absences.first?.deleted == InstantBounds(.milliseconds(39300), .seconds(40)))
  }

  @Test("so was one after which another object took the name")
  func recreation() {
    let history = Self.history([
      Self.observation(.deleted, "deployments", uid: "web", version: 20, at: 40),
      Self.observation(.added, "deployments", uid: "other", name: "web", version: 21, at: 42),
    ])

    #expect(history.absences.first?.deleted == InstantBounds(.milliseconds(39300), .seconds(40)))
  }

  @Test("what was written while the watch was down came after that, and may have been written from its beginning on")
  func outage() {
    let gap = Observation(
      sent: .seconds(20), received: .seconds(20), resource: "deployments", kind: .gap, message: "refused")
    let history = Self.history([
      Self.observation(.bookmark, "deployments", uid: "", version: 13, at: 18), gap,
      Self.observation(.modified, "deployments", uid: "web", version: 20, at: 40, replicas: 6),
      Self.observation(.modified, "deployments", uid: "web", version: 21, at: 40.1, replicas: 7),
      Self.observation(.modified, "deployments", uid: "web", version: 22, at: 50, replicas: 8),
    ])

    #expect(
      history.workload.map(\.at.earliest).dropFirst() == [
        .milliseconds(17300), .milliseconds(17300), .milliseconds(49300),
      ])
  }

  @Test("a version was written after every version of a lower number, of whatever resource")
  func order() {
    let later = [
      Self.observation(.modified, "pods", uid: "pod", version: 30, at: 60.5, writtenAt: 60),
      Self.observation(.modified, "deployments", uid: "web", version: 31, at: 80, replicas: 6),
      Self.observation(.modified, "pods", uid: "pod", version: 32, at: 80.5, writtenAt: 55),
    ]
    let history = Self.history(later, withoutArrivals: ["deployments", "pods"])

    #expect(history.workload.last?.at == InstantBounds(.seconds(60), .seconds(80)))
  }

  @Test("numbers that contradict the times are of several stores, and tell nothing")
  func severalStores() {
    let later = [
      Self.observation(.modified, "pods", uid: "pod", version: 30, at: 60.5, writtenAt: 60),
      Self.observation(.modified, "deployments", uid: "web", version: 31, at: 80, replicas: 6),
      Self.observation(.modified, "deployments", uid: "web", version: 5000, at: 90, replicas: 7, writtenAt: 89),
      Self.observation(.modified, "pods", uid: "pod", version: 5001, at: 70, writtenAt: 69),
    ]
    let history = Self.history(later, withoutArrivals: ["deployments", "pods"])

    #expect(history.workload[1].at.earliest < .seconds(1))
  }

  @Test("where nobody noted when it came, nothing follows from when it was there at the latest")
  func unnotedArrival() {
    let scaled = Self.observation(.modified, "deployments", uid: "web", version: 20, at: 40, replicas: 6)
    let unnoted = Self.history([scaled], withoutArrivals: ["deployments"])

    #expect(unnoted.workload.last?.at.earliest == .seconds(8), "the pod's last version came before it")
  }
}
