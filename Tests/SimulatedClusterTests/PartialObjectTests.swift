import KubernetesObjects
import SimulatedCluster
import Testing

@Suite("Objects of which a client asks only for the metadata")
struct PartialObjectTests {
  private static let path = "/api/v1/namespaces/production/configmaps"
  private static let one = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
  private static let list = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

  private static func cluster() throws -> ClusterSimulation {
    var cluster = try Workload().settledCluster()
    let written = cluster.ask(
      "POST", path,
      body: [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "settings", "labels": ["a": "b"]],
        "data": ["level": "CANARY"],
      ])
    #expect(written.status == 201)
    return cluster
  }

  @Test("come as metadata, one and in lists, by a name too")
  func reads() throws {
    var cluster = try Self.cluster()
    let whole = cluster.ask("GET", "\(Self.path)/settings").body
    let part = cluster.ask("GET", "\(Self.path)/settings", accept: Self.one).body
    let listed = cluster.ask(
      "GET", Self.path, query: ["fieldSelector": "metadata.name=settings"], accept: Self.list
    ).body

    #expect(whole["data", "level"] == "CANARY")
    #expect(
      part == ["kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": whole["metadata"] ?? [:]])
    #expect(listed["kind"] == "PartialObjectMetadataList" && listed["apiVersion"] == "meta.k8s.io/v1")
    #expect(listed["items"]?.array?.map { $0["metadata", "name"] } == ["settings"])
    #expect(listed["items"]?[0]?["data"] == nil && listed["metadata", "resourceVersion"] != nil)
  }

  @Test("come as metadata in watches, and so do bookmarks")
  func watches() throws {
    var cluster = try Self.cluster()
    let request = APIRequest(method: "GET", path: Self.path, query: ["watch": "true"], accept: Self.one)
    guard case .watch(var stream) = cluster.respond(to: request) else {
      Issue.record("no watch")
      return
    }
    _ = cluster.ask(
      "PATCH", "\(Self.path)/settings", type: "application/merge-patch+json", body: ["data": ["level": "CANARY2"]])
    let events = cluster.events(for: &stream)

    #expect(events.last?["object", "metadata", "name"] == "settings")
    #expect(events.allSatisfy { $0["object", "kind"] == "PartialObjectMetadata" && $0["object", "data"] == nil })
    #expect(cluster.bookmark(for: stream)["object", "kind"] == "PartialObjectMetadata")
  }
}
