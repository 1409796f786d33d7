import KubernetesObjects
import SimulatedCluster
import Testing

@Suite("The OpenAPI documents of the simulated cluster")
struct OpenAPIVersion3Tests {
  /// The document of each group and version.
  private static func documents() throws -> [String: JSONValue] {
    var cluster = try Workload().settledCluster()
    var documents: [String: JSONValue] = [:]
    for (name, place) in cluster.ask("GET", "/openapi/v3").body["paths"]?.object ?? [:] {
      let path = place["serverRelativeURL"]?.string?.split(separator: "?").first.map(String.init) ?? ""
      let (status, document) = cluster.ask("GET", path)
      #expect(status == 200, "\(path)")
      documents[name] = document
    }
    return documents
  }

  /// All references in a schema.
  private static func references(in value: JSONValue) -> [String] {
    switch value {
    case .object(let members):
      members.flatMap { name, member -> [String] in
        name == "$ref" ? [member.string ?? ""] : references(in: member)
      }
    case .array(let elements): elements.flatMap(references)
    default: []
    }
  }

  @Test("each kind that can be written has its fields there, and no reference leads nowhere")
  func complete() throws {
    let documents = try Self.documents()
    #expect(documents.count > 10)
    var kinds: Set<String> = []
    for (name, document) in documents {
      let schemas = document["components", "schemas"]?.object ?? [:]
      for schema in schemas.values {
        for reference in Self.references(in: schema) {
          let target = reference.split(separator: "/").last.map(String.init) ?? ""
          #expect(schemas[target] != nil, "\(name): \(reference)")
        }
        for kind in schema["x-kubernetes-group-version-kind"]?.array ?? [] {
          #expect(schema["properties", "metadata"] != nil, "\(kind)")
          kinds.insert("\(name) \(kind["kind"]?.string ?? "")")
        }
      }
    }
    for (name, document) in documents {
      for path in (document["paths"]?.object ?? [:]).values {
        let kind = path["patch", "x-kubernetes-group-version-kind", "kind"]?.string ?? ""
        // Nobody publishes the fields of the registry of APIs here.
        #expect(kinds.contains("\(name) \(kind)") || kind == "APIService", "\(name) \(kind)")
      }
    }
    #expect(kinds.count > 30)
  }

  @Test("how lists are merged is said as Kubernetes says it")
  func merging() throws {
    let schemas = try Self.documents()["apis/apps/v1"]?["components", "schemas"]
    let container = schemas?["io.k8s.api.core.v1.Container"]?["properties"]
    #expect(
      container?["ports"] == [
        "type": "array",
        "items": ["allOf": [["$ref": "#/components/schemas/io.k8s.api.core.v1.ContainerPort"]]],
        "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["containerPort", "protocol"],
        "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "containerPort",
      ])
    #expect(container?["args"] == ["type": "array", "items": ["type": "string"], "x-kubernetes-list-type": "atomic"])
    let port = schemas?["io.k8s.api.core.v1.ContainerPort"]
    #expect(port?["properties", "protocol"] == ["type": "string", "default": "TCP"])
    #expect(port?["required"] == ["containerPort"])
    #expect(schemas?["io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"]?["x-kubernetes-map-type"] == "atomic")
    let strategy = schemas?["io.k8s.api.apps.v1.DeploymentSpec"]?["properties", "strategy"]
    #expect(strategy?["x-kubernetes-patch-strategy"] == "retainKeys")
  }
}
