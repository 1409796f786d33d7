import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("The APIs of custom and external metrics")
struct ServedMetricsTests {
  private static let custom = "/apis/custom.metrics.k8s.io/v1beta2/namespaces/production"
  private static let external = "/apis/external.metrics.k8s.io/v1beta1/namespaces/production"

  private static let rate: JSONValue = [
    "type": "Pods",
    "pods": ["metric": ["name": "rate"], "target": ["type": "AverageValue", "averageValue": "1k"]],
  ]
  private static let service: JSONValue = [
    "type": "Object",
    "object": [
      "metric": ["name": "depth"],
      "describedObject": ["apiVersion": "v1", "kind": "Service", "name": "aspnetcore-service"],
      "target": ["type": "Value", "value": "1k"],
    ],
  ]
  private static let queue: JSONValue = [
    "type": "External",
    "external": [
      "metric": ["name": "jobs", "selector": ["matchLabels": ["queue": "orders"]]],
      "target": ["type": "Value", "value": "10k"],
    ],
  ]

  /// A workload that is scaled by one metric of each type, under load.
  private func cluster(_ metrics: [JSONValue] = [rate, service, queue]) throws -> ClusterSimulation {
    var workload = try Workload()
    workload.others[workload.others.count - 1].setMember(.array(metrics), at: ["spec", "metrics"])
    var description = SimulatedWorkload()
    description.metrics = [
      "rate": .requests, "depth": .course(.init(points: [.init(time: .zero, value: 12.5)])),
      "jobs": .backlog(.init(arrivals: .init(points: [.init(time: .zero, value: 40)]), perPod: 10)),
    ]
    var cluster = try workload.settledCluster(description)
    cluster.plan([], loadBegins: .seconds(60))
    cluster.setOfferedRate(90, host: Workload.host)
    cluster.advance(to: .seconds(130))
    return cluster
  }

  @Test("show what the autoscaler computes with: each pod's value, that of an object, and that of no object")
  func sameValues() throws {
    var cluster = try cluster()
    let status = cluster.objects(.autoscaler).first?.autoscaler?.status?.currentMetrics
    func value(_ item: JSONValue?) throws -> Int64 { try Quantity(text: item?["value"]?.string ?? "").milli }

    let pods = cluster.ask("GET", "\(Self.custom)/pods/*/rate").body["items"]?.array ?? []
    let depth = cluster.ask("GET", "\(Self.custom)/services/aspnetcore-service/depth").body["items"]?[0]
    let jobs = cluster.ask("GET", "\(Self.external)/jobs", query: ["labelSelector": "queue=orders"]).body["items"]?[0]

    #expect(pods.count == 3)
    let average = try pods.map { try value($0) }.reduce(0, +) / 3
    #expect(average > 25_000 && average == status?[0].pods?.current.averageValue?.quantity.milli)
    #expect(try value(depth) == 12_500)
    #expect(status?[1].object?.current.value?.quantity.milli == 12_500)
    #expect(try value(jobs) == status?[2].external?.current.value?.quantity.milli)
    #expect(jobs?["metricLabels"] == ["queue": "orders"])
  }

  @Test("have the form of their version, with the time and the window of the measurement")
  func form() throws {
    var cluster = try cluster()
    let name = try #require(cluster.objects(.pod).first?.key.name)

    let (status, list) = cluster.ask("GET", "\(Self.custom)/pods/\(name)/rate")
    #expect(status == 200)
    #expect(list["kind"] == "MetricValueList" && list["apiVersion"] == "custom.metrics.k8s.io/v1beta2")
    let item = list["items"]?[0]
    #expect(
      item?["describedObject"] == [
        "kind": "Pod", "namespace": "production", "name": .string(name), "apiVersion": "/v1",
      ])
    #expect(item?["metric"] == ["name": "rate", "selector": .null])
    #expect(item?["windowSeconds"] == 15)
    #expect(item?["timestamp"] == "2026-01-01T00:02:00Z")

