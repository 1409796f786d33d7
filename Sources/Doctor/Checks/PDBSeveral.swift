import KubernetesObjects

extension Check {
  static let pdbSeveral = Check(
    "pdb-several", .warning,
    meaning: "Several PodDisruptionBudgets select the same pods: the API refuses each eviction.",
    remedy: "Leave one of them.", needs: [.kind("PodDisruptionBudget")],
    ofWorkload: { examination in
      let budgets = examination.budgets
      guard budgets.count > 1 else { return [] }
      return [
        Symptom(
          budgets[1], "spec.selector",
          "\(Texts.list(budgets.map(\.title))) select the same \(examination.countsText) pods, and the API refuses to evict "
            + "pods with more than 1 budget", fix: "leave one of the \(budgets.count)")
      ]
    })
}
