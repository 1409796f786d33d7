import KubernetesObjects
import Profiles

/// Manifests that are applied on the server's side, one after the other.
///
/// Where an object lives, and whether in a namespace, the API server is asked, as by kubectl: so are custom resources found.
struct Applying: Deed {
  let place: WorkloadPlace
  let apply: PlannedApply

  /// The groups and versions of all objects, each once.
  private var apiVersions: [String] {
    var versions: [String] = []
    for object in apply.objects {
      let version = object["apiVersion"]?.string ?? ""
      if !versions.contains(version) { versions.append(version) }
    }
    return versions
  }

  func nextRead(having read: [JSONValue]) -> ActionRequest? {
    let versions = apiVersions
    guard read.count < versions.count else { return nil }
    let version = versions[read.count]
    return ActionRequest("GET", version.contains("/") ? "/apis/\(version)" : "/api/\(version)", mayBeMissing: true)
  }

  func writes(having read: [JSONValue], at now: KubernetesTime) throws(ActionProblem) -> [ActionRequest] {
    let resources = Dictionary(zip(apiVersions, read)) { first, _ in first }
    var requests: [ActionRequest] = []
    for object in apply.objects {
      let (version, kind) = (object["apiVersion"]?.string ?? "", object["kind"]?.string ?? "")
      let served = resources[version]?["resources"]?.array?.first {
        $0["kind"]?.string == kind && $0["name"]?.string?.contains("/") == false
      }
      guard let served, let plural = served["name"]?.string else {
        throw ActionProblem("the API server knows no \(kind) of \(version)")
      }
      requests.append(
        request(
          for: object,
          ApplyPlace(object, in: place.namespace, plural: plural, isNamespaced: served["namespaced"]?.bool ?? true)))
    }
    return requests
  }

  private func request(for object: JSONValue, _ place: ApplyPlace) -> ActionRequest {
    var query = ["fieldManager": ActionRequest.fieldManager, "fieldValidation": "Strict"]
    if apply.isForced { query["force"] = "true" }
    return ActionRequest("PATCH", place.path, query: query, type: .apply, body: object)
  }
}

/// Where an object of a manifest lives.
struct ApplyPlace {
  let resource: ResourceType
  /// `nil` for a kind without namespaces.
  let namespace: String?
  let name: String

  var path: String { resource.path(namespace: namespace, name: name) }

  init(_ object: JSONValue, in namespace: String, plural: String, isNamespaced: Bool) {
    let parts = (object["apiVersion"]?.string ?? "").split(separator: "/").map(String.init)
    resource = ResourceType(
      group: parts.count == 2 ? parts[0] : "", version: parts.last ?? "", plural: plural,
      kind: object["kind"]?.string ?? "")
    self.namespace = isNamespaced ? object["metadata", "namespace"]?.string ?? namespace : nil
    name = object["metadata", "name"]?.string ?? ""
  }

  /// As it is before the API server was asked: the plural as Kubernetes guesses it
  /// (Kubernetes 1.36, staging/src/k8s.io/apimachinery/pkg/api/meta/restmapper.go, `UnsafeGuessKindToResource`).
  init(guessing object: JSONValue, in namespace: String) {
    let kind = object["kind"]?.string ?? ""
    let word = kind.lowercased()
    let plural =
      switch word.last {
      case _ where word == "endpoints": word
      case "s": word + "es"
      case "y": String(word.dropLast()) + "ies"
      default: word + "s"
      }
    self.init(object, in: namespace, plural: plural, isNamespaced: !Self.withoutNamespace.contains(kind))
  }

  private static let withoutNamespace: Set<String> = [
    "Namespace", "Node", "PersistentVolume", "ClusterRole", "ClusterRoleBinding", "PriorityClass", "StorageClass",
    "IngressClass", "CustomResourceDefinition", "RuntimeClass", "CSIDriver", "CSINode", "VolumeAttachment",
  ]
}
