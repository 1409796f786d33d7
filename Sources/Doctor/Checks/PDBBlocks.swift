import AutoscalerModel
import KubernetesObjects

extension Check {
  static let pdbBlocks = Check(
    "pdb-blocks", .warning,
    meaning: "The PodDisruptionBudget allows no disruption at some count: nodes cannot be drained then.",
    remedy: "Use maxUnavailable: 1, or lower minAvailable below minReplicas.", needs: [.kind("PodDisruptionBudget")],
    ofWorkload: { examination in
      examination.budgets.compactMap { budget in
        let blocked = examination.counts.filter { $0 > 0 && budget.allows(of: $0) == 0 }
        guard let first = blocked.first, let last = blocked.last else { return nil }
        let field = budget.spec["minAvailable"] != nil ? "spec.minAvailable" : "spec.maxUnavailable"
        return Symptom(
          budget, field,
          "at \(first == last ? "\(first)" : "\(first)..\(last)") pods (min..max \(examination.countsText)) it allows 0 "
            + "disruptions, so that no node with one of them can be drained",
          fix: "write spec.maxUnavailable: 1 in place of \(field)"
            + (examination.counts.lowerBound == 1 ? ", and raise the least count to 2" : ""))
      }
    })
}

extension KnownObject {
  /// How many pods a budget lets go when all of a count are healthy; `nil` where it says nothing.
  func allows(of count: Int) -> Int? {
    if let least: IntOrPercent = decoded(at: "spec", "minAvailable") {
      return DisruptionBudget(minAvailable: least, expectedPods: count).disruptionsAllowed(healthy: count)
    }
    if let most: IntOrPercent = decoded(at: "spec", "maxUnavailable") {
      return DisruptionBudget(maxUnavailable: most, expectedPods: count).disruptionsAllowed(healthy: count)
    }
    return nil
  }
}
