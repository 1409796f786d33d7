import AutoscalerModel
import KubernetesObjects
import Profiles
import RunTimeline
import Units

extension Expectation.AvailabilityFloor: JudgedKind {
  /// At every instant of the window at least `wanted − maxUnavailable(wanted)` replicas must be available, as the
  /// workload's own status counts.
  ///
  /// Every version of the workload that the API server stored is judged by itself. Versions whose status is older than
  /// their spec (`observedGeneration`) prove nothing. When the wanted count rises, the new pods need time to start: until
  /// the floor of the new count was reached once, the floor before the rise holds on.
  func opinion(on run: RunView) -> Opinion {
    run.judging(during, counting: .available) { judged, envelope in
      let (stretch, window) = (judged.stretch, judged.window)
      let states = FloorState.states(of: judged.cluster.workload, completed: stretch.completed).filter {
        $0.mayHold(in: stretch)
      }
      let sight = judged.sight(of: judged.cluster.kind.resource, unknown: envelope.unknown(in: judged.watched))
      let opinion = decided(states, judged, sight)
      let measured = [margin(of: states, in: stretch, isWhole: sight.isWhole)]
      let isVacuous = opinion.verdict == .inconclusive && measured.contains { $0.position == .within }
      let rows = states.filter { $0.isShort || $0.floorChanged }.prefix(12)
      return opinion.about(
        window, evidence: rows.map { Evidence(at: $0.from, $0.sentence) } + sight.gaps,
        measuring: isVacuous ? measured.unjudged : measured)
    }
  }

  private func decided(_ states: [FloorState], _ judged: JudgedCluster, _ sight: JudgedCluster.Sight) -> Opinion {
    let broken = states.filter { $0.isShort && $0.mustHold(in: judged.stretch) }
    if let first = broken.first {
      let worst = broken.min { $0.margin < $1.margin } ?? first
      return .fail(
        "\(worst.sentence), \(-worst.margin) below the floor, \(worst.from.plain) of the run",
        evidence: ScalingClues.clues(judged.run, in: judged.window))
    }
    if let doubtful = states.first(where: \.isShort) {
      return .inconclusive("\(doubtful.sentence) \(doubtful.from.plain), which may lie outside of \(during)")
    }
    if let objection = sight.objection() { return objection }
    guard let tightest = states.filter(\.isObserved).min(by: { $0.margin < $1.margin }) else {
      return .inconclusive("no status of the \(judged.cluster.kind.title) was seen in \(during)")
    }
    if let empty = states.first(where: \.isEmptyByRight) {
      return .inconclusive(
        "\(empty.sentence) \(empty.from.plain), which a floor of 0 allows: \(empty.reasonForNoFloor), so that nothing is "
          + "asked of the rollout", finding: "no pod at all was available \(empty.from.plain)",
        evidence: [Evidence(at: empty.from, empty.sentence)])
    }
    let isVacuous = tightest.floor == 0 && tightest.wanted > 0
    return .pass("never less than \(tightest.sentence)\(isVacuous ? "; \(tightest.reasonForNoFloor)" : "")")
  }

  /// By how many the available replicas exceeded the floor at the tightest moment.
  private func margin(
    of states: [FloorState], in stretch: RunView.Stretch, isWhole: Bool
  ) -> Judgement.Measurement {
    let observed = states.filter(\.isObserved)
    let certain = observed.filter { $0.mustHold(in: stretch) }.map(\.margin).min()
    return .count(
      "availableReplicas.aboveFloor", isWhole ? observed.map(\.margin).min() : nil, certain,
      limit: Judgement.Measurement.Limit(.atLeast, 0))
  }

