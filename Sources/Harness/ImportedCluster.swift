import Foundation
import KubernetesObjects
import RunTimeline

/// The workload and the autoscaler of a watch log: those that were asked for, or the only ones.
struct ImportedCluster {
  let description: ClusterDescription

  init(_ log: ImportedLog, workload: String?, autoscaler: String?, path: String) throws(HarnessError) {
    let workloads = WorkloadKind.allCases.flatMap { kind in
      Self.objects(of: kind.resource, in: log).filter { !$0.hasOwner }.map {
        (reference: WorkloadReference(kind, $0.name), namespace: $0.namespace)
      }
    }
    let autoscalers = Self.objects(of: HorizontalPodAutoscaler.resource, in: log)
    let asked = try workload.map { text throws(HarnessError) in try Self.reference(text) }
    let hpa = try Self.choice(
      autoscaler, among: autoscalers.map(\.name), what: "HorizontalPodAutoscaler", option: "--hpa", path: path)
    let target = autoscalers.first { $0.name == hpa }?.target
    let scaled = workloads.first { $0.reference.kind.title == target?.kind && $0.reference.name == target?.name }
    let titles = WorkloadKind.allCases.map(\.title).joined(separator: " or ")
    let chosen = try Self.choice(
      (asked ?? scaled?.reference)?.text, among: workloads.map(\.reference.text), what: titles, option: "--workload",
      path: path)
    guard let found = workloads.first(where: { $0.reference.text == chosen }) else {
      throw HarnessError(.invalidInput, "\(path): the watch log shows no \(titles), so that there is nothing to judge")
    }
    description = ClusterDescription(
      context: "imported", namespace: found.namespace ?? "default", workload: found.reference, autoscaler: hpa)
  }

  private struct Found {
    var name: String
    var namespace: String?
    /// Whether something else looks after it, as a Deployment does after its ReplicaSets.
    var hasOwner: Bool
    /// For an autoscaler: what it scales.
    var target: Head.Reference?
  }

  private struct Head: Decodable {
    let metadata: ObjectMetadata
    let spec: Spec?

    struct Spec: Decodable {
      let scaleTargetRef: Reference?
    }

    struct Reference: Decodable {
      let kind: String?
      let name: String
    }
  }

  private static func objects(of resource: ResourceType, in log: ImportedLog) -> [Found] {
    var seen: [String: Found] = [:]
    for observation in log.observations where observation.resource == resource.plural {
      guard let name = observation.name, seen[name] == nil, let object = observation.object else { continue }
      let head = try? JSONDecoder().decode(Head.self, from: object)
      seen[name] = Found(
        name: name, namespace: head?.metadata.namespace, hasOwner: head?.metadata.ownerReferences?.isEmpty == false,
        target: head?.spec?.scaleTargetRef)
    }
    return seen.values.sorted { $0.name < $1.name }
  }

  /// The workload that is meant by `deployment/NAME`.
  static func reference(_ text: String) throws(HarnessError) -> WorkloadReference {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let kind = WorkloadKind(name: parts[0]), !parts[1].isEmpty else {
      throw HarnessError(
        .usage, "--workload \(text): write \(WorkloadKind.spellings); other kinds cannot be judged")
    }
    return WorkloadReference(kind, parts[1])
  }

  /// The name that was asked for, or the only one; `nil` where there is none at all and none was asked for.
  private static func choice(
    _ asked: String?, among names: [String], what: String, option: String, path: String
  ) throws(HarnessError) -> String? {
    let list = names.joined(separator: ", ")
    if let asked {
      if names.contains(asked) { return asked }
      let seen = names.isEmpty ? "it shows none" : "it shows \(list)"
      let title = asked.contains("/") ? asked : "\(what) \"\(asked)\""
      throw HarnessError(.invalidInput, "\(path): there is no \(title) in the watch log; \(seen)")
    }
    if names.count > 1 {
      throw HarnessError(.usage, "\(path): the watch log shows several of kind \(what); choose with \(option): \(list)")
    }
    return names.first
  }
}
