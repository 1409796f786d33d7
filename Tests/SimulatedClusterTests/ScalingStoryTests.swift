import KubernetesObjects
import SimulatedCluster
import Testing
import Units

@Suite("The replica story of a surge")
struct ScalingStoryTests {
  @Test("A surge from 200/s to 1,400/s goes 3, 7, 8, and back 4, 3 after the window, as on a real control plane")
  func surge() throws {
    var cluster = try Workload().settledCluster()
    cluster.setOfferedRate(200, host: Workload.host)
    cluster.advance(to: .seconds(120))
    cluster.setOfferedRate(1_400, host: Workload.host)
    cluster.advance(to: .seconds(360))
    cluster.setOfferedRate(200, host: Workload.host)
    cluster.advance(to: .seconds(1_200))

    let story = cluster.sizes
    #expect(story.map(\.replicas) == [3, 7, 8, 4, 3])
    try #require(story.count == 5)
    let surge = Duration.seconds(120)
    // The first sync that sees a whole window of the surge: within two periods and the window.
    #expect(story[1].time - surge > .zero && story[1].time - surge < .seconds(32))
    #expect(story[2].time - surge < .seconds(62))
    let settle = Duration.seconds(360)
    #expect(story[3].time - settle > .seconds(285) && story[3].time - settle < .seconds(340))
    let step = story[4].time - story[3].time
    #expect(step >= .seconds(60) && step < .seconds(77))
  }

  @Test("An HPA that is made anew a while after its deletion remembers nothing: its window begins with it")
  func recreated() throws {
    let workload = try Workload()
    let manifest = try #require(workload.others.first { $0["kind"] == "HorizontalPodAutoscaler" })
    var cluster = try workload.settledCluster()
    cluster.setOfferedRate(1_400, host: Workload.host)
    cluster.advance(to: .seconds(360))
    cluster.setOfferedRate(200, host: Workload.host)
    cluster.advance(to: .seconds(400))
    try #require(cluster.deployment?.spec.replicas == 8)

    #expect(cluster.ask("DELETE", APITests.autoscaler).status == 200)
    cluster.advance(to: .seconds(500))
    let collection = String(APITests.autoscaler.dropLast("/aspnetcore-hpa".count))
    #expect(cluster.ask("POST", collection, body: manifest).status == 201)
    cluster.advance(to: .seconds(1_200))

    let story = cluster.sizes
    #expect(story.map(\.replicas) == [3, 7, 8, 4, 3])
    try #require(story.count == 5)
    #expect(story[3].time > .seconds(500 + 300), "the count of its first sync holds for a whole window")
  }

  @Test("HPA status, events and writers are those of the control plane")
  func marks() throws {
    var cluster = try Workload().settledCluster()
    cluster.setOfferedRate(1_400, host: Workload.host)
    cluster.advance(to: .seconds(95))

    let autoscaler = try #require(
      cluster.object(.autoscaler, namespace: Workload.namespace, name: "aspnetcore-hpa")?.autoscaler)
    let status = try #require(autoscaler.status)
    #expect(status.condition("AbleToScale")?.status == "True")
    #expect(status.condition("ScalingActive")?.reason == "ValidMetricFound")
    #expect(status.lastScaleTime != nil)
    #expect(status.currentMetrics?.first?.resource?.current.averageUtilization != nil)
    let rescale = try #require(cluster.events.first { $0.reason == "SuccessfulRescale" })
    #expect(rescale.message == "New size: 7; reason: cpu resource utilization (percentage of request) above target")
    #expect(rescale.source?.component == "horizontal-pod-autoscaler")
    let writers = cluster.deployment?.metadata.managedFields ?? []
    let scale = try #require(writers.first { $0.subresource == "scale" })
    #expect(scale.manager == "kube-controller-manager" && scale.time == nil)
    #expect(
      cluster.events.contains {
        $0.message?.hasPrefix("Scaled up replica set") == true && $0.message?.hasSuffix("from 3 to 7") == true
      })
  }

  @Test("Utilization is capped by the CPU limit: three pods under 2,000/s report 200 % of their request")
  func cap() throws {
    var cluster = try Workload().settledCluster()
    cluster.setOfferedRate(2_000, host: Workload.host)
    cluster.advance(to: .seconds(75))
    let usage = cluster.podMetrics(namespace: Workload.namespace)
    #expect(usage.count == 3)
    for pod in usage { #expect(pod.containers?.first?.usage["cpu"]?.quantity.milli == 500) }
  }

  @Test("Equal seeds give equal clusters, different seeds other names")
  func determinism() throws {
    func names(seed: UInt64) throws -> [String] {
      var workload = SimulatedWorkload()
      workload.seed = seed
      var cluster = try Workload().settledCluster(workload)
      cluster.setOfferedRate(1_400, host: Workload.host)
      cluster.advance(to: .seconds(200))
      return cluster.objects(.pod).map(\.key.name)
    }
    #expect(try names(seed: 1) == names(seed: 1))
    #expect(try names(seed: 1) != names(seed: 2))
  }

  @Test("With a time scale the story takes as many cluster seconds, and utilization follows the rate on the wall")
  func timeScale() throws {
    var cluster = try Workload().settledCluster(timeScale: 20)
    cluster.setOfferedRate(1_400, host: Workload.host)
    cluster.advance(to: .seconds(200))
    #expect(cluster.sizes.map(\.replicas) == [3, 7, 8])
  }

  @Test("Without metrics for the first sync the HPA says so and does not scale")
  func noMetricYet() throws {
    var workload = SimulatedWorkload()
    workload.metricsLag = .seconds(30)
    var cluster = try ClusterSimulation(manifests: Workload().manifests, workload: workload)
    cluster.advance(to: .seconds(16))
    #expect(cluster.events.contains { $0.reason == "FailedGetResourceMetric" })
    let autoscaler = cluster.object(.autoscaler, namespace: Workload.namespace, name: "aspnetcore-hpa")?.autoscaler
    #expect(autoscaler?.status?.condition("ScalingActive")?.status == "False")
  }
}
