import KubernetesObjects
import RunTimeline
import TestRecordings
import Testing
import Units

/// What nobody heard of is not known, also where no read failed.
@Suite("What was not heard of a resource")
struct UnheardTests {
  /// A recording of a real control plane without some of its lines.
  private func history(_ name: String, without isLost: (Observation) -> Bool) throws -> (ClusterHistory, Duration) {
    let log = try Recordings.log(name)
    let workload = WatchedWorkload(
      WorkloadReference(.deployment, "aspnetcore-deployment"), autoscaler: "aspnetcore-hpa")
    let history = ClusterHistory(
      of: workload, observations: log.observations.filter { !isLost($0) },
      clock: ServerClock(runStart: log.startedAt, offset: .zero ... .zero, skew: .milliseconds(100)))
    return (history, log.end)
  }

  @Test("a watch whose bookmarks ceased tells nothing of what came after")
  func ceasedBookmarks() throws {
    let (whole, end) = try history("surge-and-rollout") { _ in false }
    let (cut, _) = try history("surge-and-rollout") {
      $0.resource == Deployment.resource.plural && $0.received > .seconds(500)
    }

    #expect(whole.gaps[Deployment.resource.plural]?.isEmpty == true)
    let gap = try #require(cut.observationGaps[Deployment.resource.plural]?.first)
    #expect(gap.stretch.earliest <= .seconds(500) && gap.stretch.latest > end)
    #expect(gap.cause?.contains("nothing more was heard of deployments") == true)
    #expect(cut.wantedReplicas.range(at: .seconds(600)) == nil)
  }

  @Test("a rescale that only the autoscaler's status tells of leaves the wanted count unknown from then on")
  func unseenRescale() throws {
    let (history, _) = try history("metrics-outage") {
      $0.resource == Deployment.resource.plural && $0.received > .seconds(100) && $0.received < .seconds(170)
    }

    let gap = try #require(history.observationGaps[Deployment.resource.plural]?.first)
    #expect(gap.stretch.earliest >= .seconds(160) && gap.stretch.earliest <= .seconds(164))
    #expect(gap.cause?.contains("a rescale to 7") == true)
    #expect(history.wantedReplicas.range(at: .seconds(166)) == nil)
  }
}
