import ApplicationNature
import KubernetesObjects
import SimulatedCluster
import Testing

@Suite("Canaries of the simulated Ingress")
struct IngressCanaryTests {
  /// What decides about one request for certain.
  struct Choice: CustomTestStringConvertible, Sendable {
    let annotations: [String: String]
    let headers: [String: String]
    let isCanary: Bool

    init(_ annotations: [String: String], _ headers: [String: String], canary: Bool) {
      self.annotations = annotations
      self.headers = headers
      isCanary = canary
    }

    var testDescription: String { "\(annotations.sorted { $0.key < $1.key }) \(headers)" }
  }

  private static let all = ["canary-weight": "100"]

  static let choices: [Choice] = [
    Choice(["canary-by-header": "X-Canary"], ["X-Canary": "always"], canary: true),
    Choice(["canary-by-header": "X-Canary"], ["x-canary": "always"], canary: true),
    Choice(["canary-by-header": "X-Canary"], [:], canary: false),
    Choice(["canary-by-header": "X-Canary"], ["X-Canary": "perhaps"], canary: false),
    Choice(all.merging(["canary-by-header": "X-Canary"]) { $1 }, ["X-Canary": "never"], canary: false),
    Choice(all.merging(["canary-by-header": "X-Canary"]) { $1 }, ["X-Canary": "perhaps"], canary: true),
    Choice(["canary-by-header": "Region", "canary-by-header-value": "eu"], ["Region": "eu"], canary: true),
    Choice(["canary-by-header": "Region", "canary-by-header-value": "eu"], ["Region": "always"], canary: false),
    Choice(
      all.merging(["canary-by-header": "Region", "canary-by-header-value": "eu"]) { $1 }, ["Region": "never"],
      canary: true),
    Choice(["canary-by-header": "Region", "canary-by-header-pattern": "^(eu|us)"], ["Region": "us-1"], canary: true),
    Choice(["canary-by-header": "Region", "canary-by-header-pattern": "^(eu|us)"], ["Region": "asia"], canary: false),
    // The value counts where both stand there.
    Choice(
      ["canary-by-header": "Region", "canary-by-header-value": "x", "canary-by-header-pattern": "eu"],
      ["Region": "eu"], canary: false),
    // What cannot be compiled keeps those away that send the header.
    Choice(
      all.merging(["canary-by-header": "Region", "canary-by-header-pattern": "("]) { $1 }, ["Region": "eu"],
      canary: false),
    Choice(["canary-by-cookie": "beta"], ["Cookie": "a=1; beta=always"], canary: true),
    Choice(["canary-by-cookie": "beta"], ["Cookie": "a=1; alphabeta=always"], canary: false),
    Choice(all.merging(["canary-by-cookie": "beta"]) { $1 }, ["Cookie": "beta=never"], canary: false),
    Choice(all.merging(["canary-by-cookie": "beta"]) { $1 }, ["Cookie": "beta=other"], canary: true),
    // First the header, then the cookie, then the weight.
    Choice(
      ["canary-by-header": "X-Canary", "canary-by-cookie": "beta"], ["X-Canary": "never", "Cookie": "beta=always"],
      canary: false),
    Choice(
      ["canary-by-header": "X-Canary", "canary-by-cookie": "beta"], ["X-Canary": "x", "Cookie": "beta=always"],
      canary: true),
    Choice(["canary-weight": "0"], [:], canary: false),
    Choice(all, [:], canary: true),
    Choice(["canary-weight": "a lot"], [:], canary: false),
    // A total below a hundred is a hundred.
    Choice(["canary-weight": "100", "canary-weight-total": "10"], [:], canary: true),
  ]

  @Test("header, cookie and weight decide in this order, as in ingress-nginx", arguments: choices)
  func decides(choice: Choice) throws {
    var cluster = try TwoVersions(canary: choice.annotations.merging(["canary": "true"]) { $1 }).settledCluster()

    let takers = Set((0..<20).map { _ in TwoVersions.taker(in: &cluster, headers: choice.headers) })

    #expect(takers == [choice.isCanary ? TwoVersions.canaryVersion : "v1.0.0"])
  }

  @Test(
    "a weight is the share that the canary takes, and equal seeds choose equally",
    arguments: [("20", nil, 0.2), ("5", "1000", 0.005), ("500", "1000", 0.5)], [1, 7] as [UInt64])
  func weight(annotation: (weight: String, total: String?, share: Double), seed: UInt64) throws {
    var annotations = ["canary": "true", "canary-weight": annotation.weight]
    annotations["canary-weight-total"] = annotation.total
    var nature = SimulatedWorkload()
    nature.seed = seed
    nature.application.queueLimit = 1_000_000
    var cluster = try TwoVersions(canary: annotations).settledCluster(nature)
    var again = cluster

    let takers = (0..<20_000).map { _ in TwoVersions.taker(in: &cluster) }

    let share = Double(takers.count { $0 == TwoVersions.canaryVersion }) / 20_000
    // Four standard deviations of a binomial share.
    let spread = 4 * (annotation.share * (1 - annotation.share) / 20_000).squareRoot()
    #expect(abs(share - annotation.share) < spread, "\(share)")
    #expect(takers.prefix(500) == (0..<500).map { _ in TwoVersions.taker(in: &again) }[...])
  }

