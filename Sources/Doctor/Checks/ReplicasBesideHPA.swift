import Foundation
import KubernetesObjects

extension Check {
  static let replicasBesideHPA = Check(
    "replicas-beside-hpa", .warning,
    meaning: "The manifest sets spec.replicas beside an autoscaler: each apply puts the count back, and the autoscaler "
      + "corrects it again, with errors between.",
    remedy: "Leave spec.replicas out of the manifest.", needs: [.kind("HorizontalPodAutoscaler")],
    ofWorkload: { examination in
      guard let autoscaler = examination.autoscalers.first else { return [] }
      let object = examination.object
      let written: (count: Int, writer: String)?
      switch examination.patient.origin {
      case .manifests:
        written = object.spec["replicas"]?.int.map { ($0, "each apply of this manifest") }
      case .cluster: written = object.appliedReplicas
      }
      guard let written else { return [] }
      return [
        Symptom(
          object, "spec.replicas",
          "\(written.writer) sets the count to \(written.count), which hpa/\(autoscaler.name) holds in "
            + "\(examination.countsText): an apply under load takes away up to "
            + "\(max(examination.counts.upperBound - written.count, 0)) pods at once",
          fix: "remove spec.replicas from the manifest of \(object.title)")
      ]
    })
}

extension KnownObject {
  /// The count that somebody applies beside the autoscaler, and who: by the manifest that kubectl keeps, or by the fields that
  /// managers own.
  var appliedReplicas: (count: Int, writer: String)? {
    if let text = annotations["kubectl.kubernetes.io/last-applied-configuration"],
      let applied = try? JSONValue(json: Data(text.utf8)), let count = applied["spec", "replicas"]?.int
    {
      return (count, "kubectl apply, by what it applied last,")
    }
    for manager in json["metadata", "managedFields"]?.array ?? [] {
      guard manager["subresource"] == nil, manager["operation"]?.string == "Apply",
        manager["fieldsV1", "f:spec", "f:replicas"] != nil, let count = spec["replicas"]?.int
      else { continue }
      return (count, "\(manager["manager"]?.string ?? "somebody"), who applies from a server-side manifest,")
    }
    return nil
  }
}
