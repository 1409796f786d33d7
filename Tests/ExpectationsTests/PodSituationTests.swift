import Foundation
import KubernetesObjects
import RunTimeline
import Testing

@testable import Expectations

/// Which pods a CPU metric may count.
@Suite("Pods at a sync")
struct PodSituationTests {
  /// A run in which one pod was created at 90 s and became ready at 100 s.
  ///
  /// - Parameter removed: when it was gone, with nothing seen of the request.
  private func history(removed: Double? = nil) -> ClusterHistory {
    let start: Int64 = 1_800_000_000
    func time(_ seconds: Int64) -> String { "\"\(KubernetesTime(seconds: start + seconds))\"" }
    func pod(ready: Bool) -> String {
      let status = ready ? "True" : "False"
      return """
        {"metadata": {"name": "web-1", "uid": "p", "labels": {"app": "web"}, "creationTimestamp": \(time(90))},
         "spec": {"containers": [{"name": "app", "resources": {"requests": {"cpu": "1"}}}]},
         "status": {"phase": "Running", "startTime": \(time(90)), "conditions": [
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
        observation(90.5, .added, "pods", "p", pod(ready: false)),
        observation(100.5, .modified, "pods", "p", pod(ready: true)),
      ] + [removed.map { observation($0, .deleted, "pods", "p", pod(ready: true)) }].compactMap { $0 }),
      clock: ServerClock(runStart: KubernetesTime(seconds: start), offset: .zero ... .zero, skew: .zero))
  }

  /// The window of a CPU sample has to lie wholly after the pod became ready (Kubernetes 1.36,
  /// pkg/controller/podautoscaler/replica_calculator.go, `groupPods`), and metrics-server takes none of less than 10 s
  /// (pkg/storage/pod.go, `freshContainerMinMetricsResolution`). That a pod became ready is written in whole seconds.
  @Test(
    "A pod counts no sooner than the shortest window after it became ready, to the second",
    arguments: [(8.0, true), (8.9, true), (9.0, false), (10.0, false), (11.0, false), (60.0, false)])
  func shortestWindow(age: Double, isFresh: Bool) throws {
    let situation = PodSituation(history(), at: InstantBounds(exactly: .seconds(100 + age)))

    let group = try #require(situation.groups.first).staying
    #expect(group.fresh == (isFresh ? 1 : 0))
    #expect(group.doubtful == (isFresh ? 0 : 1))
  }

  @Test("A pod that has been ready for two windows of 30 s and their way counts", arguments: [(90.9, 0), (91.0, 1)])
  func settled(age: Double, counted: Int) throws {
    let situation = PodSituation(history(), at: InstantBounds(exactly: .seconds(99.5 + age)))

    #expect(try #require(situation.groups.first).staying.counted == counted)
  }

  @Test("What metrics take over pods that are not ready counts a fresh one, and CPU does not")
  func otherMetrics() throws {
    let situation = PodSituation(history(), at: InstantBounds(exactly: .seconds(105)))

    let counting = try #require(situation.withFreshPods(counting: true).groups.first).staying
    let waiting = try #require(situation.withFreshPods(counting: false).groups.first).staying
    #expect((counting.doubtful, counting.idle) == (1, 0))
    #expect((waiting.doubtful, waiting.idle) == (0, 1))
  }

  @Test("A pod whose request to go was missed counts for what it was, or not at all")
  func missedRequest() throws {
    let situation = PodSituation(history(removed: 120), at: InstantBounds(exactly: .seconds(105)))

    let group = try #require(situation.groups.first)
    #expect(group.staying == .init())
    #expect(group.leaving == .init(fresh: 1))
  }
}
