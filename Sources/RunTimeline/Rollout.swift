package import KubernetesObjects
import Units

/// One rolling update of the workload: from the change of its pod template to the last pod of the old one.
package struct Rollout: Sendable, Equatable {
  /// `metadata.generation` of the workload that started it.
  package let generation: Int64
  package let image: String?
  /// When the template was changed.
  package let started: InstantBounds
  /// When every replica was of the new template and available (the rule of `kubectl rollout status`); `nil` if not seen.
  package let completed: InstantBounds?
  /// When a Deployment was seen to have made no progress for too long (`ProgressDeadlineExceeded`).
  package let stalled: InstantBounds?
  /// When another change of the template overtook this one.
  package let superseded: InstantBounds?
  /// The revision to which the overtaking change went back, where it did: an undo; `nil` for anything new.
  package let undoneTo: String?
  /// The image of the change that overtook this one.
  package let supersedingImage: String?

  package static func rollouts(of versions: [ObjectVersion<Workload>]) -> [Rollout] {
    let starts = versions.templateChanges
    return starts.enumerated().map { number, start in
      let next = number + 1 < starts.count ? starts[number + 1] : nil
      return Rollout(versions: versions, start: start, end: next)
    }
  }

  private init(versions: [ObjectVersion<Workload>], start: Int, end: Int?) {
    let first = versions[start]
    let generation = first.object.metadata.generation ?? 0
    // A rollout ends with its workload: what comes after a deletion is another object.
    let gone = versions[start...].firstIndex(where: \.deleted) ?? versions.endIndex
    let end = end.flatMap { $0 < gone ? $0 : nil }
    let later = versions[start..<(end ?? gone)]
    self.generation = generation
    image = first.object.image
    started = first.at
    completed = later.first { $0.object.isComplete(generation: generation) }?.at
    stalled =
      later.first {
        $0.object.hasObserved(generation: generation)
          && $0.object.status?.condition("Progressing")?.reason == "ProgressDeadlineExceeded"
      }?.at
    superseded = end.map { versions[$0].at }
    undoneTo = end.flatMap { Self.revision(before: $0, in: versions) }
    supersedingImage = end.flatMap { versions[$0].object.image }
  }

  /// The revision that the template which a version brings had before; `nil` where nothing tells the two templates apart.
  private static func revision(before index: Int, in versions: [ObjectVersion<Workload>]) -> String? {
    let workload = versions[index].object
    guard !workload.hasTemplate(of: versions[index - 1].object) else { return nil }
    return versions[..<index].last { $0.object.hasTemplate(of: workload) }.flatMap(\.object.revision)
  }
}
