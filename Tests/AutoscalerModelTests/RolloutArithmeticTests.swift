import AutoscalerModel
import KubernetesObjects
import Testing

@Suite("Rolling updates")
struct RolloutArithmeticTests {
  typealias Size = RolloutArithmetic.ReplicaSetSize

  @Test("an old ReplicaSet whose status still counts pods that are to go holds the old ones back")
  func staleStatus() {
    let fences = RolloutArithmetic.resolve(maxSurge: .count(8), maxUnavailable: .count(5), replicas: 9)

    // Three of nine new pods are available; of the old ones two are wanted, and the status is of when three were.
    let sizes = RolloutArithmetic.nextSizes(
      ofOld: [.init(replicas: 2, available: 3)], new: .init(replicas: 9, available: 3), fences: fences)

    #expect(sizes == nil)
  }

  @Test(
    "Surge is rounded up, unavailability down; both nothing makes one unavailable",
    arguments: [
      ("25%", "25%", 3, 1, 0), ("25%", "25%", 4, 1, 1), ("25%", "25%", 10, 3, 2), ("2", "1", 5, 2, 1),
      ("0", "0", 5, 0, 1), ("0%", "10%", 3, 0, 1), ("1", "0", 1, 1, 0), ("0", "7", 3, 0, 3), ("25%", "25%", 0, 0, 0),
    ])
  func resolvesFences(surge: String, unavailable: String, replicas: Int, wantedSurge: Int, wantedUnavailable: Int) {
    let fences = RolloutArithmetic.resolve(
      maxSurge: IntOrPercent(text: surge), maxUnavailable: IntOrPercent(text: unavailable), replicas: replicas)

    #expect(fences.surge == wantedSurge)
    #expect(fences.unavailable == wantedUnavailable)
    #expect(fences.ceiling == replicas + wantedSurge)
    #expect(fences.floor == replicas - wantedUnavailable)
  }

  @Test("Five replicas, surge two, unavailable one: the first moves of a rollout are those of the controller")
  func firstMoves() {
    let fences = RolloutArithmetic.resolve(maxSurge: .count(2), maxUnavailable: .count(1), replicas: 5)
    var new = Size(replicas: 0, available: 0)
    var old = Size(replicas: 5, available: 5)

    #expect(RolloutArithmetic.nextStep(new: new, old: [old], fences: fences) == .scaleNew(to: 2))
    new.replicas = 2
    #expect(RolloutArithmetic.nextStep(new: new, old: [old], fences: fences) == .scaleOld(to: [4]))
    old = Size(replicas: 4, available: 4)
    #expect(RolloutArithmetic.nextStep(new: new, old: [old], fences: fences) == .scaleNew(to: 3))
    new.replicas = 3
    #expect(RolloutArithmetic.nextStep(new: new, old: [old], fences: fences) == .none)
  }

  @Test("A rollout of healthy pods stays between floor and ceiling and ends", arguments: 1...40)
  func staysInsideFences(replicas: Int) {
    for (surge, unavailable) in [("25%", "25%"), ("0", "1"), ("1", "0"), ("100%", "0"), ("2", "3")] {
      let fences = RolloutArithmetic.resolve(
        maxSurge: IntOrPercent(text: surge), maxUnavailable: IntOrPercent(text: unavailable), replicas: replicas)
      var new = Size(replicas: 0, available: 0)
      var old = Size(replicas: replicas, available: replicas)
      var steps = 0
      while new != Size(replicas: replicas, available: replicas) || old.replicas > 0 {
        switch RolloutArithmetic.nextStep(new: new, old: [old], fences: fences) {
        case .scaleNew(let size): new.replicas = size
        case .scaleOld(let sizes): old = Size(replicas: sizes[0], available: min(old.available, sizes[0]))
        case .none: new.available = min(new.available + 1, new.replicas)
        }
        #expect(new.replicas + old.replicas <= fences.ceiling)
        #expect(new.available + old.available >= fences.floor)
        steps += 1
        guard steps < 10 * replicas + 10 else {
          Issue.record("\(surge)/\(unavailable) at \(replicas) does not end")
          return
        }
      }
    }
  }

