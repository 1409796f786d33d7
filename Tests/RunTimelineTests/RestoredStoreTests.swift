import Foundation
import KubernetesObjects
import Testing
import Units

@testable import RunTimeline

@Suite("A store that was put back to an earlier state")
struct RestoredStoreTests {
  private func observation(
    _ kind: Observation.Kind, at time: Double, version: Int, replicas: Int? = nil
  ) -> Observation {
    let text = replicas.map {
      #"{"metadata": {"name": "web", "uid": "web", "resourceVersion": "\#(version)", "generation": \#($0)}, "#
        + #""spec": {"replicas": \#($0), "selector": {}, "template": {"spec": {"containers": []}}}, "status": {}}"#
    }
    return Observation(
      sent: .seconds(time - 0.1), received: .seconds(time), resource: "deployments", kind: kind,
      name: text.map { _ in "web" }, uid: text.map { _ in "web" }, resourceVersion: "\(version)",
      object: text.map { Data($0.utf8) })
  }

  private func gap(at time: Double) -> Observation {
    Observation(sent: .seconds(time), received: .seconds(time), resource: "deployments", kind: .gap, message: "cut")
  }

  private func history(_ observations: [Observation]) -> ObjectHistory<Deployment> {
    ObjectHistory(
      observations,
      clock: ServerClock(runStart: KubernetesTime(seconds: 1_800_000_000), offset: .zero ... .zero))
  }

  /// A Deployment that is deleted, and is there again after a gap, under an earlier revision of the store.
  private var restored: [Observation] {
    [
      observation(.listed, at: 1, version: 90, replicas: 3), observation(.list, at: 1, version: 100),
      observation(.deleted, at: 5, version: 110, replicas: 3), gap(at: 10),
      observation(.listed, at: 11, version: 90, replicas: 3), observation(.list, at: 11, version: 95),
    ]
  }

  @Test("holds again what had been deleted, which lives on from then on", arguments: [0, 1, 2])
  func livesOn(lists: Int) {
    let again = (0..<lists).flatMap { number in
      let time = 20 + Double(number)
      return [
        observation(.listed, at: time, version: 90, replicas: 3), observation(.list, at: time, version: 96 + number),
      ]
    }
    let versions =
      history(restored + again + [observation(.modified, at: 30, version: 99, replicas: 5)])
      .versions["web"] ?? []

    #expect(versions.map(\.deleted) == [false, true, false, false])
    #expect(versions.map(\.object.spec.replicas) == [3, 3, 3, 5])
    #expect(versions.last?.at.latest == .seconds(30))
  }

  @Test("may have it deleted anew, which a watch or a list tells", arguments: [Observation.Kind.deleted, .list])
  func deletedAnew(kind: Observation.Kind) {
    let end = observation(kind, at: 30, version: 99, replicas: kind == .deleted ? 3 : nil)
    let list = [observation(.listed, at: 20, version: 90, replicas: 3), observation(.list, at: 20, version: 96)]
    let versions = history(restored + list + [end]).versions["web"] ?? []

    #expect(versions.map(\.deleted) == [false, true, false, true])
    #expect(versions.last?.at.latest == .seconds(30))
  }
}
