import KubernetesObjects

extension Check {
  static let pdbMissing = Check(
    "pdb-missing", .warning,
    meaning: "No PodDisruptionBudget is about the pods: draining nodes may take all of them at once.",
    remedy: "Add a PodDisruptionBudget with maxUnavailable: 1.", needs: [.kind("PodDisruptionBudget")],
    ofWorkload: { examination in
      guard examination.budgets.isEmpty, examination.counts.upperBound > 1 else { return [] }
      return [
        Symptom(
          examination.object, "",
          "no PodDisruptionBudget selects its pods: draining nodes may evict all \(examination.countsText) at once",
          fix: "add a PodDisruptionBudget for them with spec.maxUnavailable: 1")
      ]
    })
}
