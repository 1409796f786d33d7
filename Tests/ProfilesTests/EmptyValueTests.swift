import Testing

@testable import Profiles

@Suite("An empty value is told, and never changes what a profile does")
struct EmptyValueTests {
  /// A profile with every part that there is.
  private static let whole = ProfileText(
    target: """
      {url: "http://api.example.com", compression: gzip, redirects: 3, auth: {bearer: "{{env TOKEN}}"},
        tls: {verify: true, ca: ca.pem, minVersion: "1.3"}, timeouts: {connect: 1s, request: 2s},
        connections: {min: 2, max: 10, maxInFlight: 100, maxAge: 60s}, servedBy: {pod: X-Pod, version: X-Version}}
      """,
    cluster: """
      {simulated: {manifests: [manifests/app], timeScale: 10, workload: {cpuPerRequest: 1ms}}, namespace: default,
        workload: deployment/web, hpa: web}
      """,
    requests: """
      [{name: home, weight: 2, method: GET, path: "/?user={{csv users.id}}", headers: {X-Trace: "{{uuid}}"},
          expect: {status: [200], headers: {X-Cache: HIT}, maxSize: 64Ki}},
        {name: order, method: POST, path: /orders, auth: {basic: {user: me, password: "{{env PASSWORD}}"}},
          body: {json: {sku: 7}}, expect: {status: [201], json: {"/id": 7}, bodyContains: [ok]}}]
      """,
    data: "{users: {file: users.csv, order: random}}",
    load: """
      {arrivals: poisson, seed: 3, workers: 2, streams: [
        {name: readers, requests: [home], phases: [{name: calm, for: 60s, rate: 10/s}]},
        {name: buyers, requests: [order], phases: [{name: surge, for: 60s, from: 1/s, to: 90/s}]}]}
      """,
    actions: "[{name: release, at: surge + 10s, rollout: {setImage: {app: \"app:v2\"}}}]",
    abortOn: "[{name: broken, over: 10s, errorRatio: \"> 50%\"}]",
    expectations: """
      [{name: up, scaleUp: {after: surge.start, to: ">= 5", of: ready, within: 30s}},
        {name: fast, latency: {during: calm, percentile: 99, below: 250ms, from: due, route: home}},
        {name: budget, errorBudget: {during: release, objective: 99.9%, confidence: 95%}}]
      """)

  /// Where an empty value says what an absent key says, or is a text like any other.
  private static func isMeant(_ path: String, _ empty: String) -> Bool {
    switch empty {
    case "[]" where ["actions", "abortOn", "expectations"].contains(path): true
    case "{}" where ["data", "cluster.simulated.workload"].contains(path): true
    case "{}" where ["requests[0].headers", "requests[0].expect", "requests[1].expect"].contains(path): true
    case "{}" where ["tls", "timeouts", "connections", "servedBy"].contains { path == "target.\($0)" }: true
    case "\"\"" where path.contains(".headers.") || path.hasSuffix(".password"): true
    // Values of JSON.
    default: path.hasPrefix("requests[1].body.json") || path.hasPrefix("requests[1].expect.json./")
    }
  }

  /// The paths to all values of a document, as `--set` writes them.
  private static func paths(_ node: YAMLNode, _ path: String = "") -> [String] {
    let below: [String] =
      switch node.content {
      case .scalar: []
      case .sequence(let elements): elements.enumerated().flatMap { paths($1, "\(path)[\($0)]") }
      case .mapping(let entries): entries.flatMap { paths($0.value, path.isEmpty ? $0.key : "\(path).\($0.key)") }
      }
    return (path.isEmpty ? [] : [path]) + below
  }

  private static func problems(setting change: String) throws -> [ProfileProblem] {
    var document = try ProfileDocument(text: whole.text, source: "p.yaml")
    do {
      try document.apply(set: change)
      _ = try document.profile()
      return []
    } catch {
      return error.problems
    }
  }

  @Test("the profile that the others empty is valid")
  func valid() {
    #expect(Self.whole.problems().isEmpty)
  }

  @Test("in every place of a profile", arguments: ["null", "\"\"", "[]", "{}"])
  func everywhere(empty: String) throws {
    let root = try ProfileDocument(text: Self.whole.text, source: "p.yaml").root
    let paths = Self.paths(root)
    #expect(paths.count > 90)
    for path in paths where !Self.isMeant(path, empty) {
      let told = try Self.problems(setting: "\(path)=\(empty)")
      #expect(!told.isEmpty, "\(path) = \(empty) is read as if it were not there")
      #expect(told.allSatisfy { !$0.message.contains("cannot be read") }, "\(path) = \(empty): \(told)")
    }
  }

  @Test(
    "a simulation that simulates nothing is refused, so that no real target gets its load",
    arguments: [
      "cluster.simulated=", "cluster.simulated=null", "cluster.simulated=\"\"", "cluster.simulated=\" \"",
      "cluster.simulated=[]", "cluster.simulated=[\"\"]", "cluster.simulated=[null]", "cluster.simulated={}",
      "cluster.simulated={manifests: []}", "cluster.simulated={manifests: null}", "cluster.simulated={manifests: {}}",
      "cluster.simulated={manifests: \"\"}", "cluster.simulated={manifest: manifests/app}",
      "cluster.simulated.manifests=", "cluster.simulated.manifests[0]=", "cluster.context=staging",
      "cluster.simulatd=manifests/app", "cluster=", "cluster=[]", "cluster={}", "cluster={simulatd: manifests/app}",
      "cluster={simulated: [], workload: deployment/web}", "cluster={context: \"\", workload: deployment/web}",
      "clusters={simulated: manifests/app}",
    ])
  func simulation(change: String) throws {
    let told = try Self.problems(setting: change)
    #expect(!told.isEmpty)
    #expect(told.contains { "\($0)".contains("cluster") }, "\(told)")
    #expect(told.allSatisfy { !$0.message.contains("cannot be read") }, "\(told)")
  }
}
