package import KubernetesObjects
import Units

/// One rolling update of the workload: from the change of its pod template to the last pod of the old one.
package struct Rollout: Sendable, Equatable {
  /// `metadata.generation` of the Deployment that started it.
  package let generation: Int64
  package let image: String?
  /// When the template was changed.
  package let started: InstantBounds
  /// When every replica was of the new template and available (the rule of `kubectl rollout status`); `nil` if not seen.
  package let completed: InstantBounds?
  /// When the Deployment was seen to have made no progress for too long (`ProgressDeadlineExceeded`).
  package let stalled: InstantBounds?
  /// When another change of the template overtook this one.
  package let superseded: InstantBounds?

  package static func rollouts(of versions: [ObjectVersion<Deployment>]) -> [Rollout] {
    var starts: [Int] = []
    for index in versions.indices.dropFirst()
    where versions[index].object.spec.template != versions[index - 1].object.spec.template {
      starts.append(index)
    }
    return starts.enumerated().map { number, start in
      let next = number + 1 < starts.count ? starts[number + 1] : nil
      return Rollout(versions: versions, start: start, end: next)
    }
  }

  private init(versions: [ObjectVersion<Deployment>], start: Int, end: Int?) {
    let first = versions[start]
    let generation = first.object.metadata.generation ?? 0
    let later = versions[start..<(end ?? versions.endIndex)]
    self.generation = generation
    image = first.object.spec.template.spec.containers?.first?.image
    started = first.at
    completed = later.first { Self.isComplete($0.object, generation: generation) }?.at
    stalled =
      later.first {
        ($0.object.status?.observedGeneration ?? 0) >= generation
          && $0.object.status?.condition("Progressing")?.reason == "ProgressDeadlineExceeded"
      }?.at
    superseded = end.map { versions[$0].at }
  }

  private static func isComplete(_ deployment: Deployment, generation: Int64) -> Bool {
    guard let status = deployment.status, (status.observedGeneration ?? 0) >= generation else { return false }
    let wanted = deployment.spec.replicas ?? 1
    let updated = status.updatedReplicas ?? 0
    return updated == wanted && (status.replicas ?? 0) == updated && (status.availableReplicas ?? 0) == updated
  }
}
