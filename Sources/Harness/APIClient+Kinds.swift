import KubernetesClient
import KubernetesObjects

extension APIClient {
  /// All objects of a resource, each with its kind, which lists leave out.
  func objects(
    _ resource: ResourceType, namespace: String?, _ selection: ListSelection = .all
  ) async throws(KubernetesError) -> [JSONValue] {
    let items = try await list(resource, namespace: namespace, selection).items
    var objects: [JSONValue] = []
    for item in items {
      var object = item
      object["kind"] = .string(resource.kind)
      object["apiVersion"] = .string(resource.apiVersion)
      objects.append(object)
    }
    return objects
  }
}
