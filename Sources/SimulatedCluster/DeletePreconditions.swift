import KubernetesObjects

/// What an object has to be to be deleted, where a client says so
/// (Kubernetes 1.36, apiserver/pkg/registry/rest/delete.go, `BeforeDelete`).
struct DeletePreconditions: Sendable, Equatable {
  var uid: String?
  var resourceVersion: String?

  init() {}

  /// - Parameter options: the DeleteOptions of a request.
  init(options: JSONValue?) {
    uid = options?["preconditions", "uid"]?.string
    resourceVersion = options?["preconditions", "resourceVersion"]?.string
  }

  /// - Throws: a conflict when the object is another one, or another version of it.
  func check(_ object: ClusterObject) throws(APIFailure) {
    if let uid, uid != object.metadata.uid {
      throw conflict(
        object,
        "the UID in the precondition (\(uid)) does not match the UID in record (\(object.metadata.uid ?? "")). "
          + "The object might have been deleted and then recreated")
    }
    if let resourceVersion, resourceVersion != object.metadata.resourceVersion {
      throw conflict(
        object,
        "the ResourceVersion in the precondition (\(resourceVersion)) does not match the ResourceVersion in record "
          + "(\(object.metadata.resourceVersion ?? "")). The object might have been modified")
    }
  }

  private func conflict(_ object: ClusterObject, _ text: String) -> APIFailure {
    let resource = object.kind.resource
    let title = resource.group.isEmpty ? resource.kind : "\(resource.kind).\(resource.group)"
    var details = JSONMembers(["name": .string(object.key.name), "kind": .string(resource.kind)])
    if !resource.group.isEmpty { details.put("group", text: resource.group) }
    return APIFailure(
      code: 409, reason: "Conflict",
      message: "Operation cannot be fulfilled on \(title) \"\(object.key.name)\": \(text)", details: details.json)
  }
}
