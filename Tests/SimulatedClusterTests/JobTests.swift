import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("Jobs")
struct JobTests {
  private static let path = "/apis/batch/v1/namespaces/production/jobs"

  private static func job(
    _ spec: [String: JSONValue] = [:], command: [JSONValue] = ["sleep", "10"], restartPolicy: JSONValue = "Never"
  ) -> JSONValue {
    [
      "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "migrate", "namespace": "production"],
      "spec": .object(
        spec.merging([
          "template": [
            "spec": [
              "restartPolicy": restartPolicy,
              "containers": [["name": "migrate", "image": "migrate:1", "command": .array(command)]],
            ]
          ]
        ]) { $1 }),
    ]
  }

  private func cluster(_ job: JSONValue, until seconds: Int) throws -> ClusterSimulation {
    var cluster = try ClusterSimulation(manifests: [ClusterManifest(source: "job.yaml", object: job)])
    cluster.advance(to: .seconds(seconds))
    return cluster
  }

  private func status(_ cluster: ClusterSimulation) -> JobStatus? {
    cluster.object(.job, namespace: "production", name: "migrate")?.jobStatus
  }

  private func pods(_ cluster: ClusterSimulation, _ phase: String) -> Int {
    cluster.objects(.pod).count { $0.pod?.status?.phase == phase }
  }

