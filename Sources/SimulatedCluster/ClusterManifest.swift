package import KubernetesObjects
import KubernetesValidation

/// An object that a cluster begins with.
package struct ClusterManifest: Sendable {
  /// Where it was read, for error messages: a file, perhaps with a line.
  package let source: String
  package let object: JSONValue
  /// Whether ConfigMaps and Secrets that it refers to are taken to be there, as where it was recorded without them.
  package let refersElsewhere: Bool

  package init(source: String, object: JSONValue, refersElsewhere: Bool = false) {
    self.source = source
    self.object = object
    self.refersElsewhere = refersElsewhere
  }
}

/// An object that the simulated cluster cannot run.
package struct ManifestProblem: Error, Sendable, Equatable, CustomStringConvertible {
  package let source: String
  package let message: String

  package var description: String { "\(source): \(message)" }
}

extension ClusterKind {
  /// What an object of a manifest becomes, and the version that it is written in; `nil` for what the simulated cluster
  /// passes over.
  static func kept(manifest object: JSONValue) -> (kind: ClusterKind, form: ObjectForm)? {
    let served = served(
      apiVersion: object["apiVersion"]?.string ?? "", kind: object["kind"]?.string ?? "")
    guard let served, ![.pod, .event, .endpointSlice, .node, .apiService].contains(served.kind) else { return nil }
    return served
  }
}

extension ClusterSimulation {
  static let manifestWriter = "kubectl-client-side-apply"

  /// Creates the objects of manifests, and the namespaces that they name.
  mutating func apply(_ manifests: [ClusterManifest]) throws(ManifestProblem) {
    ensureNamespace("default")
    for manifest in manifests {
      let object = manifest.object
      let kindName = object["kind"]?.string ?? ""
      let version = object["apiVersion"]?.string ?? ""
      if case .unknown(let message, let hint) = ObjectKind(apiVersion: version, kind: kindName) {
        throw ManifestProblem(source: manifest.source, message: message + (hint.map { "; \($0)" } ?? ""))
      }
      guard let (kind, form) = ClusterKind.kept(manifest: object) else { continue }
      let namespace = kind.isNamespaced ? object["metadata", "namespace"]?.string ?? "default" : ""
      if kind.isNamespaced { ensureNamespace(namespace) }
      do {
        if kind == .namespace,
          context.store[.namespace, ObjectKey(namespace: "", name: object["metadata", "name"]?.string ?? "")] != nil
        {
          continue
        }
        _ = try create(kind, namespace: namespace, json: form.kept(object), manager: Self.manifestWriter)
      } catch {
        throw ManifestProblem(source: manifest.source, message: error.message)
      }
    }
  }

  mutating func ensureNamespace(_ name: String) {
    let key = ObjectKey(namespace: "", name: name)
    guard context.store[.namespace, key] == nil else { return }
    var metadata = ObjectMetadata(name: name, uid: context.random.uid(), labels: ["kubernetes.io/metadata.name": name])
    metadata.creationTimestamp = date
    commit(
      ClusterObject(
        kind: .namespace, content: .plain(metadata, status: ["phase": "Active"]),
        written: ["spec": ["finalizers": ["kubernetes"]]]))
  }
}
