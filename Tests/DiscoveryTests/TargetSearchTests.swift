import Discovery
import KubernetesObjects
import Testing

@Suite("The search for what is behind a host")
struct TargetSearchTests {
  private static func find(_ objects: [JSONValue], _ host: String = "web.example.com", path: String? = nil) throws
    -> DiscoveredTarget
  {
    try TargetSearch(objects, namespace: "shop").find(.host(host, path: path))
  }

  private static let api = [Objects.deployment("api"), Objects.service("api", selects: ["app": "api"])]

  @Test("goes from a host over Ingress and Service to workload and autoscaler")
  func usual() throws {
    let target = try Self.find(Objects.usual)

    #expect(target.reference.text == "deployment/web")
    #expect(target.autoscaler?.metadata.name == "web")
    #expect(target.url == "http://web.example.com")
    #expect(target.way == "Ingress web (web.example.com/) → Service web:80 → Deployment web, 2 pods → HPA web, 2..8")
  }

  @Test("goes from a workload back to its Ingress, and finds none where none leads there")
  func workload() throws {
    let reference = WorkloadReference(.deployment, "web")
    let routed = try TargetSearch(Objects.usual, namespace: "shop").find(.workload(reference))
    #expect(routed.url == "http://web.example.com" && routed.service == "web")

    let alone = try TargetSearch([Objects.deployment("web")], namespace: "shop").find(.workload(reference))
    #expect(alone.url == nil && alone.lead == nil && alone.autoscaler == nil)
    #expect(alone.way == "Deployment web, 2 pods → no HPA")
  }

  @Test("takes https where the Ingress has a certificate for the host, by name or wildcard")
  func secure() throws {
    var objects = Objects.usual
    objects[2] = Objects.ingress("web", host: "web.example.com", [("/", "web")], tls: true)
    #expect(try Self.find(objects).url == "https://web.example.com")
  }

  @Test("takes the host's own rule before a wildcard, and a wildcard before a rule for every host")
  func ranks() throws {
    let others =
      Self.api + [
        Objects.ingress("any", host: nil, [("/", "api")]),
        Objects.ingress("wild", host: "*.example.com", [("/", "api")]),
      ]
    #expect(try Self.find(Objects.usual + others).reference.name == "web")
    #expect(try Self.find(Objects.usual + others, "shop.example.com").lead?.ingress == "wild")
    #expect(try Self.find(Objects.usual + others, "other.test").lead?.ingress == "any")
  }

  @Test("chooses by path, the longest first, and by whole elements of it")
  func paths() throws {
    let objects =
      [Objects.deployment("web"), Objects.service("web", selects: ["app": "web"])] + Self.api + [
        Objects.ingress("web", host: "web.example.com", [("/", "web"), ("/api", "api")])
      ]
    #expect(try Self.find(objects, path: "/api/items").reference.name == "api")
    #expect(try Self.find(objects, path: "/apis").reference.name == "web")
  }

  @Test("passes over a canary's Ingress")
  func canary() throws {
    let canary = Objects.ingress(
      "canary", host: "web.example.com", [("/", "api")], annotations: ["canary": "true", "canary-weight": "10"])
    #expect(try Self.find(Objects.usual + Self.api + [canary]).reference.name == "web")
  }

  @Test(
    "notes what it cannot read, and passes it over",
    arguments: ["Ingress", "Service", "Deployment", "HorizontalPodAutoscaler", "Pod"])
  func unreadable(kind: String) throws {
    let broken: JSONValue = ["kind": .string(kind), "metadata": ["name": "odd"], "spec": "nothing"]
    let search = TargetSearch(Objects.usual + [broken], namespace: "shop")
    #expect(search.notes == ["\(kind) odd cannot be read, and is passed over"])
    #expect(try search.find(.host("web.example.com", path: nil)).way == Self.find(Objects.usual).way)
  }

  @Test("of a regular expression asks for what comes before its first special character")
  func expressions() throws {
    var objects = Objects.usual
    objects[2] = Objects.ingress(
      "web", host: "web.example.com", [("/api(/|$)(.*)", "web")], annotations: ["use-regex": "true"])
    #expect(try Self.find(objects).lead?.plainPath == "/api")
  }

