import Foundation
import KubernetesObjects
import LoadFacts
import RunRecording
import RunTimeline
import Statistics
import TestServers
import Testing

@Suite("A run in a file", .timeLimit(.minutes(10)))
struct RunRecordingTests {
  @Test("What is written is read back equal, and one file is left")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let writer = try RecordingWriter(path: folder.file(), run: SampleRun.description)
    SampleRun.write(to: writer)
    try writer.finish(endedAt: .seconds(120), reason: .aborted, detail: "too many errors: 12% over 10s")

    let timeline = try RecordingReader.timeline(path: folder.file())
    let observations = try RecordingReader.observations(path: folder.file())

    var run = SampleRun.description
    run.endedAt = .seconds(120)
    run.endReason = .aborted
    run.endDetail = "too many errors: 12% over 10s"
    #expect(timeline.run == run)
    #expect(timeline.phases == SampleRun.phases)
    #expect(timeline.actions == SampleRun.actions)
    #expect(timeline.faults == SampleRun.faults)
    #expect(timeline.load == SampleRun.load)
    #expect(timeline.failures == SampleRun.failures)
    #expect(timeline.generator == SampleRun.generator)
    #expect(timeline.connections == SampleRun.connections)
    #expect(timeline.clock == SampleRun.clock)
    #expect(timeline.observationCount == observations.count)
    #expect(observations.map(\.kind) == SampleRun.observations.map(\.kind))
    #expect(observations.map(\.received) == SampleRun.observations.map(\.received))
    #expect(timeline.cluster?.wantedReplicas.range(at: .seconds(5)) == 7...7)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run.sqlite"])
  }

  @Test("Several workloads are read back in their order, with a history each, and so is for which one an action was")
  func severalWorkloads() throws {
    let folder = try TemporaryFolder()
    var run = SampleRun.description
    run.cluster?.workloads = WatchedWorkloads(
      WatchedWorkload(name: "api", WorkloadReference(.deployment, "web"), autoscaler: "web-hpa"),
      others: [
        WatchedWorkload(name: "store", WorkloadReference(.statefulSet, "db")),
        WatchedWorkload(name: "pages", WorkloadReference(.deployment, "pages"), autoscaler: "pages"),
      ])
    var action = SampleRun.actions[0]
    action.workload = "pages"
    let writer = try RecordingWriter(path: folder.file(), run: run)
    SampleRun.write(to: writer)
    writer.set(actions: [action])
    try writer.finish(endedAt: .seconds(120), reason: .completed)

    let timeline = try RecordingReader.timeline(path: folder.file())

    #expect(timeline.run.cluster == run.cluster)
    #expect(timeline.actions == [action])
    #expect(timeline.clusters.map(\.watched) == run.cluster?.workloads.all)
    #expect(timeline.focused(on: "pages").cluster?.watched.name == "pages")
    #expect(timeline.focused(on: "pages").run.cluster?.workload == WorkloadReference(.deployment, "pages"))
    #expect(try sqlite3(folder.file(), "SELECT DISTINCT workload FROM replicas WHERE wanted IS NOT NULL") == "api")
  }

  @Test("Later counts of an interval join those before, and so do their latencies")
  func lateCompletions() throws {
    let folder = try TemporaryFolder()
    let writer = try RecordingWriter(path: folder.file(), run: SampleRun.description)
    var early = SampleRun.load[1]
    early.outcomes = [SampleRun.tally("200", [1, 2])]
    var late = early
    late.offered = 0
    late.sent = 0
    late.outcomes = [SampleRun.tally("200", [500]), SampleRun.tally("timeout", [900])]
    writer.append(load: [early])
    try writer.flush()
    writer.append(load: [late])
    try writer.finish(endedAt: .seconds(2), reason: .completed)

    let intervals = try RecordingReader.timeline(path: folder.file()).load

    #expect(intervals.count == 1)
    #expect(intervals.first?.offered == 1)
    #expect(intervals.first?.outcomes.map(\.completed) == [3, 1])
    #expect(intervals.first?.outcomes.first?.fromDue == SampleRun.tally("200", [1, 2, 500]).fromDue)
    #expect(try sqlite3(folder.file(), "SELECT count, failed, max_ms FROM latency") == "4|1|900.0")
  }

  @Test("A copy of the files of a running recording, as a kill leaves them, reads up to the last write")
  func killed() throws {
    let folder = try TemporaryFolder()
    let writer = try RecordingWriter(path: folder.file(), run: SampleRun.description)
    SampleRun.write(to: writer)
    try writer.flush()
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: folder.file() + suffix, toPath: folder.file("killed.sqlite") + suffix)
    }

    let timeline = try RecordingReader.timeline(path: folder.file("killed.sqlite"))

    #expect(timeline.run.endedAt == nil)
    #expect(timeline.run.endReason == nil)
    #expect(timeline.load == SampleRun.load)
    #expect(timeline.lastInstant == .milliseconds(60_001))
    try writer.finish(endedAt: .seconds(1), reason: .interrupted)
  }

  @Test("Secrets of applied manifests are in no byte of the file, and unchanged objects are stored once")
  func secrets() throws {
    let folder = try TemporaryFolder()
    let writer = try RecordingWriter(path: folder.file(), run: SampleRun.description)
    SampleRun.write(to: writer)
    writer.append(observations: [SampleRun.deployment(7, version: 20, at: .seconds(9), kind: .listed)])
    try writer.finish(endedAt: .seconds(10), reason: .completed)

    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file()))
    #expect(bytes.range(of: Data("hunter2".utf8)) == nil)
    #expect(try sqlite3(folder.file(), "SELECT count(*) FROM observation WHERE object IS NOT NULL") == "2")
  }

  @Test("Many threads may write at once")
  func concurrency() async throws {
    let folder = try TemporaryFolder()
    let writer = try RecordingWriter(path: folder.file(), run: SampleRun.description)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask { for _ in 0..<500 { writer.append(generator: SampleRun.generator) } }
      }
    }
    try writer.finish(endedAt: .seconds(1), reason: .completed)
    #expect(try RecordingReader.timeline(path: folder.file()).generator.count == 8_000)
  }

  @Test("What cannot be written or read is told by name")
  func errors() throws {
    let folder = try TemporaryFolder()
    #expect(throws: RecordingError.folderMissing(path: folder.file("missing"))) {
      try RecordingWriter(path: folder.file("missing/run.sqlite"), run: SampleRun.description)
    }
    #expect(throws: RecordingError.fileMissing(path: folder.file())) {
      try RecordingReader.timeline(path: folder.file())
    }
    let writer = try RecordingWriter(path: folder.file(), run: SampleRun.description)
    #expect(throws: RecordingError.fileExists(path: folder.file())) {
      try RecordingWriter(path: folder.file(), run: SampleRun.description)
    }
    try writer.finish(endedAt: .zero, reason: .failed)
    #expect(throws: RecordingError.alreadyFinished(path: folder.file())) {
      try writer.finish(endedAt: .zero, reason: .failed)
    }
    try Data("this is no database, only a text of some length".utf8).write(to: URL(fileURLWithPath: folder.file("x")))
    #expect(throws: RecordingError.self) { try RecordingReader.timeline(path: folder.file("x")) }
    #expect(try sqlite3(folder.file("other"), "CREATE TABLE t (a); SELECT 1") == "1")
    #expect(throws: RecordingError.self) { try RecordingReader.timeline(path: folder.file("other")) }
    _ = try sqlite3(folder.file(), "PRAGMA user_version = 99")
    let error = #expect(throws: RecordingError.self) { try RecordingReader.timeline(path: folder.file()) }
    guard case .newerSchema(_, 99, _) = error else { Issue.record("\(String(describing: error))"); return }
  }

  @Test("Verdicts are added, evaluation by evaluation")
  func verdicts() throws {
    let folder = try TemporaryFolder()
    try RecordingWriter(path: folder.file(), run: SampleRun.description).finish(endedAt: .zero, reason: .completed)
    let judging = Judging(
      at: KubernetesTime(microseconds: 1_000_000), toolVersion: "2",
      verdicts: [
        VerdictRow(
          name: "fast", kind: "latency", expected: "p99 < 1s", verdict: "fail", finding: "2s", reason: "why",
          window: InstantBounds(.seconds(1), .seconds(2)),
          evidence: [.init(at: nil, text: "a"), .init(at: InstantBounds(exactly: .seconds(1)), text: "b")],
          measurements: [
            .init(
              name: "latency.p99", unit: "ms", lowest: 1990.5, highest: nil,
              limit: .init(relation: "<", value: 1000)),
            .init(name: "requests.failed", unit: "count", lowest: nil, highest: 0.1, limit: nil),
          ])
      ])
    try RecordingVerdicts.append(judging, path: folder.file())
    try RecordingVerdicts.append(judging, path: folder.file())
    #expect(try RecordingReader.judgings(path: folder.file()) == [judging, judging])
    #expect(
      try sqlite3(folder.file(), "SELECT * FROM measurements")
        == "fast|fail|latency.p99|ms|1990.5||<|1000.0\nfast|fail|requests.failed|count||0.1||")
  }

  @Test("The views know that a Deployment was deleted, and that another bears its name")
  func deletionInViews() throws {
    func observation(_ kind: Observation.Kind, uid: String, at received: Double, wanted: Int) -> Observation {
      Observation(
        sent: .zero, received: .seconds(received), resource: "deployments", kind: kind, name: "web", uid: uid,
        object: Data(#"{"metadata": {"name": "web"}, "spec": {"replicas": \#(wanted)}}"#.utf8))
    }
    let folder = try TemporaryFolder()
    let writer = try RecordingWriter(path: folder.file(), run: SampleRun.description)
    writer.append(observations: [
      observation(.listed, uid: "a", at: 1, wanted: 3), observation(.deleted, uid: "a", at: 2, wanted: 3),
      observation(.added, uid: "b", at: 4, wanted: 2),
    ])
    try writer.finish(endedAt: .seconds(10), reason: .completed)

    #expect(try sqlite3(folder.file(), "SELECT seconds, wanted, ready FROM replicas") == "1.0|3|0\n2.0||\n4.0|2|0")
    #expect(
      try sqlite3(folder.file(), "SELECT seconds, what, subject FROM timeline WHERE what <> 'run ends'")
        == "2.0|deleted|Deployment web\n4.0|made anew|Deployment web")
  }

  @Test("The sqlite3 program reads the views")
  func views() throws {
    let folder = try TemporaryFolder()
    let writer = try RecordingWriter(path: folder.file(), run: SampleRun.description)
    SampleRun.write(to: writer)
    try writer.finish(endedAt: .seconds(120), reason: .aborted, detail: "too many errors")
    let file = folder.file()
    #expect(try sqlite3(file, "SELECT seconds, wanted, current FROM replicas") == "1.0|3|3\n5.0|7|7")
    #expect(try sqlite3(file, "SELECT route, count, failed FROM latency WHERE offered > 0") == "list|4|1\norder|1|0")
    #expect(try sqlite3(file, "SELECT seconds, route, outcome, count FROM errors") == "0.0|list|502|1")
    #expect(try sqlite3(file, "SELECT count(*) FROM pods") == "0")
    let timeline = try sqlite3(file, "SELECT what, detail FROM timeline")
    #expect(timeline.contains("rescale|3 -> 7"))
    #expect(timeline.contains("gap|connection refused"))
    #expect(timeline.contains("fault begins|when ready >= 8 FAILED: a problem"))
    #expect(timeline.contains("fault ends|"))
    #expect(timeline.contains("phase starts|50 users, 1.5 s of think time"))
    #expect(timeline.hasSuffix("run ends|aborted: too many errors"))
    #expect(
      try sqlite3(file, "SELECT * FROM connections") == "127.0.0.1:8443|12|108|2|10.0|17|0\n[::1]:8443|0|7|0||7|3")
    #expect(
      try sqlite3(file, "SELECT outcome, reused, connect_ms, tls_ms, first_byte_ms FROM failures")
        == "502|0|0.34|1.8|400.0\ndropped||||")
    #expect(
      try sqlite3(
        file, "SELECT lateness_p50_ms, lateness_max_ms, machine_lateness_p99_ms, source FROM generator_health")
        == "0.02|2.0||\n0.021|3.0|0.011|load-1")
    #expect(
      try sqlite3(file, "SELECT seconds, worker_cpu, run_queue_delay, steal FROM generator_health")
        == "1.0|20.0||\n2.0|45.0|12.5|1.5")
  }
}
