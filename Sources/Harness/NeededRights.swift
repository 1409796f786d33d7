import ClientRules
import ClusterActions
import ClusterObservation
import KubernetesClient
import KubernetesObjects
import Profiles
import RunTimeline
import SimulatedCluster

/// What is known of a right.
enum RightFinding: Sendable, Equatable {
  case allowed
  /// With the words of the API server, where it has any.
  case denied(String?)
  /// With the reason.
  case unknown(String)

  var isDenied: Bool { if case .denied = self { true } else { false } }
}

/// A right that is needed and not given.
struct MissingRight: Sendable, Equatable {
  let sentence: String
  let fix: String

  var line: String { "\(sentence): \(fix)" }
}

/// What a run has to be allowed: to watch what its verdicts need, and to do what its actions do.
struct NeededRights {
  let cluster: ClusterDescription
  let actions: [PlannedAction]
  /// ConfigMaps and Secrets that are watched by their names.
  var configs: [ConfigReference] = []

  /// Each once, in the order in which they are used.
  var all: [AccessRight] {
    let namespace = cluster.namespace
    var rights: [AccessRight] = []
    for workload in cluster.workloads.all {
      let reference = workload.reference
      rights.append(AccessRight(.get, reference.kind.resource, namespace: namespace, name: reference.name))
      if let autoscaler = workload.autoscaler {
        rights.append(AccessRight(.get, .horizontalPodAutoscalers, namespace: namespace, name: autoscaler))
      }
    }
    let scope = ObservationScope(of: cluster.workloads.all)
    for resource in ClusterObserver.resources(of: cluster.workloads.kinds)
    where !ClusterObserver.optional.contains(resource) {
      // Before the load all autoscalers are read, since several for one workload stop each other.
      let name = resource == .horizontalPodAutoscalers ? nil : scope.rule(of: resource).onlyName
      rights += [.list, .watch].map { AccessRight($0, resource, namespace: namespace, name: name) }
    }
    for (_, needed) in ofActions {
      for right in needed where !rights.contains(right) { rights.append(right) }
    }
    return rights
  }

  /// What the run can do without, in the order in which it is used.
  var optional: [AccessRight] {
    ClusterObserver.optional.flatMap { resource in
      [.list, .watch].map { AccessRight($0, resource, namespace: cluster.namespace) }
    }
      + configs.flatMap { config in
        [.list, .watch].map { AccessRight($0, config.resource, namespace: cluster.namespace, name: config.name) }
      }
  }

  /// The resources that cannot be read, and that the run can do without.
  func unreadable(in findings: [AccessRight: RightFinding]) -> [ResourceType] {
    (ClusterObserver.optional + configs.map(\.resource)).filter { resource in
      optional.contains { $0.resource == resource && findings[$0]?.isDenied ?? false }
    }
  }

  /// What is missing of that, and what the run does without: one line for each resource.
  func regrets(in findings: [AccessRight: RightFinding], user: String) -> [String] {
    rights(optional.filter { findings[$0]?.isDenied ?? false }, findings, user: user).map(\.line)
  }

  /// What each action needs beside what is needed for watching.
  var ofActions: [(action: PlannedAction, rights: [AccessRight])] {
    actions.compactMap { action in
      guard let workload = cluster.workloads.named(action.workload)?.reference else { return nil }
      return (action, action.rights(of: workload, in: cluster.namespace))
    }
  }

  private func missing(in findings: [AccessRight: RightFinding]) -> [AccessRight] {
    all.filter { findings[$0]?.isDenied ?? false }
  }

  func areMissing(in findings: [AccessRight: RightFinding]) -> Bool { !missing(in: findings).isEmpty }

  /// What is missing: one line for each resource.
  ///
  /// - Parameter user: who lacks it.
  func complaint(about findings: [AccessRight: RightFinding], user: String) -> [String] {
    missingRights(in: findings, user: user).map(\.line)
  }

  /// What is missing: one for each resource.
  func missingRights(in findings: [AccessRight: RightFinding], user: String) -> [MissingRight] {
    rights(missing(in: findings), findings, user: user)
  }

  private func rights(
    _ missing: [AccessRight], _ findings: [AccessRight: RightFinding], user: String
  ) -> [MissingRight] {
    var resources: [RightsOfResource] = []
    for right in missing {
      if let index = resources.firstIndex(where: { $0.isAbout(right) }) {
        resources[index].rights.append(right)
      } else {
        resources.append(RightsOfResource(rights: [right]))
      }
    }
    return resources.map { right($0, findings, user: user) }
  }

