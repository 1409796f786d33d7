import Foundation
import Harness
import KubernetesObjects
import RunRecording
import RunTimeline
import TestRecordings
import TestServers
import Testing

/// What a real control plane said of a Deployment, as Argo Rollouts would have said it of a Rollout of the same pods.
private enum ArgoStory {
  static func watchLog(of recording: String) throws -> Data {
    var stable: [String: JSONValue] = [:]
    let lines = try Recordings.text(recording).split(separator: UInt8(ascii: "\n")).map { line in
      // Before labels and owners are renamed, those of the workload itself are read.
      var entry = try JSONValue(json: Data(line))
      if entry["resource"]?.string == "deployments", let object = entry["object"] {
        entry["resource"] = "rollouts"
        entry["object"] = rollout(object, stable: &stable)
      }
      return String(decoding: try entry.json(), as: UTF8.self)
        .replacing("\"pod-template-hash\"", with: "\"rollouts-pod-template-hash\"")
        .replacing("\"kind\":\"Deployment\"", with: "\"kind\":\"Rollout\"")
    }
    return Data(lines.joined(separator: "\n").utf8)
  }

  private static func rollout(_ object: JSONValue, stable: inout [String: JSONValue]) -> JSONValue {
    if let items = object["items"]?.array {
      var list = object
      list["items"] = .array(items.map { rollout($0, stable: &stable) })
      return list
    }
    var told = object
    guard let uid = object["metadata", "uid"]?.string, let status = object["status"] else { return object }
    let revision = object["metadata", "annotations", "deployment.kubernetes.io/revision"] ?? .null
    let count = object["spec", "replicas"]
    let isDone = ["replicas", "updatedReplicas", "availableReplicas"].allSatisfy { status[$0] == count }
    if isDone || stable[uid] == nil { stable[uid] = revision }
    var counts = status
    counts["observedGeneration"] = (status["observedGeneration"]?.int).map { .string("\($0)") }
    counts["currentPodHash"] = revision
    counts["stableRS"] = stable[uid]
    told["status"] = counts
    return told
  }
}

@Suite("A Rollout of Argo Rollouts")
struct ArgoRolloutImportTests {
  @Test("is told as a Deployment that does the same", arguments: ["surge-and-rollout", "stuck-rollout-and-undo"])
  func sameStory(recording: String) throws {
    let deployment = try history(of: Recordings.text(recording))
    let rollout = try history(of: ArgoStory.watchLog(of: recording))

    #expect(rollout.watched.reference == WorkloadReference(.argoRollout, deployment.watched.reference.name))
    #expect(rollout.pods.map(\.name) == deployment.pods.map(\.name))
    #expect(rollout.pods.map(\.templateHash) == deployment.pods.map(\.templateHash))
    #expect(rollout.wantedReplicas == deployment.wantedReplicas)
    #expect(rollout.availableReplicas == deployment.availableReplicas)
    #expect(rollout.readyReplicas == deployment.readyReplicas)
    #expect(rollout.rollouts.map(\.started) == deployment.rollouts.map(\.started))
    #expect(rollout.rollouts.map(\.completed) == deployment.rollouts.map(\.completed))
    #expect(rollout.rollouts.map(\.stalled) == deployment.rollouts.map(\.stalled))
    #expect(!rollout.rollouts.isEmpty && rollout.rollouts.contains { $0.completed != nil })
  }

  private func history(of watchLog: Data) throws -> ClusterHistory {
    let folder = try TemporaryFolder()
    let log = try folder.write(String(decoding: watchLog, as: UTF8.self), to: "log.jsonl")
    let recording = folder.file()
    _ = try RecordingImport(
      watchLogs: [log], output: recording, workload: nil, autoscaler: nil, serverVersion: "1.36",
      version: ProgramVersion(commit: nil)
    ).execute()
    return try #require(try RecordingReader.timeline(path: recording).cluster)
  }
}
