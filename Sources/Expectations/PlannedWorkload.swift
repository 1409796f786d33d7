import AutoscalerModel
import KubernetesObjects
import Profiles
import Units

/// What the manifests of a cluster, and the changes that a run is to make of their objects, tell of a workload beforehand.
struct PlannedWorkload {
  let reference: WorkloadReference
  let profile: Profile
  let fields: PlannedFields
  /// As the manifests have it.
  let workload: Workload
  /// What the profile calls it.
  private let name: String?
  private let watchedAutoscaler: String?

  /// `nil` where the manifests do not have the workload.
  init?(_ watched: WatchedWorkload, in fields: PlannedFields, of profile: Profile) {
    reference = watched.reference
    guard let object = fields.object(reference.kind.rawValue, reference.name),
      let workload = try? Workload(reference.kind, json: object.json())
    else { return nil }
    (self.profile, self.fields, self.workload, name) = (profile, fields, workload, watched.name)
    watchedAutoscaler = watched.autoscaler
  }

  /// The values that a field of the workload may have, `nil` for one that is missing; none at all where nobody can know them.
  func values(at path: String...) -> [JSONValue?]? {
    fields.values(at: path, of: reference.kind.rawValue, reference.name)
  }

  func mayChange(_ path: String...) -> Bool { fields.mayChange(path, of: reference.kind.rawValue, reference.name) }

  // MARK: How many pods

  /// The counts that somebody may want, and the field that keeps them from being more; `nil` where nobody can know them.
  var wanted: (range: ClosedRange<Int>, limit: String)? {
    guard let replicas = values(at: "spec", "replicas"), let autoscalers else { return nil }
    var counts = replicas.map { $0?.int ?? 1 }
    for action in profile.actions where profile.cluster?.workloads.named(action.workload)?.reference == reference {
      if case .scale(let count) = action.kind { counts.append(count) }
    }
    for autoscaler in autoscalers {
      let most = fields.values(at: ["spec", "maxReplicas"], of: Self.autoscaler, autoscaler)
      let least = fields.values(at: ["spec", "minReplicas"], of: Self.autoscaler, autoscaler)
      guard let most, let least else { return nil }
      counts += most.map { $0?.int ?? 1 } + least.map { $0?.int ?? 1 }
    }
    guard let least = counts.min(), let most = counts.max() else { return nil }
    let limit = autoscalers.first.map { "spec.maxReplicas of HPA \($0)" } ?? "spec.replicas of \(reference.text)"
    return (least...most, limit)
  }

  /// The counts of replicas that there may be, with those that a rollout has beside the wanted ones.
  func range(of count: Expectation.ReplicaCount) -> (range: ClosedRange<Int>, limit: String)? {
    guard let wanted, count != .wanted else { return self.wanted }
    guard let surge = surge(of: wanted.range.upperBound) else { return nil }
    return (0...wanted.range.upperBound + surge, wanted.limit)
  }

  /// How many pods a rollout may have beside the wanted ones; `nil` where nobody can know.
  private func surge(of count: Int) -> Int? {
    if mostTemplateChanges == 0 { return 0 }
    // The new pods of an Argo Rollout may be as many as the old ones.
    guard !mayChange("spec", "strategy"), reference.kind != .argoRollout else { return nil }
    var workload = workload
    workload.wanted = count
    return RolloutArithmetic.fences(of: workload).surge
  }

  private static let autoscaler = HorizontalPodAutoscaler.resource.kind.lowercased()

  /// The names of those that scale it; `nil` where nobody can know them.
  private var autoscalers: [String]? {
    let known = fields.objects(Self.autoscaler).filter { object in
      let target = try? OlderAutoscaler.version2(of: object).decoded(as: HorizontalPodAutoscaler.self)
      return target?.scales(reference) ?? true
    }.map(\.objectName)
    // That the one which is watched scales something else is refused for itself.
    if let watchedAutoscaler, !known.contains(watchedAutoscaler) { return nil }
    // Another one, or one that scales something else from some time on.
    let all = fields.objects(Self.autoscaler).map(\.objectName)
    let areOthers = fields.changes.contains { $0.kind == Self.autoscaler && !all.contains($0.name) }
    let areMoved = all.contains { fields.mayChange(["spec", "scaleTargetRef"], of: Self.autoscaler, $0) }
    return areOthers || areMoved ? nil : known
  }