  func remarks(on planned: PlannedWorkload) -> [PlanRemark] {
    guard let counts = planned.wanted?.range, !planned.mayChange("spec", "strategy"),
      !planned.mayChange("spec", "updateStrategy")
    else { return [] }
    let floors = counts.map { count in
      var workload = planned.workload
      workload.wanted = count
      return RolloutArithmetic.fences(of: workload).floor
    }
    guard floors.allSatisfy({ $0 == 0 }) else { return [] }
    return [
      PlanRemark(
        field: "during",
        message:
          "how \(planned.reference.text) replaces its pods lets all of them be missing, so that this cannot fail",
        hint: "lower spec.strategy.rollingUpdate.maxUnavailable of it, with the type RollingUpdate")
    ]
  }
}

/// What one version of a workload says of its availability.
struct FloorState: Equatable {
  /// When this version replaced the one before, and when it was replaced itself.
  var from: InstantBounds
  var to: InstantBounds?
  var available: Int
  var wanted: Int
  var floor: Int
  /// The floor that must hold now: the one before a rise, until the new one was reached.
  var required: Int
  var floorChanged: Bool
  /// Whether the status belongs to the spec.
  var isObserved: Bool
  /// How pods are replaced.
  var replacement: PodReplacement
  var kind: WorkloadKind
  /// Whether a later version completed the rollout whose window is judged, however uncertain the times of both are.
  var precedesCompletion: Bool

  var margin: Int { available - required }
  var isShort: Bool { isObserved && margin < 0 }

  /// No pod was available although some were wanted, and the spec allows that.
  var isEmptyByRight: Bool { isObserved && wanted > 0 && available == 0 && required == 0 && floor == 0 }

  /// Why the spec keeps no pod available.
  var reasonForNoFloor: String {
    switch replacement {
    case .recreating: "the strategy is Recreate"
    case .byHand where kind == .replicaSet: "a ReplicaSet does not say how many pods have to stay"
    case .byHand: "the strategy is OnDelete"
    case .surging, .ordered: "maxUnavailable lets every pod go at once"
    }
  }

  var sentence: String {
    let grace = required < floor ? ", new pods still starting" : ""
    return "\(available) available of \(wanted) wanted (floor \(required)\(grace))"
  }

  static func states(of versions: [ObjectVersion<Workload>], completed: InstantBounds?) -> [FloorState] {
    let last = completed.flatMap { completed in versions.firstIndex { $0.at == completed } } ?? 0
    var states: [FloorState] = []
    var required: Int?
    for (index, version) in versions.enumerated() {
      if version.deleted {
        // The pods of a workload that is made anew have yet to start.
        required = 0
        continue
      }
      let workload = version.object
      let fences = RolloutArithmetic.fences(of: workload)
      let available = workload.status?.available ?? 0
      let before = required ?? fences.floor
      // A floor that sinks holds at once, one that rises once it was reached.
      let now = fences.floor <= before || (workload.isObserved && available >= fences.floor) ? fences.floor : before
      required = now
      states.append(
        FloorState(
          from: version.at, to: index + 1 < versions.count ? versions[index + 1].at : nil, available: available,
          wanted: fences.replicas, floor: fences.floor, required: now,
          floorChanged: states.last.map { $0.floor != fences.floor || $0.required != now } ?? false,
          isObserved: workload.isObserved, replacement: workload.replacement, kind: workload.kind,
          precedesCompletion: index < last))
    }
    return states
  }

  /// Whether the version may have been the current one at some instant of the window.
  func mayHold(in stretch: RunView.Stretch) -> Bool {
    from.earliest < stretch.end.latest && (to.map { $0.latest > stretch.start.earliest } ?? true)
  }

  /// Whether it certainly was at some instant that certainly belongs to the window. A version that began inside it did
  /// exist there, however short.
  func mustHold(in stretch: RunView.Stretch) -> Bool {
    let (start, end) = (stretch.start.latest, stretch.end.earliest)
    if precedesCompletion, from.earliest >= start { return true }
    guard start < end else { return false }
    if from.earliest >= start, from.latest <= end { return true }
    let until = to?.earliest ?? end
    return max(from.latest, start) < min(until, end)
  }
}
