import Foundation
import KubernetesObjects
import RunTimeline

/// The workload and the autoscaler of a watch log: those that were asked for, or the only ones.
struct ImportedCluster {
  let description: ClusterDescription

  init(_ log: ImportedLog, workload: String?, autoscaler: String?, path: String) throws(HarnessError) {
    let shown = WorkloadKind.allCases.flatMap { kind in
      Self.objects(of: kind.resource, in: log).map { (reference: WorkloadReference(kind, $0.name), found: $0) }
    }
    var workloads = shown.filter { $0.found.owner == nil }.map { ($0.reference, $0.found.namespace) }
    let autoscalers = Self.objects(of: HorizontalPodAutoscaler.resource, in: log)
    let asked = try workload.map { text throws(HarnessError) in try Self.reference(text) }
    if let owned = shown.first(where: { $0.reference == asked }), let owner = owned.found.owner {
      // What we do not know may look after whatever it likes.
      if let kind = WorkloadKind.allCases.first(where: { $0.title == owner.kind }) {
        let better = WorkloadReference(kind, owner.name).text
        throw HarnessError(
          .usage,
          "\(path): \(owned.reference.text) belongs to \(better), which makes and scales it: choose that, with --workload "
            + better)
      }
      workloads.append((owned.reference, owned.found.namespace))
    }
    let hpa = try Self.choice(
      autoscaler, among: autoscalers.map(\.name), what: "HorizontalPodAutoscaler", option: "--hpa", path: path)
    let target = autoscalers.first { $0.name == hpa }?.target
    let scaled = workloads.first { $0.0.kind.title == target?.kind && $0.0.name == target?.name }
    let titles = WorkloadKind.allCases.map(\.title).joined(separator: " or ")
    let chosen = try Self.choice(
      (asked ?? scaled?.0)?.text, among: workloads.map(\.0.text), what: titles, option: "--workload",
      path: path)
    guard let found = workloads.first(where: { $0.0.text == chosen }) else {
      throw HarnessError(.invalidInput, "\(path): the watch log shows no \(titles), so that there is nothing to judge")
    }
    description = ClusterDescription(
      context: "imported", namespace: found.1 ?? "default", workload: found.0, autoscaler: hpa)
  }

  private struct Found {
    var name: String
    var namespace: String?
    /// Whether something else looks after it, as a Deployment does after its ReplicaSets.
    var owner: OwnerReference?
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
        name: name, namespace: head?.metadata.namespace,
        owner: head?.metadata.ownerReferences?.first { $0.controller == true } ?? head?.metadata.ownerReferences?.first,
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
