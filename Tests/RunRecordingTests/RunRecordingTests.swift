import Foundation
import KubernetesObjects
import RunRecording
import RunTimeline
import Statistics
import Testing

/// A folder of its own for each test, gone when the test is over.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("recording-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String = "run.sqlite") -> String { "\(path)/\(name)" }
}

/// Parts of a small run that uses every field.
enum SampleRun {
  static let description = RunDescription(
    name: "surge", toolVersion: "1.2.3", profileText: "kind: Profile\n", profileSource: "Profiles/surge.yaml",
    startedAt: KubernetesTime(microseconds: 1_795_456_622_069_768), timeScale: 20,
    cluster: ClusterDescription(
      context: "simulated", namespace: "production", deployment: "web", autoscaler: "web-hpa", serverVersion: "v1.36.0"),
    environment: ["seed": "7"])

  static let phases = [
    PhaseSpan(
      name: "calm", plannedStart: .zero, plannedEnd: .seconds(60), startRate: 200, endRate: 200, start: .zero,
      end: .milliseconds(60_001)),
    PhaseSpan(
      name: "surge", plannedStart: .seconds(60), plannedEnd: .seconds(120), startRate: 200, endRate: 1400.5),
  ]

  static let actions = [
    ActionSpan(
      name: "release", summary: "rollout: set image", plannedAt: .seconds(90), sent: .milliseconds(90_001),
      answered: .milliseconds(90_020), generation: 4, problem: nil),
    ActionSpan(name: "late", summary: "restart", plannedAt: .seconds(100), problem: "never started"),
  ]

  static let failures = [
    FailedRequest(
      due: .seconds(1), sent: .milliseconds(1_001), completed: .milliseconds(1_500), route: "list", outcome: "502",
      curlCode: 0, systemError: nil, status: 502, localPort: 40_000, remoteAddress: "127.0.0.1:8443", pod: "web-1",
      version: "v1"),
    FailedRequest(due: .seconds(2), sent: nil, completed: .seconds(3), route: "order", outcome: "dropped"),
  ]

  static let generator = [
    GeneratorSample(
      start: .zero, end: .seconds(1), latenessP50: .microseconds(20), latenessP99: .microseconds(300),
      latenessMax: .milliseconds(2), processCPU: 0.25, busiestWorkerCPU: 0.2, connectionsOpened: 10, inFlight: 3,
      queued: 0)
  ]

  static func tally(_ outcome: String, _ milliseconds: [Int], version: String? = nil) -> OutcomeTally {
    var fromDue = LatencyHistogram()
    var fromSend = LatencyHistogram()
    for value in milliseconds {
      fromDue.record(microseconds: value * 1_000)
      fromSend.record(microseconds: value * 900)
    }
    return OutcomeTally(
      outcome: outcome, failed: outcome != "200", version: version, completed: milliseconds.count,
      bytes: milliseconds.count * 10, fromDue: fromDue, fromSend: fromSend)
  }

  static let load = [
    LoadInterval(
      start: .zero, end: .seconds(1), route: "list", offered: 5, sent: 4, dropped: 1, late: 1,
      outcomes: [tally("200", [1, 2, 3], version: "v1"), tally("502", [9])]),
    LoadInterval(start: .zero, end: .seconds(1), route: "order", offered: 1, sent: 1, outcomes: [tally("200", [4])]),
    LoadInterval(start: .seconds(1), end: .seconds(2), route: "list", offered: 0, sent: 0, outcomes: []),
  ]

  static func deployment(_ replicas: Int, version: Int, at instant: Duration, kind: Observation.Kind) -> Observation {
    let object =
      #"{"metadata":{"name":"web","uid":"d1","resourceVersion":"\#(version)","#
      + #""annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"password\":\"hunter2\"}"}},"#
      + #""spec":{"replicas":\#(replicas),"template":{"spec":{"containers":[]}}},"status":{"replicas":\#(replicas)}}"#
    return Observation(
      sent: instant - .milliseconds(5), received: instant, resource: "deployments", kind: kind, name: "web", uid: "d1",
      resourceVersion: "\(version)", object: Data(object.utf8))
  }