  // MARK: Its pods

  /// The template, as long as nobody is to change it; `nil` where somebody may.
  var fixedTemplate: PodTemplate? { mayChange("spec", "template") ? nil : workload.template }

  /// Whether a change is one of the template, so that pods are replaced; `nil` where nobody can know.
  func changesTemplate(_ action: PlannedAction) -> Bool? {
    let path = ["spec", "template"]
    switch action.kind {
    case .restart, .undo: return true
    case .exec: return nil
    case .setImage(let images):
      // Another action may have set other images before.
      let areOthers = profile.actions.contains { other in
        switch other.kind {
        case .setImage, .undo: other.name != action.name
        default: false
        }
      }
      guard !areOthers, let containers = fixedTemplate?.spec.containers else { return nil }
      return !images.allSatisfy { name, image in containers.contains { $0.name == name && $0.image == image } }
    case .patch, .apply:
      let own = fields.changes.filter {
        $0.action == action.name && $0.kind == reference.kind.rawValue && $0.name == reference.name
      }
      return PlannedFields.touches(path, own) ? nil : false
    default: return false
    }
  }

  /// How often the template may be changed; `nil` where nobody can know.
  var mostTemplateChanges: Int? {
    guard !fields.runsPrograms else { return nil }
    let own = profile.actions.filter { profile.cluster?.workloads.named($0.workload)?.reference == reference }
    let others = profile.actions.filter { action in !own.contains { $0.name == action.name } }
    let byFaults = fields.changes.filter {
      $0.action == nil && $0.kind == reference.kind.rawValue && $0.name == reference.name
    }
    return (own + others).count { action in
      switch action.kind {
      case .restart, .undo, .setImage: own.contains { $0.name == action.name }
      default: changesTemplate(action) ?? true
      }
    } + byFaults.count
  }
}

extension PlannedWorkload {
  // MARK: Remarks

  /// That no count that there may be satisfies a condition, or only one that a rollout has for a while; `nil` where another
  /// does, or nobody can know.
  func unreachable(_ condition: CountCondition, of count: Expectation.ReplicaCount, _ field: String) -> PlanRemark? {
    guard let (range, limit) = range(of: count), let most = wanted?.range.upperBound else { return nil }
    guard !condition.mayHold(in: range) else {
      guard !condition.mayHold(in: 0...most) else { return nil }
      return PlanRemark(
        field: field,
        message:
          "no more than \(most) replicas are wanted by the manifests (\(limit)), so that \(condition) holds only while a "
          + "rollout has more pods",
        hint: "raise \(limit), or expect a count within it")
    }
    return PlanRemark(
      field: field,
      message:
        "there are \(range.lowerBound) to \(range.upperBound) \(count.rawValue) replicas by the manifests (\(limit)), so "
        + "that \(condition) can never hold",
      hint: condition.mayHold(in: 0...range.upperBound)
        ? "let there be fewer by the manifests, or expect a count within these"
        : "raise \(limit), or expect a count within these", isImpossible: true)
  }

  /// That all counts that there may be satisfy a condition; `nil` where one does not, or nobody can know.
  func unmissable(_ condition: CountCondition, of count: Expectation.ReplicaCount, _ field: String) -> PlanRemark? {
    guard let (range, limit) = range(of: count), condition.mustHold(in: range) else { return nil }
    return PlanRemark(
      field: field,
      message:
        "there are \(range.lowerBound) to \(range.upperBound) \(count.rawValue) replicas by the manifests (\(limit)), so "
        + "that \(condition) cannot fail",
      hint: "expect fewer counts than the manifests allow")
  }
}