  @Test("Pods that are not available go first and do not count against the floor")
  func cleansUpUnhealthy() {
    let fences = RolloutArithmetic.resolve(maxSurge: .count(3), maxUnavailable: .count(2), replicas: 10)

    let sizes = RolloutArithmetic.nextSizes(
      ofOld: [Size(replicas: 8, available: 8), Size(replicas: 4, available: 0)],
      new: Size(replicas: 1, available: 1), fences: fences)

    // 13 - 8 - 0 = 5 may go: all four broken ones; then 9 - 8 = 1 available one, the oldest first.
    #expect(sizes == [7, 0])
  }

  @Test("Pods of the new ReplicaSet that are not available hold the old ones")
  func brokenImageHoldsOldPods() {
    let fences = RolloutArithmetic.resolve(maxSurge: .count(3), maxUnavailable: .count(2), replicas: 10)

    let step = RolloutArithmetic.nextStep(
      new: Size(replicas: 5, available: 0), old: [Size(replicas: 8, available: 8)], fences: fences)

    #expect(step == .none)
  }

  @Test("Scaling in a rollout is spread by size, and the largest gets what rounding leaves")
  func scalesProportionally() {
    let fences = RolloutArithmetic.resolve(maxSurge: .count(3), maxUnavailable: .count(2), replicas: 15)
    let sets: [RolloutArithmetic.SharedSize] = [
      .init(replicas: 8, annotatedCeiling: 13, creationTime: 1),
      .init(replicas: 5, annotatedCeiling: 13, creationTime: 2),
    ]

    // The example of the Kubernetes documentation: 10 to 15 replicas at 8 + 5 gives 11 + 7.
    #expect(RolloutArithmetic.scale(sets, newest: 1, fences: fences) == [11, 7])
  }

  @Test("Outside a rollout the only active ReplicaSet gets the whole count")
  func scalesSingle() {
    let fences = RolloutArithmetic.resolve(replicas: 7)
    let sets: [RolloutArithmetic.SharedSize] = [
      .init(replicas: 0, annotatedCeiling: 4, creationTime: 1),
      .init(replicas: 3, annotatedCeiling: 4, creationTime: 2),
    ]

    #expect(RolloutArithmetic.scale(sets, newest: 1, fences: fences) == [0, 7])
  }

  @Test("Available means ready for minReadySeconds, the last second included")
  func availability() {
    let ready = ScaledPod.Readiness(status: .true, lastTransitionTime: KubernetesTime(seconds: 100))

    #expect(RolloutArithmetic.isAvailable(ready, minReadySeconds: 0, at: KubernetesTime(seconds: 100)))
    #expect(!RolloutArithmetic.isAvailable(ready, minReadySeconds: 10, at: KubernetesTime(seconds: 109)))
    #expect(RolloutArithmetic.isAvailable(ready, minReadySeconds: 10, at: KubernetesTime(seconds: 110)))
    #expect(!RolloutArithmetic.isAvailable(nil, minReadySeconds: 0, at: KubernetesTime(seconds: 110)))
  }

  @Test("Both forms of a disruption budget round shares up")
  func disruptionBudget() {
    let byAvailable = DisruptionBudget(minAvailable: .percent(50), expectedPods: 5)
    let byUnavailable = DisruptionBudget(maxUnavailable: .percent(30), expectedPods: 5)

    #expect(byAvailable.desiredHealthy == 3)
    #expect(byAvailable.disruptionsAllowed(healthy: 5) == 2)
    #expect(byUnavailable.desiredHealthy == 3)
    #expect(byUnavailable.disruptionsAllowed(healthy: 2) == 0)
    #expect(DisruptionBudget(minAvailable: .count(1), expectedPods: 0).disruptionsAllowed(healthy: 0) == 0)
  }
}
