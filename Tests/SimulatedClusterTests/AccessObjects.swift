import KubernetesObjects

@testable import SimulatedCluster

/// What one user asks of a cluster.
struct Asker {
  var cluster: ClusterSimulation
  var credentials: RequestCredentials

  init(_ user: APIUser?, manifests: [JSONValue] = []) throws {
    let workload = try Workload()
    cluster = try ClusterSimulation(
      manifests: workload.manifests + manifests.map { ClusterManifest(source: "access", object: $0) })
    cluster.advance(to: .seconds(60))
    credentials = RequestCredentials(impersonated: user)
  }

  mutating func ask(
    _ method: String, _ path: String, query: [String: String] = [:], body: JSONValue? = nil
  ) -> (status: Int, body: JSONValue) {
    let type = method == "PATCH" ? "application/merge-patch+json" : "application/json"
    return cluster.ask(method, path, query: query, type: type, body: body, credentials: credentials)
  }
}

func role(
  _ rules: [JSONValue], name: String = "some", kind: String = "Role"
) -> JSONValue {
  var role: JSONValue = [
    "apiVersion": "rbac.authorization.k8s.io/v1", "kind": .string(kind), "metadata": ["name": .string(name)],
    "rules": .array(rules),
  ]
  if kind == "Role" { role.setMember("production", at: ["metadata", "namespace"]) }
  return role
}

func binding(
  _ subject: JSONValue, role: String = "some", of roleKind: String = "Role", kind: String = "RoleBinding"
) -> JSONValue {
  var binding: JSONValue = [
    "apiVersion": "rbac.authorization.k8s.io/v1", "kind": .string(kind), "metadata": ["name": "bound"],
    "subjects": [subject],
    "roleRef": [
      "apiGroup": "rbac.authorization.k8s.io", "kind": .string(roleKind), "name": .string(role),
    ],
  ]
  if kind == "RoleBinding" { binding.setMember("production", at: ["metadata", "namespace"]) }
  return binding
}

let jane: JSONValue = ["kind": "User", "name": "jane"]
