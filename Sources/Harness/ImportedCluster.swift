import Foundation
import KubernetesObjects
import RunTimeline

/// The workload and the autoscaler of a watch log: those that were asked for, or the only ones.
struct ImportedCluster {
  let description: ClusterDescription

  init(_ log: ImportedLog, workload: String?, autoscaler: String?, path: String) throws(HarnessError) {
    let deployments = Self.names(of: Deployment.resource.plural, in: log)
    let autoscalers = Self.names(of: HorizontalPodAutoscaler.resource.plural, in: log)
    let asked = try workload.map { text throws(HarnessError) in try Self.deployment(text) }
    let hpa = try Self.choice(
      autoscaler, among: autoscalers.map(\.name), what: "HorizontalPodAutoscaler", option: "--hpa", path: path)
    let target = autoscalers.first { $0.name == hpa }?.target
    let found = asked ?? target.flatMap { name in deployments.contains { $0.name == name } ? name : nil }
    guard
      let deployment = try Self.choice(
        found, among: deployments.map(\.name), what: "Deployment", option: "--workload", path: path)
    else {
      throw HarnessError(.invalidInput, "\(path): the watch log shows no Deployment, so that there is nothing to judge")
    }
    let namespace = deployments.first { $0.name == deployment }?.namespace ?? "default"
    description = ClusterDescription(
      context: "imported", namespace: namespace, deployment: deployment, autoscaler: hpa)
  }

  private struct Found {
    var name: String
    var namespace: String?
    /// For an autoscaler: the name of what it scales.
    var target: String?
  }

  private struct Head: Decodable {
    let metadata: ObjectMetadata
    let spec: Spec?

    struct Spec: Decodable {
      let scaleTargetRef: Reference?
    }

    struct Reference: Decodable {
      let name: String
    }
  }

  private static func names(of resource: String, in log: ImportedLog) -> [Found] {
    var seen: [String: Found] = [:]
    for observation in log.observations where observation.resource == resource {
      guard let name = observation.name, seen[name] == nil, let object = observation.object else { continue }
      let head = try? JSONDecoder().decode(Head.self, from: object)
      seen[name] = Found(name: name, namespace: head?.metadata.namespace, target: head?.spec?.scaleTargetRef?.name)
    }
    return seen.values.sorted { $0.name < $1.name }
  }

  /// The name in `deployment/NAME`.
  static func deployment(_ text: String) throws(HarnessError) -> String {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, ["deployment", "deployments", "deploy"].contains(parts[0]), !parts[1].isEmpty else {
      throw HarnessError(.usage, "--workload \(text): write deployment/NAME; other kinds cannot be judged")
    }
    return parts[1]
  }

  /// The name that was asked for, or the only one; `nil` where there is none at all and none was asked for.
  private static func choice(
    _ asked: String?, among names: [String], what: String, option: String, path: String
  ) throws(HarnessError) -> String? {
    let list = names.joined(separator: ", ")
    if let asked {
      if names.contains(asked) { return asked }
      let seen = names.isEmpty ? "it shows none" : "it shows \(list)"
      throw HarnessError(.invalidInput, "\(path): there is no \(what) \"\(asked)\" in the watch log; \(seen)")
    }
    if names.count > 1 {
      throw HarnessError(.usage, "\(path): the watch log shows several of kind \(what); choose with \(option): \(list)")
    }
    return names.first
  }
}
