import ClusterActions
import Foundation
import KubernetesClient
import KubernetesObjects
import Profiles
import RunTimeline

/// What the actions of a profile would send to its cluster as that is now. What they have to know is read; nothing is changed.
struct ActionPreview: Sendable {
  let actions: [PlannedAction]
  /// `nil` where the profile names none; then it has no actions either.
  let cluster: TargetCluster?

  /// For each action a line that says what it is, and one for each request, with its body.
  func lines() async -> [String] {
    guard let cluster, !actions.isEmpty else {
      return ["The profile has no actions: nothing would be sent to the cluster."]
    }
    var lines: [String] = []
    for action in actions {
      let moment = [action.at.map { "at \($0)" }, action.when.map { "when \($0)" }].compactMap { $0 }
      lines.append("\(action.name), \(moment.joined(separator: ", ")): \(action.kind.words)")
      do {
        lines += try await requests(of: action, on: cluster).map(Self.line)
      } catch {
        lines.append("  cannot be told now: \(error)")
      }
    }
    return lines
  }

  private func requests(of action: PlannedAction, on cluster: TargetCluster) async throws -> [ActionRequest] {
    guard let workload = cluster.description.workloads.named(action.workload)?.reference else { return [] }
    var course = ActionCourse(action.kind, of: workload, namespace: cluster.description.namespace)
    while let step = try course.next(at: Date().kubernetesTime) {
      guard case .read(let request) = step else { break }
      course.take(try await cluster.client.send(request.method, path: request.pathWithQuery).object)
    }
    return course.plannedWrites
  }

  /// A body without what a Secret keeps.
  private static func shown(_ body: JSONValue) -> JSONValue {
    guard case .object(var members) = body, body["kind"]?.string == "Secret" else { return body }
    for key in ["data", "stringData"] {
      if case .object(let values)? = members[key] {
        members[key] = .object(values.mapValues { _ in .string("(not shown)") })
      }
    }
    return .object(members)
  }

  private static func line(_ request: ActionRequest) -> String {
    let body =
      request.body.map(Self.shown).flatMap { try? $0.json() }.map { " " + String(decoding: $0, as: UTF8.self) } ?? ""
    return "  \(request.line)\(body)"
  }
}
