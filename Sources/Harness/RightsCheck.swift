import ClusterObservation
import Foundation
import KubernetesClient
import KubernetesObjects
import Profiles
import RunTimeline

/// Asks before the load whether the run may do what it is going to: watch what its verdicts need, and what its actions
/// change.
///
/// The API server is asked (`SelfSubjectAccessReview`); where it does not answer that, each right is tried out without
/// changing anything.
struct RightsCheck {
  let client: APIClient
  let cluster: ClusterDescription
  let actions: [PlannedAction]
  /// Told what could be neither asked nor tried.
  var note: @Sendable (String) -> Void = { _ in }

  /// What is known of a right.
  enum Finding: Sendable, Equatable {
    case allowed
    /// With the words of the API server, where it has any.
    case denied(String?)
    /// With the reason.
    case unknown(String)
  }

  /// - Throws: ``HarnessError`` with the status `refused` and a line for each resource with rights that are missing.
  func check() async throws(HarnessError) {
    let findings = try await findings(for: needed)
    for right in needed {
      guard case .unknown(let reason) = findings[right] else { continue }
      note("whether \(client.connection.user) may \(right) could not be asked: \(reason)")
    }
    let missing = needed.filter { if case .denied = findings[$0] { true } else { false } }
    guard !missing.isEmpty else { return }
    let user = await client.knownName() ?? client.connection.user
    throw HarnessError(.refused, lines(missing, findings: findings, user: user))
  }

  /// In the order in which they are used.
  var needed: [AccessRight] {
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
  private var changed: [(WorkloadReference, PlannedAction)] {
    cluster.workloads.all.compactMap { workload in
      actions.first { cluster.workloads.named($0.workload) == workload }.map { (workload.reference, $0) }
    }
  }

  private func findings(for rights: [AccessRight]) async throws(HarnessError) -> [AccessRight: Finding] {
    do {
      return try await withThrowingTaskGroup(of: (AccessRight, Finding).self) { group in
        for right in rights { group.addTask { (right, try await finding(for: right)) } }
        var findings: [AccessRight: Finding] = [:]
        for try await (right, finding) in group { findings[right] = finding }
        return findings
      }
    } catch {
      throw TargetCluster.refusal(of: error)
    }
  }

  private func finding(for right: AccessRight) async throws(KubernetesError) -> Finding {
    do {
      let answer = try await client.review(right)
      return answer.isAllowed ? .allowed : .denied(answer.reason)
    } catch  where [.forbidden, .notFound, .refused, .malformed].contains(error.code) {
      return try await trial(of: right)
    }
  }

  /// Does what the right is for, and changes nothing.
  private func trial(of right: AccessRight) async throws(KubernetesError) -> Finding {
    do {
      switch (right.verb, right.name) {
      case (.watch, _):
        let stream = try await client.watch(right.resource, namespace: right.namespace, from: "", seconds: 1)
        _ = stream.sent
      case (.patch, _):
        let isMeant = { (reference: WorkloadReference) in
          reference.kind.resource == right.resource && reference.name == right.name
        }
        guard let (workload, action) = changed.first(where: { isMeant($0.0) }) else { return .allowed }
        let patch = try await TemplatePatch.read(
          for: action.kind, of: workload, namespace: right.namespace, from: client)
        _ = try await client.patch(workload, namespace: right.namespace, patch, isDryRun: true)
      default: _ = try await client.get(path: right.resource.path(namespace: right.namespace, name: right.name))
      }
      return .allowed
    } catch  where error.code == .forbidden {
      return .denied(error.status?.message)
    } catch  where [.refused, .malformed].contains(error.code) {
      return .unknown(error.description)
    } catch  where error.code == .notFound {
      // What is not there is told when it is read, in better words.
      return .allowed
    }
  }

  /// One line for each resource.
  private func lines(_ missing: [AccessRight], findings: [AccessRight: Finding], user: String) -> [String] {
    var resources: [ResourceType] = []
    for right in missing where !resources.contains(right.resource) { resources.append(right.resource) }
    return resources.map { resource in
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
      return "\(user) may not \(Self.list(verbs.map(\.rawValue))) \(name) in the namespace \(cluster.namespace)"
        + (isAction ? ", which \(actionNames) \(actions.count == 1 ? "does" : "do")" : "")
        + (words.first.map { " (\($0))" } ?? "")
        + ": add to a Role of theirs the rule \(rule), as Profiles/rbac.yaml has it in "
        + (isAction ? "scaleproof-actions" : verbs.contains(.patch) ? "its two roles" : "scaleproof-observer")
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
}
