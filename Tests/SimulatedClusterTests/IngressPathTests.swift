import Foundation
import KubernetesObjects
import SimulatedCluster
import Testing

@Suite("Which path of an Ingress takes a request")
struct IngressPathTests {
  /// A cluster whose Ingress has a rule for each path; only the service that is wanted has a port.
  private static func cluster(
    _ paths: [(path: String, type: String)], annotations: JSONValue = [:], host: String = "web.example.com"
  ) throws -> ClusterSimulation {
    try ClusterSimulation(
      manifests: objects(paths, annotations: annotations, host: host).map {
        ClusterManifest(source: "test", object: $0)
      })
  }

  private static func objects(
    _ paths: [(path: String, type: String)], annotations: JSONValue = [:], host: String = "web.example.com"
  ) -> [JSONValue] {
    var objects: [JSONValue] = paths.indices.map { index in
      [
        "apiVersion": "v1", "kind": "Service", "metadata": ["name": .string("s\(index)")],
        "spec": ["selector": ["app": "web"], "ports": [["port": 80]]],
      ]
    }
    objects.append([
      "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": ["name": "web", "annotations": annotations],
      "spec": [
        "rules": [
          [
            "host": .string(host),
            "http": [
              "paths": .array(
                paths.enumerated().map { index, path in
                  [
                    "path": .string(path.path), "pathType": .string(path.type),
                    "backend": ["service": ["name": .string("s\(index)"), "port": ["number": 80]]],
                  ]
                })
            ],
          ]
        ]
      ],
    ])
    return objects
  }

  /// The index of the path that takes a request; `nil` where none does.
  private static func taker(_ cluster: ClusterSimulation, _ target: String, host: String = "web.example.com") -> Int? {
    cluster.ingressService(host: host, target: target).flatMap { Int($0.name.dropFirst()) }
  }

  @Test(
    "by its type, the longest first, and Exact before the others",
    arguments: [
      ("/foo", 1), ("/foo/", 0), ("/foo/x", 0), ("/foobar", 4), ("/bar/", 2), ("/bar", 2), ("/bar/x", 2), ("/barx", 4),
      ("/text", 3), ("/texture", 3), ("/", 4), ("/foo?x=1", 1),
    ] as [(String, Int)])
  func types(target: String, index: Int) throws {
    let cluster = try Self.cluster([
      ("/foo", "Prefix"), ("/foo", "Exact"), ("/bar/", "Prefix"), ("/text", "ImplementationSpecific"), ("/", "Prefix"),
    ])

    #expect(Self.taker(cluster, target) == index)
  }

  @Test(
    "by hosts in any case of letters",
    arguments: [
      ("Web.Example.COM", "web.example.com", true), ("web.example.com", "WEB.example.com:8080", true),
      ("*.example.com", "A.Example.com", true), ("*.example.com", "a.b.example.com", false),
    ])
  func hosts(rule: String, requested: String, isTaken: Bool) throws {
    let cluster = try Self.cluster([("/", "Prefix")], host: rule.lowercased())

    #expect((Self.taker(cluster, "/", host: requested) != nil) == isTaken)
  }

  @Test(
    "an expression that nginx cannot read takes no request, which is said; where paths are no expressions it is a path",
    arguments: [
      ("/api/[0-9", true), ("/things/(", true), ("/a{2,1}", true), ("/*/x", false), ("/(?P<id>[0-9]+)", false),
      ("/(?<id>[0-9]+)$", false), ("/a(?!b)", false),
    ])
  func unreadableExpressions(path: String, isUnreadable: Bool) throws {
    let regex: JSONValue = ["nginx.ingress.kubernetes.io/use-regex": "true"]
    func notes(_ annotations: JSONValue) -> [SimulationNote] {
      SimulationNotes.notes(
        on: Self.objects([("/", "Prefix"), (path, "ImplementationSpecific")], annotations: annotations)
      )
      .filter { $0.field.contains("path") }
    }

    let told = notes(regex)

    #expect(told.map(\.field) == (isUnreadable ? ["spec.rules[0].http.paths[1].path"] : []))
    #expect(told.allSatisfy { $0.text.contains("takes no request") })
    #expect(notes([:]).isEmpty)
  }

  @Test(
    "as regular expressions where the host uses any",
    arguments: [
      (["nginx.ingress.kubernetes.io/use-regex": "true"], "/API/v12/x", 0),
      (["nginx.ingress.kubernetes.io/use-regex": "true"], "/things/77", 1),
      (["nginx.ingress.kubernetes.io/use-regex": "true"], "/things/x", nil),
      (["nginx.ingress.kubernetes.io/rewrite-target": "/$1"], "/api/v10", 0), ([:], "/api/v10", nil),
      ([:], "/things/77", nil),
    ] as [(JSONValue, String, Int?)])
  func regularExpressions(annotations: JSONValue, target: String, index: Int?) throws {
    let cluster = try Self.cluster(
      [("/api/v1", "Prefix"), ("/things/[0-9]+$", "ImplementationSpecific")], annotations: annotations)

    #expect(Self.taker(cluster, target) == index)
  }

  @Test("A port that the service lacks has no endpoint, and neither has a named port that no container has")
  func ports() throws {
    var workload = try Workload()
    let index = try #require(workload.others.firstIndex { $0["kind"] == "Service" })
    workload.others[index]["spec"]?["ports"] = [["port": 80, "targetPort": "nowhere"]]
    var unnamed = try workload.settledCluster()
    workload.others[index]["spec"]?["ports"] = [["port": 81, "targetPort": 80]]
    var missing = try workload.settledCluster()

    #expect(unnamed.arrive(host: Workload.host, target: "/") == .noEndpoint)
    #expect(missing.arrive(host: Workload.host, target: "/") == .noEndpoint)
    #expect(unnamed.objects(.endpointSlice).first?.endpointSlice?.ports == [])
  }

  @Test(
    "A port that only an init container names is none while the pod serves; that of a sidecar is one",
    arguments: [(JSONValue.null, false), ("Always", true)])
  func initContainerPort(restartPolicy: JSONValue, isServed: Bool) throws {
    var workload = try Workload()
    let index = try #require(workload.others.firstIndex { $0["kind"] == "Service" })
    workload.others[index]["spec"]?["ports"] = [["port": 80, "targetPort": "web"]]
    workload.deploymentObject["spec"]?["template"]?["spec"]?["initContainers"] = [
      [
        "name": "first", "image": "first:1", "restartPolicy": restartPolicy,
        "ports": [["name": "web", "containerPort": 81]],
      ]
    ]
    var cluster = try workload.settledCluster()

    #expect((cluster.arrive(host: Workload.host, target: "/") != .noEndpoint) == isServed)
  }
}
