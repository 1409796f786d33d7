import AutoscalerModel
import KubernetesObjects

extension Check {
  static let rolloutWithoutFloor = Check(
    "rollout-without-floor", .warning,
    meaning: "A rollout may take all pods away before new ones serve.",
    remedy: "Use RollingUpdate with a maxUnavailable below the least count.",
    needs: [.kind("HorizontalPodAutoscaler")],
    ofWorkload: { examination in
      guard !examination.services.isEmpty, let workload = examination.workload else { return [] }
      // Of a StatefulSet one pod goes at a time, whatever it has.
      switch workload.replacement {
      case .ordered, .byHand: return []
      case .surging, .recreating: break
      }
      let bare = examination.counts.filter { $0 > 0 && (examination.fences(at: $0)?.floor ?? 1) <= 0 }
      guard let first = bare.first, let last = bare.last else { return [] }
      let isRecreated = workload.replacement == .recreating
      return [
        Symptom(
          examination.object, isRecreated ? "spec.strategy.type" : "spec.strategy.rollingUpdate.maxUnavailable",
          "at \(first == last ? "\(first)" : "\(first)..\(last)") pods (min..max \(examination.countsText)) a rollout may leave "
            + "0 pods that serve",
          fix: isRecreated
            ? "write spec.strategy.type: RollingUpdate" : "write spec.strategy.rollingUpdate.maxUnavailable: 0")
      ]
    })
}