  private func right(
    _ resource: RightsOfResource, _ findings: [AccessRight: RightFinding], user: String
  ) -> MissingRight {
    let verbs = resource.verbs.map(\.rawValue)
    let words = resource.rights.compactMap { if case .denied(let reason)? = findings[$0] { reason } else { nil } }
    let names = ofActions.filter { !Set($0.rights).isDisjoint(with: resource.rights) }.map(\.action.name)
    return MissingRight(
      sentence: "\(user) may not \(Self.list(verbs)) \(resource.name) \(resource.place)\(resource.loss)"
        + (names.isEmpty
          ? ""
          : ", which the action\(names.count == 1 ? "" : "s") \(Self.list(names)) \(names.count == 1 ? "does" : "do")")
        + (words.first.map { " (\($0))" } ?? ""),
      fix: "add to a \(resource.role) of theirs the rule \(resource.rule)"
        + (resource.source.map { ", as Profiles/rbac.yaml has it in \($0)" } ?? ""))
  }

  /// `get, list and watch`
  private static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }

  /// What the roles of a simulated cluster say of each right.
  func findings(of user: String, in cluster: ClusterSimulation) -> [AccessRight: RightFinding] {
    var findings: [AccessRight: RightFinding] = [:]
    for right in all + optional {
      let answer = cluster.access(
        of: user, right.verb.rawValue, right.resource, subresource: right.subresource, namespace: right.namespace ?? "",
        name: right.name)
      findings[right] = answer.isAllowed ? .allowed : .denied(answer.reason.isEmpty ? nil : answer.reason)
    }
    return findings
  }
}

/// Rights to one resource in one place.
private struct RightsOfResource {
  var rights: [AccessRight]

  func isAbout(_ right: AccessRight) -> Bool {
    rights.first.map {
      $0.resource == right.resource && $0.subresource == right.subresource && $0.namespace == right.namespace
    } ?? false
  }

  var verbs: [AccessRight.Verb] {
    AccessRight.Verb.allCases.filter { verb in rights.contains { $0.verb == verb } }
  }

  private var plural: String {
    guard let first = rights.first else { return "" }
    return first.resource.plural + (first.subresource.map { "/\($0)" } ?? "")
  }
  private var group: String { rights.first?.resource.group ?? "" }

  /// Of a ConfigMap or a Secret that is watched by its name.
  private var configName: String? { rights.first?.resource.metadataOf }

  var name: String {
    configName.map { "\(plural) named \($0)" } ?? (group.isEmpty ? plural : "\(plural).\(group)")
  }
  var place: String { rights.first?.namespace.map { "in the namespace \($0)" } ?? "in the whole cluster" }
  var role: String { rights.first?.namespace == nil ? "ClusterRole" : "Role" }
  var rule: String {
    "{apiGroups: [\(group.isEmpty ? "\"\"" : group)], resources: [\(plural)], "
      + (configName.map { "resourceNames: [\($0)], " } ?? "") + "verbs: ["
      + "\(verbs.map(\.rawValue).joined(separator: ", "))]}"
  }

  /// What a run does without them; empty where it does not go on.
  var loss: String {
    if configName != nil { return ", so that nothing tells when it changes: configRolled stays undecided" }
    return switch rights.first?.resource {
    case .services?: ", so that the EndpointSlices of all Services are read"
    case .ingresses?: ", so that a Service that is deleted counts as one that was still sent to"
    case .podDisruptionBudgets?, .resourceQuotas?, .limitRanges?: ", so that the recording tells nothing of them"
    default: ""
    }
  }

  /// The role of `Profiles/rbac.yaml` that has them; `nil` where none does.
  var source: String? {
    guard let first = rights.first, first.namespace != nil, first.subresource == nil, configName == nil else {
      return nil
    }
    let isWorkload = WorkloadKind.allCases.contains { $0.resource == first.resource }
    let watching: Set<AccessRight.Verb> = [.get, .list, .watch]
    if watching.isSuperset(of: verbs) { return "scaleproof-observer" }
    guard isWorkload else { return nil }
    return verbs == [.patch] ? "scaleproof-actions" : "its two roles"
  }
}
