import Foundation
import KubernetesObjects
import SimulatedCluster
import Testing
import Units

@Suite("Server-side apply")
struct ServerSideApplyTests {
  private static let deployment = "\(APITests.deployments)/aspnetcore-deployment"
  private static let type = "application/apply-patch+yaml"

  /// A request that is refused; a member of the body that is `null` is left out.
  struct Refusal: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var object: String?
    var subresource: String?
    var type: String?
    var query: [String: String]?
    var body: JSONValue?
    var status: Int
    var reason: String?
    var message: String?

    var testDescription: String { name }

    static let all: [Refusal] = {
      let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Resources/apply-refusals.json")
      return (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode([Refusal].self, from: $0) } ?? []
    }()
  }

  private static func configuration(_ spec: JSONValue = [:], name: String = "aspnetcore-deployment") -> JSONValue {
    ["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name)], "spec": spec]
  }

  private static let whole = configuration(
    [
      "selector": ["matchLabels": ["app": "new"]],
      "template": ["metadata": ["labels": ["app": "new"]], "spec": ["containers": [["name": "a", "image": "a:1"]]]],
    ], name: "new")

  /// What each owns: `kubectl Apply`, with the subresource, and the paths below `spec` of whose last step is asked.
  private static func owners(of path: String..., in object: JSONValue) -> [String] {
    (object["metadata", "managedFields"]?.array ?? []).compactMap { entry in
      var fields = entry["fieldsV1"]
      for name in path { fields = fields?["f:\(name)"] }
      guard fields != nil else { return nil }
      return [entry["manager"], entry["operation"], entry["subresource"]].compactMap { $0?.string }
        .joined(separator: " ")
    }
  }

  @Test("there are refusals")
  func found() { #expect(Refusal.all.count >= 15) }

  @Test(
    "what is not complete, not known or owned by others is refused in the words of the API server",
    arguments: Refusal.all)
  func refused(_ refusal: Refusal) throws {
    var cluster = try Workload().settledCluster()
    let object = refusal.object ?? "aspnetcore-deployment"
    let body = Self.configuration(name: object).merged(with: refusal.body ?? [:])
    let before = cluster.ask("GET", Self.deployment).body
    let path = "\(APITests.deployments)/\(object)" + (refusal.subresource.map { "/\($0)" } ?? "")
    let (status, answer) = cluster.ask(
      "PATCH", path, query: refusal.query ?? ["fieldManager": "a"], type: refusal.type ?? Self.type, body: body)

    #expect(status == refusal.status)
    #expect(answer["reason"]?.string == refusal.reason)
    if let message = refusal.message { #expect(answer["message"]?.string == message) }
    #expect(cluster.ask("GET", Self.deployment).body == before)
  }

  @Test("an object that is not there is made, with defaults that nobody owns; applied again it stays as it is")
  func creates() throws {
    var cluster = try Workload().settledCluster()
    let path = "\(APITests.deployments)/new"
    let made = cluster.ask("PATCH", path, query: ["fieldManager": "a"], type: Self.type, body: Self.whole)

    #expect(made.status == 201)
    #expect(made.body["spec", "replicas"] == 1 && made.body["spec", "revisionHistoryLimit"] == 10)
    #expect(Self.owners(of: "spec", "replicas", in: made.body) == [])
    #expect(Self.owners(of: "spec", "selector", in: made.body) == ["a Apply"])
    let again = cluster.ask("PATCH", path, query: ["fieldManager": "a"], type: Self.type, body: Self.whole)
    #expect(again.status == 200)
    #expect(again.body["metadata", "resourceVersion"] == made.body["metadata", "resourceVersion"])
  }

  @Test("who may only patch makes nothing by applying")
  func mayNotCreate() throws {
    var cluster = try Workload().settledCluster()
    cluster.refusals = [AccessRefusal("create", "deployments.apps")]
    let path = "\(APITests.deployments)/new"
    #expect(
      cluster.ask("PATCH", path, query: ["fieldManager": "a"], type: Self.type, body: Self.whole).status == 403)
    #expect(cluster.ask("GET", path).status == 404)
  }

  @Test("a dry run answers as if it had been done, under the version that the object has")
  func dryRun() throws {
    var cluster = try Workload().settledCluster()
    let before = cluster.ask("GET", Self.deployment).body
    let tried = cluster.ask(
      "PATCH", Self.deployment, query: ["fieldManager": "a", "force": "true", "dryRun": "All"], type: Self.type,
      body: Self.configuration(["replicas": 9]))

    #expect(tried.status == 200 && tried.body["spec", "replicas"] == 9)
    #expect(tried.body["metadata", "resourceVersion"] == before["metadata", "resourceVersion"])
    #expect(cluster.ask("GET", Self.deployment).body == before)
    let made = cluster.ask(
      "PATCH", "\(APITests.deployments)/new", query: ["fieldManager": "a", "dryRun": "All"], type: Self.type,
      body: Self.whole)
    #expect(made.status == 201 && made.body["metadata", "resourceVersion"] == nil)
    #expect(cluster.ask("GET", "\(APITests.deployments)/new").status == 404)
    let deleted = cluster.ask("DELETE", Self.deployment, body: ["dryRun": ["All"]])
    #expect(deleted.status == 200)
    #expect(cluster.ask("GET", Self.deployment).body == before)
  }

  @Test("the size belongs to whoever has set it last: a client, the autoscaler, who applies by force")
  func size() throws {
    var cluster = try Workload().settledCluster()
    func owners() -> [String] {
      Self.owners(of: "spec", "replicas", in: cluster.ask("GET", Self.deployment).body)
    }
    #expect(owners() == ["kubectl-client-side-apply Update"])
    _ = cluster.ask(
      "PATCH", "\(Self.deployment)/scale", query: ["fieldManager": "kube-controller-manager"],
      type: "application/merge-patch+json", body: ["spec": ["replicas": 5]])
    #expect(owners() == ["kube-controller-manager Update scale"])
    let forced = cluster.ask(
      "PATCH", Self.deployment, query: ["fieldManager": "helm", "force": "true"], type: Self.type,
      body: Self.configuration(["replicas": 2]))
    #expect(forced.status == 200)
    #expect(owners() == ["helm Apply"])
    // Back where it was, by who has owned it before.
    _ = cluster.ask(
      "PATCH", "\(Self.deployment)/scale", query: ["fieldManager": "kube-controller-manager"],
      type: "application/merge-patch+json", body: ["spec": ["replicas": 5]])
    #expect(owners() == ["kube-controller-manager Update scale"])
    let scale: JSONValue = ["apiVersion": "autoscaling/v1", "kind": "Scale", "spec": ["replicas": 5]]
    let shared = cluster.ask(
      "PATCH", "\(Self.deployment)/scale", query: ["fieldManager": "b"], type: Self.type, body: scale)
    #expect(shared.status == 200)
    #expect(owners() == ["b Apply scale", "kube-controller-manager Update scale"])
  }

  @Test("who has applied a size and leaves it out has it fall back to the default")
  func sizeLeftOut() throws {
    var cluster = try Workload().settledCluster()
    func apply(_ spec: JSONValue) -> JSONValue? {
      cluster.ask(
        "PATCH", Self.deployment, query: ["fieldManager": "helm", "force": "true"], type: Self.type,
        body: Self.configuration(spec)
      ).body["spec", "replicas"]
    }
    #expect(apply(["replicas": 4]) == 4)
    #expect(apply([:]) == 1)
  }

  @Test("controllers own the status and what they have made")
  func controllers() throws {
    var cluster = try Workload().settledCluster()
    let manager = "kube-controller-manager Update"
    let deployment = cluster.ask("GET", Self.deployment).body
    #expect(Self.owners(of: "status", "readyReplicas", in: deployment) == ["\(manager) status"])
    #expect(Self.owners(of: "spec", "template", in: deployment) == ["kubectl-client-side-apply Update"])
    let pods = cluster.ask("GET", "/api/v1/namespaces/production/pods").body["items"]?.array ?? []
    #expect(pods.count == 3)
    for pod in pods {
      #expect(Self.owners(of: "spec", "containers", in: pod) == [manager])
      #expect(Self.owners(of: "spec", "nodeName", in: pod) == [])
      #expect(Self.owners(of: "status", "podIP", in: pod) == ["kubelet Update status"])
    }
  }

  @Test("who owns what can be forgotten, and is told in lists, tables and watches")
  func told() throws {
    var cluster = try Workload().settledCluster()
    let reset = cluster.ask(
      "PATCH", Self.deployment, type: "application/merge-patch+json", body: ["metadata": ["managedFields": [[:]]]])
    #expect(reset.status == 200 && reset.body["metadata", "managedFields"] == nil)
    let service = "/api/v1/namespaces/production/services"
    let one = cluster.ask("GET", "\(service)/aspnetcore-service").body["metadata", "managedFields"]
    #expect(one?[0]?["fieldsV1", "f:spec", "f:selector"] == [:])
    #expect(cluster.ask("GET", service).body["items"]?[0]?["metadata", "managedFields"] == one)
    let table = cluster.ask("GET", service, accept: "application/json;as=Table;v=v1;g=meta.k8s.io").body
    #expect(table["rows"]?[0]?["object", "metadata", "managedFields"] == one)
  }
}

extension JSONValue {
  /// With the members of another object, deep down; `null` takes one away.
  fileprivate func merged(with other: JSONValue) -> JSONValue {
    guard case .object(let changes) = other else { return other }
    var members = object ?? [:]
    for (name, change) in changes {
      members[name] = change.isNull ? nil : (members[name] ?? .null).merged(with: change)
    }
    return .object(members)
  }
}