  @Test("a canary that finds no main Ingress takes nothing, nor does one without pods, or one that is not switched on")
  func none() throws {
    let weight = ["canary": "true", "canary-weight": "100"]
    var elsewhere = try TwoVersions(canary: weight, path: "/elsewhere").settledCluster()
    var empty = try TwoVersions(canary: weight, replicas: 0).settledCluster()

    #expect(TwoVersions.taker(in: &elsewhere) == "v1.0.0")
    #expect(TwoVersions.taker(in: &empty) == "v1.0.0")
    #expect(elsewhere.arrive(host: "other.example.com", target: "/elsewhere") == .noRoute)
  }

  @Test("a canary takes nothing while the main service has no pod")
  func withoutMain() throws {
    var versions = try TwoVersions(canary: ["canary": "true", "canary-weight": "100"])
    versions.workload.deploymentObject["spec"]?["replicas"] = 0
    versions.workload.others.removeAll { $0["kind"] == "HorizontalPodAutoscaler" }
    var cluster = try versions.settledCluster()

    #expect(cluster.arrive(host: Workload.host, target: "/api/items") == .noEndpoint)
  }

  @Test("a weight that is changed counts as soon as the Ingress acts on it")
  func change() throws {
    var cluster = try TwoVersions(canary: ["canary": "true", "canary-weight": "0"]).settledCluster()
    var known = IngressDestination(host: Workload.host, target: "/api/items")
    _ = cluster.arrive(at: &known)

    cluster.ask(
      "PATCH", "/apis/networking.k8s.io/v1/namespaces/production/ingresses/a-canary",
      type: "application/merge-patch+json",
      body: ["metadata": ["annotations": ["nginx.ingress.kubernetes.io/canary-weight": "100"]]])
    cluster.advance(to: cluster.now + .seconds(2))

    guard case .forwarded(let request) = cluster.arrive(at: &known) else {
      Issue.record("not forwarded")
      return
    }
    #expect(cluster.answeringPod(request.pod).version == TwoVersions.canaryVersion)
  }

  @Test("a steady stream is split by the weight")
  func steadyStream() throws {
    var cluster = try TwoVersions(canary: ["canary": "true", "canary-weight": "25"]).settledCluster()
    func work(_ cluster: inout ClusterSimulation) -> [String: Int] {
      let list = cluster.ask("GET", "/apis/metrics.k8s.io/v1beta1/namespaces/production/pods").body
      let usage = list["items"]?.array ?? []
      return usage.reduce(into: [:]) { sums, pod in
        let cpu = pod["containers"]?[0]?["usage", "cpu"]?.string ?? ""
        let isCanary = pod["metadata", "name"]?.string?.hasPrefix("canary-") == true
        sums[isCanary ? "canary" : "main", default: 0] += Int(cpu.filter(\.isNumber)) ?? 0
      }
    }

    cluster.setOfferedRate(200, host: Workload.host, path: "/api/items")
    cluster.advance(to: .seconds(121))

    let sums = work(&cluster)
    let share = Double(sums["canary"] ?? 0) / Double((sums["canary"] ?? 0) + (sums["main"] ?? 0))
    #expect(abs(share - 0.25) < 0.02, "\(sums)")
  }

  @Test(
    "notes say which canaries take nothing, and which annotations count for nothing",
    arguments: [
      (["canary-weight": "10"], nil, "is no canary without"),
      (["canary": "true", "canary-weight": "ten"], nil, "\"ten\" is not a whole number"),
      (["canary": "true", "canary-by-header-pattern": "("], nil, "is not a regular expression"),
      (["canary": "true"], "/elsewhere", "no other Ingress has this host, path and path type"),
      (["canary": "true", "upstream-hash-by": "$host"], nil, "does not act on upstream-hash-by"),
      (["affinity": "ip"], nil, "\"ip\" is not cookie"), (["affinity-mode": "even"], nil, "balanced or persistent"),
      (["canary": "yes"], nil, "\"yes\" is not true or false"),
    ] as [([String: String], String?, String)])
  func notes(annotations: [String: String], path: String?, text: String) throws {
    let versions = try TwoVersions(canary: annotations, path: path)

    let told = SimulationNotes.notes(on: versions.workload.manifests.map(\.object)).map(\.text)

    #expect(told.contains { $0.contains(text) }, "\(told)")
    let plain = try TwoVersions(canary: ["canary": "true", "canary-weight": "10"])
    #expect(
      !SimulationNotes.notes(on: plain.workload.manifests.map(\.object)).contains { $0.field.contains("annotations") })
  }
}
