package import KubernetesObjects
import KubernetesValidation

/// Something in a manifest that the simulated cluster does not do as Kubernetes would, and what that costs.
package struct SimulationNote: Sendable, Equatable {
  /// The index of the object.
  package let object: Int
  /// The path of the field; empty for the object as a whole.
  package let field: String
  package let text: String
}

/// Names what the simulated cluster does not honour, once for each object or field.
package enum SimulationNotes {
  package static func notes(on objects: [JSONValue]) -> [SimulationNote] {
    objects.enumerated().flatMap { index, object in
      notes(on: object).map { SimulationNote(object: index, field: $0.field, text: $0.text) }
    }
  }

  private static func notes(on object: JSONValue) -> [(field: String, text: String)] {
    let name = object["metadata", "name"]?.string ?? ""
    let kindName = object["kind"]?.string ?? ""
    let title = "\(kindName) \"\(name)\""
    let version = object["apiVersion"]?.string ?? ""
    if ObjectKind(apiVersion: version, kind: kindName) == .custom {
      return [
        ("", "the custom resource \(title) (\(version)) is passed over: the simulated cluster runs nothing for it")
      ]
    }
    guard let kind = ClusterKind.kept(manifest: object)?.kind else {
      return [("", "the \(title) is passed over: the simulated cluster keeps no such objects")]
    }
    switch kind {
    case .statefulSet, .daemonSet, .replicationController, .job, .cronJob:
      return [("", "the \(title) is stored, but its pods are not started")]
    default: return []
    }
  }
}
