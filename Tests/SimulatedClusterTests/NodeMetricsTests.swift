import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("Metrics of nodes")
struct NodeMetricsTests {
  private static let path = "/apis/metrics.k8s.io/v1beta1/nodes"

  private static func milli(_ usage: JSONValue?, _ resource: String) throws -> Int64 {
    try Quantity(text: try #require(usage?[resource]?.string)).milli
  }

  @Test("A node uses what its pods use, at the time and over the window of theirs", arguments: [1, 5, 8] as [Int64])
  func sums(replicas: Int64) throws {
    var workload = try Workload()
    workload.others.removeAll { $0["kind"] == "HorizontalPodAutoscaler" }
    workload.deploymentObject["spec"]?["replicas"] = .integer(replicas)
    var cluster = try workload.settledCluster()
    cluster.setOfferedRate(200, host: Workload.host)
    cluster.advance(to: .seconds(150))

    let nodes = cluster.ask("GET", Self.path).body
    #expect(nodes["kind"] == "NodeMetricsList")
    let items = try #require(nodes["items"]?.array)
    #expect(items.compactMap { $0["metadata", "name"]?.string } == ["node-1", "node-2", "node-3"])
    let pods = cluster.podMetrics(namespace: nil)
    #expect(pods.count == Int(replicas))
    for item in items {
      let name = item["metadata", "name"]?.string
      let own = pods.filter { metrics in
        cluster.object(.pod, namespace: Workload.namespace, name: metrics.metadata.name ?? "")?.pod?.spec.nodeName
          == name
      }
      for (resource, slack) in [("cpu", Int64(own.count)), ("memory", 0)] {
        let sum = own.flatMap { $0.containers ?? [] }.reduce(0) { $0 + ($1.usage[resource]?.quantity.milli ?? 0) }
        let used = try Self.milli(item["usage"], resource)
        // Each pod is rounded up by itself.
        #expect(used <= sum && used >= sum - slack, "\(name ?? "") \(resource): \(used) of \(sum)")
      }
      #expect(item["timestamp"]?.string == pods.first?.timestamp?.description)
      #expect(item["window"]?.string == pods.first?.window)
      #expect(cluster.ask("GET", "\(Self.path)/\(name ?? "")").body["usage"] == item["usage"])
    }
  }

  @Test(
    "What is not known of a node is not there: before the first measurement, when it is lost or gone, and by a selector"
  )
  func unknown() throws {
    var cluster = try ClusterSimulation(manifests: try Workload().manifests)
    func names(_ query: [String: String] = [:]) -> [String] {
      (cluster.ask("GET", Self.path, query: query).body["items"]?.array ?? []).compactMap {
        $0["metadata", "name"]?.string
      }
    }
    cluster.advance(to: .seconds(10))
    #expect(names().isEmpty)
    cluster.advance(to: .seconds(60))
    #expect(names().count == 3)
    #expect(names(["labelSelector": "kubernetes.io/hostname=node-2"]) == ["node-2"])
    #expect(cluster.ask("GET", Self.path, query: ["labelSelector": "a in"]).status == 400)
    cluster.plan([Fault(.machineLost(2), begins: .zero)], loadBegins: .seconds(60))
    cluster.advance(to: .seconds(90))
    #expect(names() == ["node-1", "node-3"])
    let missing = cluster.ask("GET", "\(Self.path)/node-2")
    #expect(missing.status == 404)
    #expect(missing.body["message"] == "nodemetrics.metrics.k8s.io \"node-2\" not found")
    #expect(cluster.ask("GET", "/apis/metrics.k8s.io/v1beta1/namespaces/production/nodes").status == 404)
    cluster.metricsAPIFails = true
    #expect(cluster.ask("GET", Self.path).status == 503)
  }
}
