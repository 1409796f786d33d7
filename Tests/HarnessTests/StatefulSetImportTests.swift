import Harness
import KubernetesObjects
import RunRecording
import RunTimeline
import TestRecordings
import TestServers
import Testing

@Suite("Import of what kubectl printed of a StatefulSet", .serialized)
struct StatefulSetImportTests {
  @Test(
    "every form of kubectl's output makes a recording of the StatefulSet that its autoscaler scales, asked for or found",
    arguments: KubectlText.Form.allCases, [nil, "statefulset/carts"])
  func imported(form: KubectlText.Form, workload: String?) throws {
    let folder = try TemporaryFolder()
    let logs = try KubectlText.write(try WatchedCluster.scaled(seed: 1).watchLog, form, into: folder.path)
    let recording = folder.file()

    _ = try RecordingImport(
      watchLogs: logs, output: recording, workload: workload, autoscaler: nil, serverVersion: "1.36",
      version: ProgramVersion(commit: nil)
    ).execute()

    let timeline = try RecordingReader.timeline(path: recording)
    let cluster = try #require(timeline.cluster)
    let notes = timeline.run.environment["what the logs tell"] ?? ""
    #expect(cluster.watched.reference == WorkloadReference(.statefulSet, "carts"))
    #expect(cluster.watched.autoscaler == "carts")
    #expect(cluster.wantedReplicas.segments.compactMap(\.range?.upperBound).max() == 6)
    #expect(cluster.pods.count >= 6)
    #expect(!notes.contains("passed over") && !notes.contains("no log has"), "\(notes)")
    let judged = try Evaluation(recording: recording, profile: nil, version: ProgramVersion(commit: nil)).execute()
    let explained = try Explanation(recording: recording).execute()
    let tellsTimes = [.arrived, .stamped].contains(form)
    #expect(tellsTimes ? judged == .passed : [.passed, .inconclusive].contains(judged))
    #expect(explained == .passed)
  }
}
