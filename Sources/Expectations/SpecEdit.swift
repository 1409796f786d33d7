import KubernetesObjects
package import RunTimeline
import Units

/// An edit of the autoscaler's spec in mid-run, which changes by what it is judged from then on.
package struct SpecEdit: Sendable, Equatable {
  package let at: InstantBounds
  /// What was changed and by whom: `spec of the autoscaler edited by kubectl-edit: minReplicas 3 to 5`.
  package let text: String

  static func edits(of history: ClusterHistory) -> [SpecEdit] {
    zip(history.autoscaler, history.autoscaler.dropFirst()).compactMap { before, version in
      guard !version.deleted, !before.deleted else { return nil }
      let changed = changes(from: before.object.spec, to: version.object.spec)
      guard !changed.isEmpty else { return nil }
      let known = before.object.metadata.managedFields ?? []
      let writers = (version.object.metadata.managedFields ?? []).filter {
        !known.contains($0) && $0.subresource == nil
      }.compactMap(\.manager)
      let author = writers.first.map { " by \($0)" } ?? ""
      return SpecEdit(
        at: version.at, text: "spec of the autoscaler edited\(author): \(changed.joined(separator: ", "))")
    }
  }

  private static func changes(
    from old: HorizontalPodAutoscaler.Spec, to new: HorizontalPodAutoscaler.Spec
  ) -> [String] {
    guard old != new else { return [] }
    var changes: [String] = []
    if old.minReplicas ?? 1 != new.minReplicas ?? 1 {
      changes.append("minReplicas \(old.minReplicas ?? 1) to \(new.minReplicas ?? 1)")
    }
    if old.maxReplicas != new.maxReplicas { changes.append("maxReplicas \(old.maxReplicas) to \(new.maxReplicas)") }
    if old.scaleTargetRef != new.scaleTargetRef {
      changes.append("scaleTargetRef \(old.scaleTargetRef.name) to \(new.scaleTargetRef.name)")
    }
    if old.metrics != new.metrics { changes.append("metrics") }
    if old.behavior != new.behavior { changes.append("behavior") }
    return changes
  }
}