  @Test("A Job runs one pod to its end, and is complete; its pod stays, and holds no room")
  func one() throws {
    let cluster = try cluster(Self.job(), until: 30)
    let status = try #require(self.status(cluster))
    #expect(
      status.succeeded == 1 && status.active == 0 && status.holds("Complete") && status.holds("SuccessCriteriaMet"))
    #expect(status.completionTime.map { $0.seconds - (status.startTime?.seconds ?? 0) } == 13)
    let pod = try #require(cluster.objects(.pod).first?.pod)
    #expect(pod.status?.phase == "Succeeded" && pod.condition("Ready")?.reason == "PodCompleted")
    #expect(pod.status?.containerStatuses?.first?.state?.terminated?.reason == "Completed")
    #expect(pod.metadata.labels?["batch.kubernetes.io/job-name"] == "migrate")
    #expect(cluster.dataPlane.machines.map(\.pods).reduce(0, +) == 0)
    #expect(cluster.events.contains { $0.reason == "Completed" && $0.message == "Job completed" })
  }

  @Test("Completions come as many at a time as parallelism says")
  func several() throws {
    let job = Self.job(["completions": 5, "parallelism": 2])
    let early = try cluster(job, until: 8)
    #expect(status(early)?.active == 2 && early.objects(.pod).count == 2)
    let late = try cluster(job, until: 29)
    #expect(status(late)?.succeeded == 4 && status(late)?.active == 1)
    let end = try cluster(job, until: 60)
    #expect(status(end)?.succeeded == 5 && status(end)?.holds("Complete") == true)
  }

  @Test("Workers without a number of completions are done when one has succeeded and none runs")
  func workers() throws {
    let cluster = try cluster(Self.job(["parallelism": 3]), until: 40)
    #expect(status(cluster)?.succeeded == 3 && status(cluster)?.holds("Complete") == true)
  }

  @Test("Pods that fail are made again, with waits that double, until there are more than the limit")
  func failing() throws {
    let job = Self.job(["backoffLimit": 2], command: ["sh", "-c", "sleep 1; exit 3"])
    let cluster = try cluster(job, until: 120)
    let status = try #require(self.status(cluster))
    #expect(status.failed == 3 && status.holds("Failed") && status.holds("FailureTarget"))
    #expect(status.conditions.last?.reason == "BackoffLimitExceeded")
    #expect(pods(cluster, "Failed") == 3)
    let times = (cluster.changes(.pod, after: 200) ?? []).filter { $0.action == .added }.map { Int($0.time.seconds) }
    #expect(times.count == 3 && (10...20).contains(times[1] - times[0]) && (20...30).contains(times[2] - times[1]))
    #expect(
      cluster.objects(.pod).allSatisfy { $0.pod?.status?.containerStatuses?.first?.state?.terminated?.exitCode == 3 })
  }

  @Test("A container that is started again in its pod counts by its restarts")
  func restarting() throws {
    let job = Self.job(["backoffLimit": 1], command: ["false"], restartPolicy: "OnFailure")
    let cluster = try cluster(job, until: 120)
    #expect(status(cluster)?.conditions.last?.reason == "BackoffLimitExceeded")
    #expect(cluster.objects(.pod).isEmpty)
  }

  @Test("A Job that takes longer than it may fails, and its pods go")
  func deadline() throws {
    let job = Self.job(["activeDeadlineSeconds": 20], command: ["sleep", "infinity"])
    let cluster = try cluster(job, until: 120)
    #expect(status(cluster)?.conditions.last?.reason == "DeadlineExceeded" && status(cluster)?.holds("Failed") == true)
    #expect(cluster.objects(.pod).isEmpty)
  }

  @Test("A Job goes with its pods as long after its end as it says")
  func timeToLive() throws {
    let job = Self.job(["ttlSecondsAfterFinished": 30])
    let before = try cluster(job, until: 40)
    #expect(status(before)?.holds("Complete") == true)
    let after = try cluster(job, until: 60)
    #expect(after.objects(.job).isEmpty && after.objects(.pod).isEmpty)
  }

  @Test("A suspended Job has no pods until it is resumed; its template cannot be changed")
  func suspended() throws {
    var cluster = try cluster(Self.job(["suspend": true]), until: 20)
    #expect(cluster.objects(.pod).isEmpty && status(cluster)?.holds("Suspended") == true)
    let changed = cluster.ask(
      "PATCH", "\(Self.path)/migrate", type: "application/merge-patch+json",
      body: ["spec": ["template": ["metadata": ["labels": ["a": "b"]]]]])
    #expect(changed.status == 422)
    let resumed = cluster.ask(
      "PATCH", "\(Self.path)/migrate", type: "application/merge-patch+json", body: ["spec": ["suspend": false]])
    #expect(resumed.status == 200)
    cluster.advance(to: .seconds(50))
    #expect(status(cluster)?.holds("Complete") == true && status(cluster)?.holds("Suspended") == false)
  }

  @Test("A pod that is evicted in the midst of its work has failed at it, and another one is made")
  func evicted() throws {
    var cluster = try cluster(Self.job(command: ["sleep", "60"]), until: 20)
    let name = try #require(cluster.objects(.pod).first?.key.name)
    let answer = cluster.ask(
      "POST", "/api/v1/namespaces/production/pods/\(name)/eviction",
      body: ["apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": .string(name)]])
    cluster.advance(to: .seconds(50))
    #expect(answer.status == 201 && status(cluster)?.failed == 1 && status(cluster)?.active == 1)
    cluster.advance(to: .seconds(120))
    #expect(status(cluster)?.succeeded == 1 && status(cluster)?.holds("Complete") == true)
  }

  @Test(
    "Numbers that nobody means are refused, or are as good as for ever",
    arguments: [
      (["parallelism": 2_147_483_647], 422), (["completions": 2_001], 422),
      (["activeDeadlineSeconds": 9_223_372_036_854_775_807], 201), (["ttlSecondsAfterFinished": 2_147_483_647], 201),
      (["backoffLimit": 2_147_483_647], 201),
    ] as [([String: JSONValue], Int)])
  func numbers(spec: [String: JSONValue], expected: Int) throws {
    var cluster = try Workload().settledCluster()
    #expect(cluster.ask("POST", Self.path, body: Self.job(spec)).status == expected)
    cluster.advance(to: .seconds(100))
    #expect(cluster.objects(.job).count == (expected == 201 ? 1 : 0))
    #expect(cluster.objects(.job).allSatisfy { $0.jobStatus.holds("Complete") })
  }

  @Test("What ended before the controllers were started again is counted once")
  func controllerRestart() throws {
    var cluster = try cluster(Self.job(["completions": 3]), until: 20)
    let before = status(cluster)?.succeeded
    cluster.stopControllers()
    cluster.advance(to: .seconds(40))
    cluster.startControllers()
    cluster.advance(to: .seconds(80))
    #expect(before == 1 && status(cluster)?.succeeded == 3)
    #expect(pods(cluster, "Succeeded") == 3)
  }

  @Test(
    "How long a container takes, and how it ends, is read from its command",
    arguments: [
      (["sleep", "30"], Duration.seconds(30), 0), (["sh", "-c", "sleep 2 && exit 4"], .seconds(2), 4),
      (["true"], .zero, 0), (["false"], .zero, 1), (["/app/migrate", "--all"], .seconds(5), 0),
      (["bash", "-c", "echo start; sleep 3"], .seconds(3), 0),
    ])
  func tasks(command: [String], lasts: Duration, exitCode: Int) throws {
    let spec: JSONValue = [
      "restartPolicy": "Never",
      "containers": [["name": "a", "command": .array(command.map { .string($0) })]],
    ]
    let task = try #require(ContainerTask(spec, container: "a", otherwise: .seconds(5)))
    #expect(task.lasts == lasts && task.exitCode == exitCode)
  }

  @Test("What is not run is named: CronJobs, indexes, and how long a program takes of which nothing is told")
  func notes() {
    var indexed = Self.job(["completionMode": "Indexed", "completions": 2], command: ["/app/migrate"])
    indexed["metadata"]?["name"] = "indexed"
    let cron: JSONValue = ["apiVersion": "batch/v1", "kind": "CronJob", "metadata": ["name": "nightly"]]
    let fields = SimulationNotes.notes(on: [Self.job(), indexed, cron]).map { [String($0.object), $0.field] }
    #expect(fields == [["1", "spec.template.spec.containers[0]"], ["1", "spec.completionMode"], ["2", ""]])
  }
}
