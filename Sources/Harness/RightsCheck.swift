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

  /// - Throws: ``HarnessError`` with the status `refused` and a line for each resource with rights that are missing.
  func check() async throws(HarnessError) {
    let missing = try await missing()
    guard missing.isEmpty else { throw HarnessError(.refused, missing.map(\.line)) }
  }

  /// What is missing, one for each resource.
  func missing() async throws(HarnessError) -> [MissingRight] {
    let needed = NeededRights(cluster: cluster, actions: actions)
    let findings = try await findings(for: needed.all)
    for right in needed.all {
      guard case .unknown(let reason) = findings[right] else { continue }
      note("whether \(client.connection.user) may \(right) could not be asked: \(reason)")
    }
    guard needed.areMissing(in: findings) else { return [] }
    let user = await client.knownName() ?? client.connection.user
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
      case (.watch, _):
        let stream = try await client.watch(right.resource, namespace: right.namespace, from: "", seconds: 1)
        _ = stream.sent
      case (.patch, _):
        let isMeant = { (reference: WorkloadReference) in
          reference.kind.resource == right.resource && reference.name == right.name
        }
        let changed = NeededRights(cluster: cluster, actions: actions).changed
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
}