    let older = cluster.ask(
      "GET", "/apis/custom.metrics.k8s.io/v1beta1/namespaces/production/pods/*/rate",
      query: ["metricLabelSelector": "a=b", "labelSelector": "app=aspnetcore"]
    ).body["items"]?[0]
    #expect(older?["metricName"] == "rate" && older?["selector"] == ["matchLabels": ["a": "b"]])
    #expect(older?["window"] == 15)
    let space = cluster.ask("GET", "\(Self.custom)/metrics/depth").body["items"]?[0]
    #expect(space?["describedObject", "kind"] == "Namespace" && space?["value"] == "12500m")
    #expect(cluster.ask("GET", "\(Self.custom)/pods/*/rate", query: ["labelSelector": "app=x"]).body["items"] == [])
  }

  private static let missing: [(path: String, message: String)] = [
    ("pods/*/nothing", "the server could not find the metric nothing for pods"),
    ("pods/nobody/rate", "the server could not find the metric rate for pods nobody"),
    // Pods have no value of a queue.
    ("pods/*/jobs", "the server could not find the metric jobs for pods"),
    ("services/nobody/depth", "the server could not find the metric depth for services nobody"),
    ("frobs/one/depth", "the server could not find the metric depth for frobs one"),
    ("metrics/nothing", "the server could not find the metric nothing for namespaces production"),
  ]

  @Test("say what they do not find in the words of an adapter, and the autoscaler repeats them", arguments: missing)
  func notFound(path: String, message: String) throws {
    var cluster = try cluster()
    let (status, body) = cluster.ask("GET", "\(Self.custom)/\(path)")
    #expect(status == 404 && body["reason"] == "NotFound")
    #expect(body["message"] == .string(message))
  }

  private static let failing: [(metric: JSONValue, message: String)] = [
    (
      ["type": "Pods", "pods": ["metric": ["name": "no"], "target": ["type": "AverageValue", "averageValue": "1"]]],
      "unable to get metric no: unable to fetch metrics from custom metrics API: the server could not find the metric no for pods"
    ),
    (
      [
        "type": "Object",
        "object": [
          "metric": ["name": "depth"], "describedObject": ["apiVersion": "v1", "kind": "Service", "name": "nobody"],
          "target": ["type": "Value", "value": "1"],
        ],
      ],
      "unable to get metric depth: unable to fetch metrics from custom metrics API: the server could not find the metric "
        + "depth for services nobody on Service nobody"
    ),
  ]

  @Test("refuse an autoscaler what they refuse others, each thing said once", arguments: failing)
  func autoscaler(metric: JSONValue, message: String) throws {
    let cluster = try cluster([metric])
    let messages = cluster.events.compactMap(\.message)
    #expect(messages.contains(message), "\(Set(messages).sorted())")
  }

  @Test("are there only where metrics are declared, and name their metrics")
  func discovery() throws {
    var bare = try Workload().settledCluster()
    let groups = bare.ask("GET", "/apis").body["groups"]?.array?.compactMap { $0["name"]?.string } ?? []
    #expect(groups.contains("metrics.k8s.io") && !groups.contains("custom.metrics.k8s.io"))
    #expect(bare.ask("GET", "\(Self.custom)/pods/*/rate").status == 404)
    #expect(bare.ask("GET", "/apis/custom.metrics.k8s.io/v1beta2").status == 404)

    var cluster = try cluster()
    let group = cluster.ask("GET", "/apis/custom.metrics.k8s.io").body
    #expect(group["preferredVersion", "version"] == "v1beta2" && group["versions"]?.array?.count == 2)
    let custom = cluster.ask("GET", "/apis/custom.metrics.k8s.io/v1beta1").body["resources"]?.array ?? []
    let names = custom.compactMap { $0["name"]?.string }
    #expect(names.contains("pods/rate") && names.contains("services/jobs") && !names.contains("pods/jobs"))
    let external = cluster.ask("GET", "/apis/external.metrics.k8s.io/v1beta1").body["resources"]?.array
    #expect(external?.compactMap { $0["name"]?.string } == ["depth", "jobs", "rate"])
  }

  @Test("are down for as long as a fault says")
  func fault() throws {
    var workload = try Workload()
    workload.others[workload.others.count - 1].setMember(.array([Self.queue]), at: ["spec", "metrics"])
    var description = SimulatedWorkload()
    description.metrics = ["jobs": .course(.init(points: [.init(time: .zero, value: 1)]))]
    var cluster = try workload.settledCluster(description)
    cluster.plan(
      [Fault(.metricsAPIMissing(.external), begins: .seconds(10), lasts: .seconds(60))], loadBegins: .seconds(60))
    func status() -> Int { cluster.ask("GET", "\(Self.external)/jobs").status }
    #expect(status() == 200)
    cluster.advance(to: .seconds(100))
    #expect(status() == 503)
    #expect(
      cluster.events.contains {
        $0.message?.hasSuffix(
          "unable to fetch metrics from external metrics API: the server is currently unable to handle the request (get "
            + "jobs.external.metrics.k8s.io)") == true
      })
    cluster.advance(to: .seconds(131))
    #expect(status() == 200)
  }

  @Test("answer 503 while they are down, as their APIService says, and the autoscaler with them")
  func outage() throws {
    var cluster = try cluster()
    func available(_ name: String) -> JSONValue? {
      cluster.ask("GET", "/apis/apiregistration.k8s.io/v1/apiservices/\(name)").body["status", "conditions"]?[0]?[
        "status"]
    }
    #expect(available("v1beta2.custom.metrics.k8s.io") == "True")
    #expect(available("v1.apps") == "True")

    cluster.metrics.custom.down = [.custom]
    cluster.metricsAPIFails = true

    #expect(available("v1beta1.metrics.k8s.io") == "False")
    #expect(available("v1beta2.custom.metrics.k8s.io") == "False")
    #expect(available("v1beta1.external.metrics.k8s.io") == "True")
    for path in [
      "\(Self.custom)/pods/*/rate", "/apis/custom.metrics.k8s.io/v1beta2", "/apis/metrics.k8s.io/v1beta1/pods",
    ] {
      let (status, body) = cluster.ask("GET", path)
      #expect(status == 503 && body == "service unavailable\n", "\(path)")
    }
    #expect(cluster.ask("GET", "\(Self.external)/jobs").status == 200)
    cluster.advance(to: .seconds(160))
    #expect(
      cluster.events.contains {
        $0.message?.contains(
          "unable to fetch metrics from custom metrics API: the server is currently unable to handle the request (get "
            + "services.custom.metrics.k8s.io aspnetcore-service)") == true
      }, "\(Set(cluster.events.compactMap(\.message)))")
  }
}
