import Arrivals
import KubernetesObjects
import TestRecordings
import Testing
import Units

@testable import RunTimeline

@Suite("A watch that says nothing for a while, and then brings all at once what lists have shown")
struct HeldBackWatchTests {
  /// By uid and resource version, when each version was written.
  private typealias Writes = [String: InstantBounds]

  private static func writes<Object>(_ history: ObjectHistory<Object>) -> Writes {
    var writes: Writes = [:]
    for (uid, versions) in history.versions {
      for version in versions {
        let revision = version.deleted ? "gone" : version.object.metadata.resourceVersion ?? ""
        writes["\(Object.resource.kind) \(uid) \(revision)"] = version.at
      }
    }
    return writes
  }

  private static func writes(_ observations: [Observation], clock: ServerClock) -> Writes {
    var objects = ObservedObjects(clock: clock)
    for observation in observations { objects.add(observation) }
    objects.finish()
    return [
      writes(objects.history(of: Deployment.self)), writes(objects.pods), writes(objects.replicaSets),
      writes(objects.autoscalers),
    ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }
  }

  @Test(
    "No version is dated to when it cannot have been written",
    arguments: Recordings.all, ["deployments", "pods", "replicasets", "horizontalpodautoscalers"])
  func bounds(name: String, resource: String) throws {
    let log = try Recordings.log(name)
    let clock = ServerClock(runStart: log.startedAt, offset: .zero ... .zero, skew: .milliseconds(100))
    let truth = Self.writes(log.observations, clock: clock)
    let listed = log.observations.filter { $0.kind == .list }.map(\.received).max() ?? .zero
    var random = SplitMix64(seed: UInt64(Recordings.all.firstIndex(of: name) ?? 0) + 1)

    for _ in 0..<12 {
      // The longest silence is that after which a list is read for the second time.
      let length = Duration.seconds(1 + 50 * random.nextUnit())
      let start = listed + .seconds(2) + (log.end - listed - length) * random.nextUnit()
      let list = start + length * random.nextUnit()
      let edited = log.observations.heldBack(resource, from: start, until: start + length, listed: [list])

      let dated = Self.writes(edited, clock: clock)

      for (key, at) in dated {
        guard let written = truth[key] else { continue }
        #expect(
          at.earliest <= written.latest && at.latest >= written.earliest,
          """
          \(key) was written in \(written), and not in \(at): silent from \(start.text) for \(length.text), list at \
          \(list.text)
          """)
      }
    }
  }
}
