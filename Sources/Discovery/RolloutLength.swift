import AutoscalerModel
import KubernetesObjects

/// How long a rollout may take, by its steps and the time of a pod.
struct RolloutLength: Sendable, Equatable {
  /// Rounds in which pods start beside each other.
  let rounds: Int
  let surge: Int
  let unavailable: Int
  /// Seconds that it takes at the latest.
  let seconds: Double
  /// Seconds until the last pod that it takes away is gone.
  let ending: Double

  /// `nil` for a workload that does not replace its pods by itself, or where no step leads to the end.
  init?(_ workload: Workload, at count: Int, podSeconds: Double, minReadySeconds: Double) {
    var workload = workload
    workload.wanted = count
    let fences = RolloutArithmetic.fences(of: workload)
    (surge, unavailable) = (fences.surge, fences.unavailable)
    let grace = Double(workload.template.spec.terminationGracePeriodSeconds ?? 30)
    ending = grace
    let pod = podSeconds + minReadySeconds + 3
    switch workload.replacement {
    case .byHand: return nil
    case .recreating:
      rounds = 1
      seconds = grace + pod
    case .ordered(let partition, _):
      let replaced = max(count - partition, 0)
      guard replaced > 0 else { return nil }
      rounds = (replaced + max(fences.unavailable, 1) - 1) / max(fences.unavailable, 1)
      seconds = Double(rounds) * (grace + pod)
    case .surging:
      var new = RolloutArithmetic.ReplicaSetSize(replicas: 0, available: 0)
      var old = [RolloutArithmetic.ReplicaSetSize(replicas: count, available: count)]
      var rounds = 0
      // Steps within a round take no time; a round is the start of what was added.
      for _ in 0..<(8 * count + 8) where !(new.available == count && old[0].replicas == 0) {
        switch RolloutArithmetic.nextStep(new: new, old: old, fences: fences) {
        case .scaleNew(let size): new.replicas = size
        case .scaleOld(let sizes):
          old[0].replicas = sizes[0]
          old[0].available = min(old[0].available, sizes[0])
        case .none:
          guard new.available < new.replicas else { return nil }
          new.available = new.replicas
          rounds += 1
        }
      }
      self.rounds = rounds
      seconds = Double(rounds) * pod
    }
  }
}
