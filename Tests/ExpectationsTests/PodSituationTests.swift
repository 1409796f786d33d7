import AutoscalerModel
import Foundation
import KubernetesObjects
import RunTimeline
import Testing

@testable import Expectations

/// Which pods a CPU metric may count.
@Suite("Pods at a sync")
struct PodSituationTests {
  /// A run in which pods were created at 90 s and became ready at 100 s.
  ///
  /// - Parameters:
  ///   - removed: when they were gone, with nothing seen of the request.
  ///   - started: when their containers began to run; not told where it is not given.
  ///   - clock: how well the server's clock is known.
  private func history(
    pods: Int = 1, removed: Double? = nil, started: Int64? = nil, clock: Duration = .zero
  ) -> ClusterHistory {
    let start: Int64 = 1_800_000_000
    func time(_ seconds: Int64) -> String { "\"\(KubernetesTime(seconds: start + seconds))\"" }
    func pod(_ uid: String, ready: Bool) -> String {
      let status = ready ? "True" : "False"
      let containers =
        started.map { #""containerStatuses": [{"name": "app", "state": {"running": {"startedAt": \#(time($0))}}}],"# }
        ?? ""
      return """
        {"metadata": {"name": "web-\(uid)", "uid": "\(uid)", "labels": {"app": "web"}, "creationTimestamp": \(time(90))},
         "spec": {"containers": [{"name": "app", "resources": {"requests": {"cpu": "1"}}}]},
         "status": {"phase": "Running", \(containers) "startTime": \(time(90)), "conditions": [
         {"type": "Ready", "status": "\(status)", "lastTransitionTime": \(time(ready ? 100 : 90))}]}}
        """
    }
    let deployment = """
      {"metadata": {"name": "web", "uid": "d"}, "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}},
       "template": {"metadata": {}, "spec": {"containers": []}}}}
      """
    func observation(_ at: Double, _ kind: Observation.Kind, _ resource: String, _ uid: String, _ text: String)
      -> Observation
    {
      Observation(
        sent: .zero, received: .seconds(at), resource: resource, kind: kind, uid: uid, object: Data(text.utf8))
    }
    func list(_ resource: String) -> Observation {
      Observation(sent: .zero, received: .seconds(0.1), resource: resource, kind: .list)
    }
    return ClusterHistory(
      of: WatchedWorkload(WorkloadReference(.deployment, "web"), autoscaler: "web"),
      observations: ([
        observation(0.1, .listed, "deployments", "d", deployment), list("deployments"), list("pods"),
      ]
        + (1...pods).map { observation(90.5, .added, "pods", "\($0)", pod("\($0)", ready: false)) }
        + (1...pods).map { observation(100.5, .modified, "pods", "\($0)", pod("\($0)", ready: true)) }
        + (1...pods).compactMap { uid in
          removed.map { observation($0, .deleted, "pods", "\(uid)", pod("\(uid)", ready: true)) }
        }),
      clock: ServerClock(
        runStart: KubernetesTime(seconds: start), offset: .zero - clock...clock, skew: .zero))
  }

  /// The window of a CPU sample has to lie wholly after the pod became ready (Kubernetes 1.36,
  /// pkg/controller/podautoscaler/replica_calculator.go, `groupPods`), and metrics-server takes none of less than 10 s
  /// (pkg/storage/pod.go, `freshContainerMinMetricsResolution`). That a pod became ready is written in whole seconds.
  @Test(
    "A pod counts no sooner than the shortest window after it became ready, to the second",
    arguments: [(8.0, true), (8.9, true), (9.0, false), (10.0, false), (11.0, false), (60.0, false)])
  func shortestWindow(age: Double, isFresh: Bool) throws {
    let situation = PodSituation(history(), at: InstantBounds(exactly: .seconds(100 + age)), settings: .defaults)

    let group = try #require(situation.groups.first).staying
    #expect(group.fresh == (isFresh ? 1 : 0))
    #expect(group.doubtful == (isFresh ? 0 : 1))
  }

  @Test("A pod that has been ready for two windows of 30 s and their way counts", arguments: [(90.9, 0), (91.0, 1)])
  func settled(age: Double, counted: Int) throws {
    let situation = PodSituation(history(), at: InstantBounds(exactly: .seconds(99.5 + age)), settings: .defaults)

    #expect(try #require(situation.groups.first).staying.counted == counted)
  }

  @Test("Where pods are measured less often, it takes them so much longer", arguments: [(180.9, 0), (181.0, 1)])
  func settledLater(age: Double, counted: Int) throws {
    var settings = ControllerSettings.defaults
    settings.metricResolution = .seconds(60)

    let situation = PodSituation(history(), at: InstantBounds(exactly: .seconds(99.5 + age)), settings: settings)

    #expect(try #require(situation.groups.first).staying.counted == counted)
  }

  @Test("What metrics take over pods that are not ready counts a fresh one, and CPU does not")
  func otherMetrics() throws {
    let situation = PodSituation(history(), at: InstantBounds(exactly: .seconds(105)), settings: .defaults)

    let counting = try #require(situation.withFreshPods(counting: true).groups.first).staying
    let waiting = try #require(situation.withFreshPods(counting: false).groups.first).staying
    #expect((counting.doubtful, counting.idle) == (1, 0))
    #expect((waiting.doubtful, waiting.idle) == (0, 1))
  }

  @Test("A pod whose request to go was missed counts for what it was, or not at all")
  func missedRequest() throws {
    let situation = PodSituation(history(removed: 120), at: InstantBounds(exactly: .seconds(105)), settings: .defaults)

    let group = try #require(situation.groups.first)
    #expect(group.staying == .init())
    #expect(group.leaving == .init(fresh: 1))
  }

  @Test("A pod of which nobody knows whether it had been made is not certainly there")
  func uncertainCreation() throws {
    let situation = PodSituation(
      history(clock: .seconds(3600)), at: InstantBounds(.zero, .seconds(120)), settings: .defaults)

    let group = try #require(situation.groups.first)
    #expect(group.staying == .init())
    #expect(group.leaving == .init(doubtful: 1))
  }

  /// How many pods count, and how many have no sample.
  private struct Sampled: Hashable {
    let counted: Int
    let missing: Int
  }

  @Test("Each number of young pods may count, and each number of the others may have no sample")
  func youngPods() {
    let (mixes, areAll) = PodSituation(history(pods: 4), at: InstantBounds(exactly: .seconds(120)), settings: .defaults)
      .mixes

    let expected = (1...4).flatMap { counted in
      (0...4 - counted).map { Sampled(counted: counted, missing: $0) }
    }
    #expect(Set(mixes.map { Sampled(counted: $0.counted, missing: $0.missing) }) == Set(expected))
    #expect(areAll)
  }

  @Test("Each number of pods whose request to go was missed may still be there")
  func goingPods() {
    let (mixes, areAll) = PodSituation(
      history(pods: 3, removed: 130), at: InstantBounds(exactly: .seconds(129.9)), settings: .defaults
    )
    .mixes

    #expect(Set(mixes.filter { $0.shares[0].unready + $0.missing == 0 }.map(\.counted)) == [1, 2, 3])
    #expect(areAll)
  }

  @Test("Of very many pods some mixes stand for all")
  func manyPods() {
    #expect(
      !PodSituation(history(pods: 20), at: InstantBounds(exactly: .seconds(120)), settings: .defaults).mixes.areAll)
  }

  @Test(
    "A container has a sample 45 s after it began to run, and a pod counts 60 s after it became ready",
    arguments: [
      (nil, 145.0, 0, 1), (nil, 146.0, 0, 0), (90, 135.0, 0, 1), (90, 136.0, 0, 0), (nil, 160.0, 0, 0),
      (nil, 161.0, 1, 0),
    ] as [(Int64?, Double, Int, Int)])
  func usualSampling(started: Int64?, at: Double, counted: Int, missing: Int) {
    let usual = UsualSampling(history(started: started), at: InstantBounds(exactly: .seconds(at)))

    #expect(usual.counted == counted)
    #expect(usual.missing == missing)
  }
}
