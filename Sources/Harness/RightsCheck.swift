import ClusterActions
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
  /// ConfigMaps and Secrets that are watched by their names.
  var configs: [ConfigReference] = []
  /// Told what could be neither asked nor tried.
  var note: @Sendable (String) -> Void = { _ in }

  /// - Throws: ``HarnessError`` with the status `refused` and a line for each resource with rights that are missing.
  func check() async throws(HarnessError) {
    let missing = try await missing()
    guard missing.isEmpty else { throw HarnessError(.refused, missing.map(\.line)) }
  }

  /// What is missing, one for each resource.
  func missing() async throws(HarnessError) -> [MissingRight] {
    let needed = NeededRights(cluster: cluster, actions: actions, configs: configs)
    let findings = try await findings(for: needed.all + needed.optional)
    for right in needed.all {
      guard case .unknown(let reason) = findings[right] else { continue }
      note("whether \(client.connection.user) may \(right) could not be asked: \(reason)")
    }
    guard needed.areMissing(in: findings) || !needed.unreadable(in: findings).isEmpty else { return [] }
    let user = await client.knownName() ?? client.connection.user
    for line in needed.regrets(in: findings, user: user) { note(line) }
    return needed.missingRights(in: findings, user: user)
  }

  private func findings(for rights: [AccessRight]) async throws(HarnessError) -> [AccessRight: RightFinding] {
    do {
      return try await withThrowingTaskGroup(of: (AccessRight, RightFinding).self) { group in
        for right in rights { group.addTask { (right, try await finding(for: right)) } }
        var findings: [AccessRight: RightFinding] = [:]
        for try await (right, finding) in group { findings[right] = finding }
        return findings
      }
    } catch {
      throw TargetCluster.refusal(of: error)
    }
  }

  private func finding(for right: AccessRight) async throws(KubernetesError) -> RightFinding {
    do {
      let answer = try await client.review(right)
      return answer.isAllowed ? .allowed : .denied(answer.reason)
    } catch  where [.forbidden, .notFound, .refused, .malformed].contains(error.code) {
      return try await trial(of: right)
    }
  }

  /// Does what the right is for, and changes nothing.
  private func trial(of right: AccessRight) async throws(KubernetesError) -> RightFinding {
    do {
      switch (right.verb, right.name) {
      case (.watch, let name):
        let stream = try await client.watch(
          right.resource, namespace: right.namespace ?? cluster.namespace, name.map { ListSelection(name: $0) } ?? .all,
          from: "", seconds: 1)
        _ = stream.sent
      case (.list, let name?):
        _ = try await client.list(right.resource, namespace: right.namespace, ListSelection(name: name))
      case (.patch, _):
        guard let request = try await patch(using: right) else {
          return .unknown("what is to be changed depends on what is there at the time")
        }
        _ = try await client.send(
          request.method, path: request.dryRun.pathWithQuery, type: request.type.rawValue, body: request.body)
      // Nothing that takes a pod away is tried out.
      case (.create, _), (.delete, _): return .unknown("the API server does not answer what a user may do")
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

  /// The first patch of an action that uses a right; `nil` where what it reads before does not allow it.
  private func patch(using right: AccessRight) async throws(KubernetesError) -> ActionRequest? {
    let needed = NeededRights(cluster: cluster, actions: actions, configs: configs)
    guard let action = needed.ofActions.first(where: { $0.rights.contains(right) })?.action,
      let workload = cluster.workloads.named(action.workload)?.reference
    else { return nil }
    var course = ActionCourse(action.kind, of: workload, namespace: cluster.namespace)
    while let step = try? course.next(at: Date().kubernetesTime) {
      switch step {
      case .read(let request): course.take(try await client.send(request.method, path: request.pathWithQuery).object)
      case .write: return course.plannedWrites.first { $0.method == "PATCH" && right.isFor(path: $0.path) }
      }
    }
    return nil
  }
}

extension AccessRight {
  /// Whether a write to a path uses it.
  fileprivate func isFor(path: String) -> Bool {
    guard let name else {
      return path.hasPrefix(resource.path(namespace: namespace) + "/")
        && path.hasSuffix(subresource.map { "/\($0)" } ?? "")
    }
    return path == resource.path(namespace: namespace, name: name, subresource: subresource)
  }
}
