import ApplicationNature
import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("Faults of a simulated cluster")
struct FaultTests {
  private func cluster(
    _ faults: [Fault], rate: Double = 1_200, until seconds: Int, _ workload: Workload? = nil,
    _ change: (inout SimulatedWorkload) -> Void = { _ in }
  ) throws -> ClusterSimulation {
    var description = SimulatedWorkload()
    change(&description)
    var cluster = try (workload ?? Workload()).settledCluster(description)
    cluster.plan(faults, loadBegins: .seconds(60))
    cluster.setOfferedRate(rate, host: Workload.host)
    cluster.advance(to: .seconds(60 + seconds))
    return cluster
  }

  private func autoscaler(_ cluster: ClusterSimulation) -> HorizontalPodAutoscaler? {
    cluster.objects(.autoscaler).first?.autoscaler
  }

  @Test("While the metrics are missing nothing scales, and the HPA says so; afterwards it scales")
  func metricsOutage() throws {
    let fault = Fault(.resourceMetricsMissing, begins: .zero, lasts: .seconds(90))
    let during = try cluster([fault], until: 85)
    #expect(during.deployment?.spec.replicas == 3)
    #expect(
      autoscaler(during)?.status?.conditions?.first { $0.type == "ScalingActive" }?.reason == "FailedGetResourceMetric")
    #expect(
      during.events.contains {
        $0.message?.hasSuffix("currently unable to handle the request (get pods.metrics.k8s.io)") == true
      })
    let after = try cluster([fault], until: 130)
    #expect(after.deployment?.spec.replicas ?? 0 > 3)
  }

  @Test("Stale metrics go on being shown: the autoscaler acts on what was")
  func staleMetrics() throws {
    let stale = try cluster([Fault(.metricsStale, begins: .zero)], until: 120)
    #expect(stale.deployment?.spec.replicas == 3)
    #expect(autoscaler(stale)?.status?.conditions?.first { $0.type == "ScalingActive" }?.status == "True")
  }

  @Test("Endpoints that come late have the Ingress send to pods that are gone")
  func lateEndpoints() throws {
    func refused(_ faults: [Fault]) throws -> Double {
      var cluster = try cluster(faults, rate: 100, until: 5)
      cluster.setImage("v2.0.0")
      cluster.advance(to: .seconds(200))
      return cluster.offeredLoadTotals().refused
    }
    #expect(try refused([]) == 0)
    #expect(try refused([Fault(.endpointDelay(.seconds(20)), begins: .zero)]) > 0)
  }

  @Test("Without controllers nothing scales, and one that starts waits one period")
  func controllersDown() throws {
    let fault = Fault(.controllersDown, begins: .zero, lasts: .seconds(60))
    let down = try cluster([fault], until: 74)
    #expect(down.deployment?.spec.replicas == 3)
    let up = try cluster([fault], until: 76)
    #expect(up.deployment?.spec.replicas ?? 0 > 3)
  }

  @Test("A foreign write is written by whom the fault names; one that the API refuses is told")
  func foreignWrite() throws {
    let path = "/apis/apps/v1/namespaces/production/deployments/"
    let write = APIRequest(
      method: "PATCH", path: path + Workload.deployment, query: ["fieldManager": "helm"],
      contentType: "application/merge-patch+json", body: ["spec": ["replicas": 2]])
    let refused = APIRequest(
      method: "PATCH", path: path + "nobody", contentType: "application/merge-patch+json",
      body: ["spec": ["replicas": 2]])
    let cluster = try cluster(
      [Fault(.write(write), begins: .seconds(1)), Fault(.write(refused), begins: .seconds(2))], rate: 1, until: 3)
    #expect(cluster.deployment?.spec.replicas == 2)
    #expect(cluster.deployment?.metadata.managedFields?.contains { $0.manager == "helm" } == true)
    #expect(cluster.faultProblems == ["the API refuses the write: 404: deployments.apps \"nobody\" not found"])
  }

  @Test("An application changes while the fault lasts, and is as before when it is over")
  func application() throws {
    let change = ApplicationChange.with { $0.failingShare = 1 }
    var cluster = try cluster(
      [Fault(.application(change, version: "v1.0.0"), begins: .seconds(10), lasts: .seconds(10))], rate: 0, until: 5)
    func fails() -> Bool {
      guard case .forwarded(let request) = cluster.arrive(host: Workload.host, target: "/") else { return false }
      return cluster.outcome(of: request) == .failed
    }
    #expect(!fails())
    cluster.advance(to: .seconds(75))
    #expect(fails())
    cluster.advance(to: .seconds(85))
    #expect(!fails())
  }

  @Test("A node that two faults take is back when both are over", arguments: [20, 60])
  func nodeLostTwice(secondLasts: Int) throws {
    let faults = [
      Fault(.machineLost(1), begins: .seconds(1), lasts: .seconds(40)),
      Fault(.machineLost(1), begins: .seconds(11), lasts: .seconds(secondLasts)),
    ]
    let ends = max(41, 11 + secondLasts)
    for (second, isLost) in [(10, true), (30, true), (ends - 1, true), (ends + 1, false)] {
      let cluster = try cluster(faults, rate: 1, until: second)
      #expect(cluster.dataPlane.machines[0].isLost == isLost, "after \(second)s")
    }
  }

  @Test("A node that is lost anew counts as unreachable fifty seconds after that, and not after the first loss")
  func nodeLostAnew() throws {
    let faults = [
      Fault(.machineLost(1), begins: .seconds(1), lasts: .seconds(10)),
      Fault(.machineLost(1), begins: .seconds(31)),
    ]
    func isUnreachable(after second: Int) throws -> Bool {
      try cluster(faults, rate: 1, until: second).dataPlane.machines[0].isUnreachable
    }
    #expect(try !isUnreachable(after: 55))
    #expect(try !isUnreachable(after: 80))
    #expect(try isUnreachable(after: 82))
  }

  private func trigger(_ text: String) throws -> Fault.Trigger {
    .workload(
      try WorkloadCondition(text: text), of: .deployment, namespace: Workload.namespace, name: Workload.deployment)
  }

  @Test("A fault with a condition begins at the first instant at which that holds, and lasts from then")
  func condition() throws {
    let fault = Fault(
      .endpointDelay(.seconds(9)), begins: .seconds(5), lasts: .seconds(30), trigger: try trigger("ready >= 5"))
    let cluster = try cluster([fault], until: 300)
    let reached = try #require(
      (cluster.changes(.deployment, after: 200) ?? []).first { $0.object.deployment?.status?.readyReplicas ?? 0 >= 5 })
    #expect(cluster.faultCourses[0].began == reached.time - .seconds(60))
    #expect(cluster.faultCourses[0].ended == reached.time - .seconds(30))
    #expect(cluster.faultProblems.isEmpty)
  }

  @Test("A condition that has to hold for a while is met when it has, also where nothing changes meanwhile")
  func lastingCondition() throws {
    let fault = Fault(.metricsStale, begins: .seconds(5), trigger: try trigger("ready >= 3 for 20s"))
    let cluster = try cluster([fault], rate: 1, until: 60)
    #expect(cluster.faultCourses[0].began == .seconds(25))
  }

  @Test(
    "A fault may wait for the workload to scale, and for the begin and end of a rollout",
    arguments: ["scales out", "scales in", "rollout begins", "rollout ends"])
  func turns(text: String) throws {
    var cluster = try cluster([Fault(.metricsStale, begins: .zero, trigger: try trigger(text))], rate: 1, until: 5)
    let path = "/apis/apps/v1/namespaces/production/deployments/\(Workload.deployment)/scale"
    for replicas in [5, 4] as [Int64] {
      cluster.ask("PATCH", path, type: "application/merge-patch+json", body: ["spec": ["replicas": .integer(replicas)]])
      cluster.advance(to: cluster.now + .seconds(5))
    }
    cluster.setImage("v2.0.0")
    cluster.advance(to: .seconds(400))
    let began = try #require(cluster.faultCourses[0].began)
    switch text {
    case "scales out": #expect(began == .seconds(5))
    case "scales in": #expect(began == .seconds(10))
    case "rollout begins": #expect(began == .seconds(15))
    default: #expect(began > .seconds(16) && began < .seconds(300))
    }
  }

  @Test(
    "A fault whose condition others see begins when they say so, and not before it is waited for", arguments: [2, 20])
  func toldCondition(told: Int) throws {
    let fault = Fault(
      .metricsStale, begins: .seconds(5), lasts: .seconds(10), trigger: .told("errors > 1%"), title: "it")
    var cluster = try cluster([fault], rate: 1, until: told)
    #expect(cluster.faultCourses[0].began == nil)
    #expect(cluster.faultProblems == ["it: \"errors > 1%\" never came true"])
    cluster.meet(fault: 0)
    cluster.meet(fault: 0)
    cluster.advance(to: .seconds(200))
    #expect(cluster.faultCourses[0].began == .seconds(max(told, 5)))
    #expect(cluster.faultCourses[0].ended == .seconds(max(told, 5) + 10))
  }

  @Test("A condition that never came true, and a fault that the run did not come to, are told")
  func neverMet() throws {
    let faults = [
      Fault(.metricsStale, begins: .zero, trigger: try trigger("ready > 99"), title: "faults[0]"),
      Fault(.metricsStale, begins: .seconds(500), title: "faults[1]"),
    ]
    let cluster = try cluster(faults, rate: 1, until: 30)
    #expect(
      cluster.faultProblems == [
        "faults[0]: \"ready > 99\" never came true", "faults[1]: the run ended before it was to begin",
      ])
  }

  @Test("Metrics of the types Pods, Object and External have the values that were declared")
  func customMetrics() throws {
    var workload = try Workload()
    let last = workload.others.count - 1
    workload.others[last].setMember(
      [
        [
          "type": "External",
          "external": ["metric": ["name": "queue"], "target": ["type": "AverageValue", "averageValue": "30"]],
        ]
      ], at: ["spec", "metrics"])
    let course = MetricSource.Course(points: [.init(time: .zero, value: 60), .init(time: .seconds(60), value: 60)])
    let cluster = try cluster([], rate: 1, until: 60, workload) { $0.metrics["queue"] = .course(course) }
    #expect(
      autoscaler(cluster)?.status?.currentMetrics?.first?.external?.current.averageValue?.quantity
        == Quantity(milli: 20_000))
    let growing = MetricSource.Course(points: [.init(time: .zero, value: 60), .init(time: .seconds(60), value: 260)])
    let grown = try self.cluster([], rate: 1, until: 90, workload) { $0.metrics["queue"] = .course(growing) }
    // 260 messages, 30 to a pod.
    #expect(grown.deployment?.spec.replicas == 9)
  }

  @Test(
    "A backlog grows by what comes less what the ready pods work off, and pods of a broken version work off nothing")
  func backlog() throws {
    var backlog = MetricSource.Backlog(arrivals: .init(points: [.init(time: .zero, value: 40)]), perPod: 10)
    func length(_ backlog: MetricSource.Backlog) throws -> Double {
      let cluster = try cluster([], rate: 0, until: 50) { $0.metrics["queue"] = .backlog(backlog) }
      return cluster.metrics.custom.values(of: "queue", at: cluster.now)?.ofAll ?? -1
    }
    // 40 a second come from the beginning of the load on, and the last measurement is of five seconds before the end.
    let working = try length(backlog)
    backlog.notBy = ["v1.0.0"]
    let idle = try length(backlog)
    #expect(abs(working - (40 - 30) * 45) < 1e-6)
    #expect(abs(idle - 40 * 45) < 1e-6)
  }
}
