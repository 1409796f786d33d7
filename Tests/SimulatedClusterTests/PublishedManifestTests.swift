import AutoscalerModel
import Foundation
import KubernetesObjects
import SimulatedCluster
import Testing
import Units

@Suite("Manifests with numbers that nobody means")
struct AbsurdNumberTests {
  private static func container(_ change: (inout JSONValue) -> Void) throws -> Workload {
    var workload = try Workload()
    var container = workload.deploymentObject["spec", "template", "spec", "containers"]?[0] ?? .null
    change(&container)
    var pod = workload.deploymentObject["spec", "template", "spec"] ?? .null
    pod["containers"] = [container]
    var spec = workload.deploymentObject["spec"] ?? .null
    spec["template"]?["spec"] = pod
    workload.deploymentObject["spec"] = spec
    return workload
  }

  @Test(
    "start, run and end without a crash or a hang",
    arguments: [
      "1e9223372036854775807", "9223372036854775807E", "1e-9223372036854775807", "0",
    ])
  func amounts(cpu: String) throws {
    let workload = try Self.container {
      $0["resources"] = ["requests": ["cpu": .string(cpu)], "limits": ["cpu": .string(cpu)]]
    }
    var cluster = try workload.settledCluster()

    cluster.setOfferedRate(100, host: Workload.host)
    cluster.advance(to: .seconds(300))

    #expect(cluster.offeredLoadTotals().answered > 0)
  }

  @Test("so does a hook that never ends: the grace period does")
  func endlessHook() throws {
    var cluster = try Self.container { $0["lifecycle"] = ["preStop": ["exec": ["command": ["sleep", "infinity"]]]] }
      .settledCluster()

    cluster.setImage("v2.0.0")
    cluster.advance(to: .seconds(600))

    #expect(cluster.deployment?.status?.updatedReplicas == 3)
    #expect(cluster.objects(.pod).count == 3)
  }

  @Test("and delays as long as the API takes", arguments: [2_147_483_647, 1_000_000])
  func delays(seconds: Int) throws {
    var cluster = try Self.container {
      $0["readinessProbe"]?["initialDelaySeconds"] = .integer(Int64(seconds))
    }.settledCluster()

    cluster.advance(to: .seconds(3_600))

    #expect(cluster.deployment?.status?.readyReplicas ?? 0 == 0)
  }

  @Test("while more pods than can be simulated are refused")
  func manyPods() throws {
    var workload = try Workload()
    workload.deploymentObject["spec"]?["replicas"] = 100_000

    let problem = #expect(throws: ManifestProblem.self) { try ClusterSimulation(manifests: workload.manifests) }

    #expect(problem?.message.contains("at most \(ClusterSimulation.mostReplicas) pods") == true)
  }

  @Test("An older autoscaler scales by its own target, not by the default of 80 per cent")
  func olderAutoscaler() throws {
    var workload = try Workload()
    let index = try #require(workload.others.firstIndex { $0["kind"] == "HorizontalPodAutoscaler" })
    workload.others[index] = [
      "apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler",
      "metadata": workload.others[index]["metadata"] ?? .null,
      "spec": [
        "scaleTargetRef": workload.others[index]["spec", "scaleTargetRef"] ?? .null, "minReplicas": 3,
        "maxReplicas": 10,
        "targetCPUUtilizationPercentage": 35,
      ],
    ]
    var cluster = try workload.settledCluster()

    let shown = cluster.ask("GET", APITests.autoscaler).body

    #expect(shown["apiVersion"] == "autoscaling/v2")
    #expect(shown["spec", "metrics"]?[0]?["resource", "target", "averageUtilization"] == 35)
    #expect(shown["spec", "targetCPUUtilizationPercentage"] == nil)
  }
}
