import Foundation
import KubernetesObjects
import RunTimeline
import Testing
import Units

@testable import Harness

private let cluster = ClusterDescription(
  context: "simulated", namespace: "default", workload: WorkloadReference(.deployment, "web"), autoscaler: "web")

@Suite("Counts that are no longer watched are not shown as if they were")
struct ClusterSightTests {
  private func deployment(_ kind: Observation.Kind = .modified, replicas: Int, at second: Double) throws -> Observation
  {
    let object: JSONValue = [
      "metadata": ["name": "web"], "status": ["readyReplicas": .integer(Int64(replicas))],
      "spec": [
        "replicas": .integer(Int64(replicas)), "selector": ["matchLabels": ["app": "web"]],
        "template": ["metadata": [:], "spec": ["containers": []]],
      ],
    ]
    return Observation(
      sent: .zero, received: .seconds(second), resource: "deployments", kind: kind, name: "web", uid: "1",
      object: try object.json())
  }

  private func gap(at second: Double, _ cause: String) -> Observation {
    Observation(
      sent: .seconds(second), received: .seconds(second), resource: "deployments", kind: .gap, message: cause)
  }

  private func list(at second: Double) -> Observation {
    Observation(sent: .seconds(second), received: .seconds(second), resource: "deployments", kind: .list)
  }

  private func line(_ progress: RunProgress, at second: Double) -> String {
    LiveView(
      style: .lines, progress: progress, clock: RunClock(origin: .now, scale: 1), phases: [],
      end: .seconds(300)
    ).line(at: .seconds(second))
  }

  @Test("in an outage the counts bear question marks, how old they are, and why, until something is heard again")
  func outage() throws {
    let progress = RunProgress(collectsNews: true)
    let refusal =
      "cannot watch https://10.0.0.1:6443/apis: the server does not accept our credentials (401); log in again"
    progress.add([try deployment(replicas: 8, at: 20)], of: cluster)
    #expect(line(progress, at: 25).hasSuffix("replicas wanted 8 ready 8"))

    progress.add([gap(at: 30, refusal), gap(at: 31, refusal)], of: cluster)

    let stale =
      "replicas wanted 8? ready 8? (seen 12s ago: the server does not accept our credentials (401); log in again)"
    #expect(line(progress, at: 32).hasSuffix(stale), "\(line(progress, at: 32))")
    let lost = try #require(progress.snapshot.sight.loss)
    #expect(lost == ClusterSight.Loss(heard: .seconds(20), cause: refusal))

    progress.add([try deployment(.listed, replicas: 5, at: 40), list(at: 40)], of: cluster)
    #expect(line(progress, at: 41).hasSuffix("replicas wanted 5 ready 5"))
  }

  @Test("a deleted Deployment has no counts, whether the watch tells of its end or a list no longer shows it")
  func deleted() throws {
    for isWatched in [true, false] {
      let progress = RunProgress(collectsNews: true)
      progress.add([try deployment(replicas: 8, at: 20)], of: cluster)

      progress.add([isWatched ? try deployment(.deleted, replicas: 8, at: 105) : list(at: 105)], of: cluster)

      #expect(
        line(progress, at: 110).hasSuffix("replicas wanted - ready - (the workload is gone since 1:45)"),
        "\(line(progress, at: 110))")
      let events = progress.takeNews(atLeast: .seconds(1)).events
      #expect(events.contains { $0.message == "Deployment web was deleted, by whom is not recorded" })

      progress.add([try deployment(.added, replicas: 3, at: 178)], of: cluster)
      #expect(line(progress, at: 180).hasSuffix("replicas wanted 3 ready 3"))
    }
  }
}
