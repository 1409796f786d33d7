import KubernetesObjects
import RunTimeline

extension [ObjectVersion<Workload>] {
  /// The versions that want another count than the one before, each with that. What the deletion of the workload makes of the
  /// count, and its return, is no scaling.
  var rescales: [(before: ObjectVersion<Workload>, after: ObjectVersion<Workload>)] {
    zip(self, dropFirst()).filter { before, after in
      before.object.wanted != after.object.wanted && !before.deleted && !after.deleted
    }.map { ($0, $1) }
  }
}
