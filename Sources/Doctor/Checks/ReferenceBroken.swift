import Foundation
import KubernetesObjects
import KubernetesValidation

extension Check {
  static let referenceBroken = Check(
    "reference-broken", .blocking,
    meaning: "An Ingress leads to no Service, a Service to no pods or port, or an autoscaler to no workload.",
    remedy: "Name the object that is meant.",
    needs: [.kind("Service"), .kind("Ingress"), .kind("HorizontalPodAutoscaler")],
    ofSurroundings: { patient in
      ReferenceCheck(patient.objects.map(\.json)).findings.compactMap { finding in
        guard finding.weight == .broken else { return nil }
        let object = patient.objects[finding.object]
        if patient.origin == .cluster, !patient.isConcerned(object) { return nil }
        let place = patient.origin == .cluster ? "the cluster has no" : "no manifest has a"
        return Symptom(
          object, finding.problem.field,
          "1 reference leads nowhere: "
            + finding.problem.detail.replacingOccurrences(of: "no manifest has a", with: place),
          fix: finding.problem.hint ?? "name one that is there")
      }
    })
}

extension Patient {
  /// Whether an object of a live namespace is about one of the workloads, and not about something else that lives there.
  func isConcerned(_ object: KnownObject) -> Bool {
    for workload in workloads {
      guard let examination = Examination(workload, of: self) else { continue }
      if (examination.services + examination.ingresses + examination.autoscalers).contains(object) { return true }
    }
    return false
  }
}
