import KubernetesObjects
import RunTimeline
import Units

extension LabelledWorld {
  /// For a while no pod answers its readiness probe, so that nobody is left to send to.
  static let endpointsFloor = LabelledWorld(
    expectation: "{during: calm, atLeast: 2}",
    fault: Change(faults: ["{at: calm + 20s, for: 20s, application: {becomesReady: false}}"])
  ) { truth in
    let calm = try truth.phase("calm")
    return truth.slices.count == 1
      && truth.slices.allSatisfy { versions in
        let ready = Steps(
          versions.map { version in
            (version.at, version.object.endpoints?.filter { $0.conditions?.ready ?? true }.count ?? 0)
          })
        return ready.values(in: calm).allSatisfy { $0 >= 2 }
      }
  }
}