  static let observations = [
    deployment(3, version: 10, at: .seconds(1), kind: .listed),
    Observation(
      sent: .milliseconds(995), received: .seconds(1), resource: "deployments", kind: .list, resourceVersion: "11"),
    deployment(7, version: 20, at: .seconds(5), kind: .modified),
    Observation(sent: .seconds(6), received: .seconds(7), resource: "pods", kind: .gap, message: "connection refused"),
  ]

  static func write(to writer: RecordingWriter) {
    writer.set(phases: phases)
    writer.set(actions: actions)
    writer.append(load: load)
    writer.append(failures: failures)
    writer.append(generator: generator)
    writer.append(observations: observations)
    writer.append(clock: clock, at: .seconds(1))
  }

  static let clock = ServerClock(
    runStart: description.startedAt, offset: .milliseconds(-5) ... .milliseconds(7), skew: .milliseconds(100))
}

/// Runs the `sqlite3` program on a file.
func sqlite3(_ path: String, _ sql: String) throws -> String {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
  process.arguments = ["-separator", "|", path, sql]
  let output = Pipe()
  process.standardOutput = output
  process.standardError = output
  try process.run()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  return text.trimmingCharacters(in: .newlines)
}

@Suite("A run in a file")
struct RunRecordingTests {
  @Test("What is written is read back equal, and one file is left")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let writer = try RecordingWriter(path: folder.file(), run: SampleRun.description)
    SampleRun.write(to: writer)
    try writer.finish(endedAt: .seconds(120), reason: .completed)

    let timeline = try RecordingReader.timeline(path: folder.file())

    var run = SampleRun.description
    run.endedAt = .seconds(120)
    run.endReason = .completed
    #expect(timeline.run == run)
    #expect(timeline.phases == SampleRun.phases)
    #expect(timeline.actions == SampleRun.actions)
    #expect(timeline.load == SampleRun.load)
    #expect(timeline.failures == SampleRun.failures)
    #expect(timeline.generator == SampleRun.generator)
    #expect(timeline.clock == SampleRun.clock)
    #expect(timeline.observations.map(\.kind) == SampleRun.observations.map(\.kind))
    #expect(timeline.observations.map(\.received) == SampleRun.observations.map(\.received))
    #expect(timeline.cluster?.wantedReplicas.range(at: .seconds(5)) == 7...7)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run.sqlite"])
  }

  @Test("Later counts of an interval join those before, and so do their latencies")
  func lateCompletions() throws {
    let folder = try TemporaryFolder()
    let writer = try RecordingWriter(path: folder.file(), run: SampleRun.description)
    var early = SampleRun.load[1]
    early.outcomes = [SampleRun.tally("200", [1, 2])]
    var late = early
    late.offered = 0
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
    #expect(try RecordingReader.timeline(path: folder.file()).generator.count == 4_000)
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
          evidence: [.init(at: nil, text: "a"), .init(at: InstantBounds(exactly: .seconds(1)), text: "b")])
      ])
    try RecordingVerdicts.append(judging, path: folder.file())
    try RecordingVerdicts.append(judging, path: folder.file())
    #expect(try RecordingReader.judgings(path: folder.file()) == [judging, judging])
  }

  @Test("The sqlite3 program reads the views")
  func views() throws {
    let folder = try TemporaryFolder()
    let writer = try RecordingWriter(path: folder.file(), run: SampleRun.description)
    SampleRun.write(to: writer)
    try writer.finish(endedAt: .seconds(120), reason: .completed)
    let file = folder.file()
    #expect(try sqlite3(file, "SELECT seconds, wanted, current FROM replicas") == "1.0|3|3\n5.0|7|7")
    #expect(try sqlite3(file, "SELECT route, count, failed FROM latency WHERE offered > 0") == "list|4|1\norder|1|0")
    #expect(try sqlite3(file, "SELECT seconds, route, outcome, count FROM errors") == "0.0|list|502|1")
    #expect(try sqlite3(file, "SELECT count(*) FROM pods") == "0")
    let timeline = try sqlite3(file, "SELECT what, detail FROM timeline")
    #expect(timeline.contains("rescale|3 -> 7"))
    #expect(timeline.contains("gap|connection refused"))
    #expect(timeline.hasSuffix("run ends|completed"))
  }
}