  @Test(
    "a path is held against regular expressions as nginx does, and Exact comes before a prefix of the same length",
    arguments: [
      ("/v1/x", "api"), ("/V2/x", "api"), ("/value", "web"), ("/api", "api"), ("/api/x", "web"),
    ])
  func rules(path: String, workload: String) throws {
    let ingress = Objects.ingress(
      "regex", host: "web.example.com", [("/v(1|2)/", "api"), ("/", "web")],
      annotations: ["use-regex": path.lowercased().hasPrefix("/v") ? "true" : "false"])
    let exact = Objects.ingress("exact", host: "web.example.com", [("/api", "api")], type: "Exact")
    let prefix = Objects.ingress("prefix", host: "web.example.com", [("/api", "web")])
    let objects = Array(Objects.usual.prefix(2)) + Self.api + [ingress, prefix, exact]

    #expect(try Self.find(objects, path: path).reference.name == workload)
  }

  @Test("paths are regular expressions where another Ingress of the host says so")
  func expressionsOfHost() throws {
    let ingresses = [
      Objects.ingress("plain", host: "Web.example.com", [("/a.c", "api"), ("/", "web")]),
      Objects.ingress("other", host: "web.example.com", [("/x", "web")], annotations: ["use-regex": "true"]),
    ]
    let objects = Array(Objects.usual.prefix(2)) + Self.api + ingresses

    #expect(try Self.find(objects, path: "/abc").reference.name == "api")
    #expect(try Self.find(Array(objects.dropLast()), path: "/abc").reference.name == "web")
  }

  @Test("of two workloads behind one Service takes the one that has pods")
  func blueAndGreen() throws {
    let objects = [
      Objects.deployment("blue", labels: ["app": "web", "colour": "blue"], replicas: 0),
      Objects.deployment("green", labels: ["app": "web", "colour": "green"]), Objects.usual[1], Objects.usual[2],
    ]
    #expect(try Self.find(objects).reference.name == "green")
  }

  @Test(
    "refuses in one line what it cannot decide, and says what to do",
    arguments: [
      ([Objects.usual[0], Objects.usual[1]], "there is no Ingress: name the workload with --workload"),
      (
        [Objects.ingress("a", host: "a.test", [("/", "web")])],
        "the Ingresses are for a.test, or name another --namespace"
      ),
      ([Objects.usual[2]], "leads to the Service web, which is not there"),
      (
        [Objects.service("web", selects: ["app": "web"], port: 8080), Objects.usual[0], Objects.usual[2]],
        "leads to the port 80 of the Service web, which has http 8080"
      ),
      ([Objects.service("web", selects: nil), Objects.usual[2]], "selects no pods"),
      (
        [Objects.usual[1], Objects.usual[2], Objects.deployment("api")],
        "makes pods that the Service web selects (app=web)"
      ),
      (
        [
          Objects.deployment("blue", labels: ["app": "web", "c": "b"]),
          Objects.deployment("green", labels: ["app": "web", "c": "g"]), Objects.usual[1], Objects.usual[2],
        ], "selects the pods of several workloads: deployment/blue, deployment/green"
      ),
      (
        Objects.usual + [Objects.autoscaler("other", of: "web")],
        "2 autoscalers scale deployment/web, and the controller stops all of them (AmbiguousSelector): web, other"
      ),
      (
        [
          Objects.usual[0], Objects.usual[1], Objects.deployment("api"),
          Objects.service("api", selects: ["app": "api"]),
          Objects.ingress("web", host: "web.example.com", [("/", "web"), ("/api", "api")]),
        ],
        "leads to 2 workloads: web.example.com/ to deployment/web, web.example.com/api to deployment/api; name one of the "
          + "paths, as in --ingress web.example.com/api"
      ),
      (
        [Objects.deployment("web", replicas: 0), Objects.usual[1], Objects.usual[2]], "deployment/web wants no pods"
      ),
    ] as [([JSONValue], String)])
  func refusals(objects: [JSONValue], words: String) throws {
    let problem = #expect(throws: DiscoveryProblem.self) { try Self.find(objects) }
    #expect(problem?.description.contains(words) == true, "\(problem?.description ?? "")")
    #expect(problem?.description.contains("\n") == false)
  }
}
