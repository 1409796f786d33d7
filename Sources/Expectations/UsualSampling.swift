import RunTimeline
import Units

/// How far metrics usually are with the pods of a workload at an instant.
///
/// The kubelet measures a container every 10 to 15 s (cAdvisor's housekeeping), and metrics-server as it is released reads
/// the kubelets every 15 s (`--metric-resolution=15s` in its manifests). Slower ones exist, so that nothing fails by this.
struct UsualSampling: Sendable {
  /// Pods that count, at least.
  private(set) var counted = 0
  /// Pods without any sample, at most.
  private(set) var missing = 0

  /// A container that has run for so long has a sample: it was measured, and read twice.
  private static let untilSampled = Duration.seconds(15 + 2 * 15)
  /// A pod that has been ready for so long has a sample that was taken wholly after that: one more reading lies between.
  private static let untilCounted = untilSampled + .seconds(15)

  init(_ history: ClusterHistory, at: InstantBounds) {
    for pod in history.selectedPods where pod.created.earliest <= at.latest {
      let going = pod.deleteRequested ?? pod.failed ?? pod.removed
      if let going, going.latest < at.earliest { continue }
      let ready = pod.ready.last { $0.from.earliest <= at.latest }
      let isReady = ready.map { $0.to.map { $0.earliest > at.latest } ?? true } ?? false
      let stays = going.map { $0.earliest > at.latest } ?? true
      if let ready, isReady, stays, ready.from.latest + Self.untilCounted <= at.earliest { counted += 1 }
      // Containers that were restarted are sampled anew.
      let began = pod.restarts == 0 ? pod.started?.latest ?? ready?.from.latest : ready?.from.latest
      if began.map({ $0 + Self.untilSampled > at.earliest }) ?? true { missing += 1 }
    }
  }

  /// Whether as many pods have samples as is usual.
  func allows(_ input: SyncInput) -> Bool { input.counted >= counted && input.missing <= missing }
}
