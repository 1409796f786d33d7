import Foundation
import KubernetesObjects
import Profiles
import Testing
import Units

@Suite("The ready profiles")
struct ReadyProfileTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Profiles").standardizedFileURL

  private static let names = ["surge-and-rollout", "rollout-without-prestop", "statefulset", "two-services"]

  @Test("are valid, and their connections carry their load", arguments: names)
  func areValid(name: String) throws {
    let file = Self.folder.appending(path: "\(name).yaml")

    let profile = try ProfileReader.read(text: String(contentsOf: file, encoding: .utf8), source: file.path)

    #expect(profile.name == name)
    #expect(!profile.expectations.isEmpty)
    #expect(LoadCapacity.warnings(profile).map(\.description).isEmpty)
  }

  @Test("name manifests that can be read", arguments: names)
  func manifests(name: String) throws {
    let file = Self.folder.appending(path: "\(name).yaml")
    let profile = try ProfileReader.read(text: String(contentsOf: file, encoding: .utf8), source: file.path)
    guard case .simulated(let simulation) = profile.cluster?.kind else {
      Issue.record("not simulated")
      return
    }

    let files = try simulation.manifests.flatMap { entry -> [URL] in
      let path = Self.folder.appending(path: entry)
      guard !entry.hasSuffix(".yaml") else { return [path] }
      return try FileManager.default.contentsOfDirectory(at: path, includingPropertiesForKeys: nil)
    }
    let kinds = try files.flatMap { file in
      try ManifestReader.read(text: String(contentsOf: file, encoding: .utf8), source: file.path).map(\.kind)
    }

    let workload = name == "statefulset" ? "StatefulSet" : "Deployment"
    #expect(Set(kinds) == ["HorizontalPodAutoscaler", "Ingress", "Service", workload])
    #expect(kinds.filter { $0 == workload }.count == profile.cluster?.workloads.all.count)
  }

  @Test("Surge and rollout asks what everybody asks of a release")
  func firstQuestions() throws {
    let asked: [KindName] = [
      .scaleUp, .scaleDown, .steadyReplicas, .latency, .errorBudget, .availabilityFloor, .rolloutCompletes, .throughput,
      .hpaConformance, .withinCorridor,
    ]
    let file = Self.folder.appending(path: "surge-and-rollout.yaml")

    let text = try String(contentsOf: file, encoding: .utf8)

    for kind in asked.map(\.rawValue) { #expect(text.contains("\(kind):"), "\(kind)") }
  }
}
