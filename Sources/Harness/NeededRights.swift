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
}

/// A right that is needed and not given.
struct MissingRight: Sendable, Equatable {
  let sentence: String
  let fix: String

  var line: String { "\(sentence): \(fix)" }
}

/// What a run has to be allowed: to watch what its verdicts need, and to change what its actions do.
struct NeededRights {
  let cluster: ClusterDescription
  let actions: [PlannedAction]

  /// In the order in which they are used.
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
    for resource in ClusterObserver.resources(of: cluster.workloads.kinds) {
      rights += [
        AccessRight(.list, resource, namespace: namespace), AccessRight(.watch, resource, namespace: namespace),
      ]
    }
    for (reference, _) in changed {
      rights.append(AccessRight(.patch, reference.kind.resource, namespace: namespace, name: reference.name))
    }
    return rights
  }

  /// The workloads that actions change, each with the first of its actions.
  var changed: [(WorkloadReference, PlannedAction)] {
    cluster.workloads.all.compactMap { workload in
      actions.first { cluster.workloads.named($0.workload) == workload }.map { (workload.reference, $0) }
    }
  }

  private func missing(in findings: [AccessRight: RightFinding]) -> [AccessRight] {
    all.filter { if case .denied = findings[$0] { true } else { false } }
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
    let missing = missing(in: findings)
    var resources: [ResourceType] = []
    for right in missing where !resources.contains(right.resource) { resources.append(right.resource) }
    return resources.map { resource -> MissingRight in
      let verbs = AccessRight.Verb.allCases.filter { verb in
        missing.contains { $0.resource == resource && $0.verb == verb }
      }
      let isAction = verbs == [.patch]
      let words = missing.filter { $0.resource == resource }.compactMap { right -> String? in
        if case .denied(let reason) = findings[right] { reason } else { nil }
      }
      let rule =
        "{apiGroups: [\(resource.group.isEmpty ? "\"\"" : resource.group)], resources: [\(resource.plural)], "
        + "verbs: [\(verbs.map(\.rawValue).joined(separator: ", "))]}"
      let name = resource.group.isEmpty ? resource.plural : "\(resource.plural).\(resource.group)"
      return MissingRight(
        sentence: "\(user) may not \(Self.list(verbs.map(\.rawValue))) \(name) in the namespace \(cluster.namespace)"
          + (isAction ? ", which \(actionNames) \(actions.count == 1 ? "does" : "do")" : "")
          + (words.first.map { " (\($0))" } ?? ""),
        fix: "add to a Role of theirs the rule \(rule), as Profiles/rbac.yaml has it in "
          + (isAction ? "scaleproof-actions" : verbs.contains(.patch) ? "its two roles" : "scaleproof-observer"))
    }
  }

  private var actionNames: String {
    "the action\(actions.count == 1 ? "" : "s") \(Self.list(actions.map(\.name)))"
  }

  /// `get, list and watch`
  private static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }

  /// What the roles of a simulated cluster say of each right.
  func findings(of user: String, in cluster: ClusterSimulation) -> [AccessRight: RightFinding] {
    var findings: [AccessRight: RightFinding] = [:]
    for right in all {
      let answer = cluster.access(
        of: user, right.verb.rawValue, right.resource, namespace: right.namespace, name: right.name)
      findings[right] = answer.isAllowed ? .allowed : .denied(answer.reason.isEmpty ? nil : answer.reason)
    }
    return findings
  }
}
