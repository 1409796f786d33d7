import Expectations
import Foundation
import LoadFacts
import Profiles
import RunRecording
import RunTimeline
import TestServers
import Testing

/// A recording that an older version of the program left, with the verdicts that it gave.
///
/// Schema 1, by version 0.1.0: 40 seconds of the simulated cluster under a surge, one rescale, one route that always fails.
/// Schema 5, by version 0.5.0: 7 seconds of two routes of a small server, one of which fails, by two workers; no cluster.
struct OlderRecording {
  let folder: TemporaryFolder
  var path: String { folder.file() }

  init(schema: Int = 1) throws {
    folder = try TemporaryFolder()
    let original = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Resources/schema-\(schema).sqlite")
    try FileManager.default.copyItem(atPath: original.path(percentEncoded: false), toPath: folder.file())
  }

  func bytes() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
}

@Suite("Recordings of other schema versions")
struct OlderRecordingTests {
  @Test("A recording of schema 1 is read whole; what it could not hold is unknown and not zero")
  func reads() throws {
    let older = try OlderRecording()
    try #require(try sqlite3(older.path, "PRAGMA user_version") == "1")

    let timeline = try RecordingReader.timeline(path: older.path)

    #expect(timeline.run.endReason == .completed)
    #expect(timeline.run.endDetail == nil)
    #expect(timeline.phases.map(\.name) == ["calm", "surge"])
    #expect(timeline.phases.allSatisfy { $0.stream.isEmpty && $0.users == nil && $0.think == nil })
    #expect(timeline.load.reduce(0) { $0 + $1.offered } == 540)
    #expect(timeline.failures.count == 60)
    #expect(timeline.failures.allSatisfy { $0.times == nil && $0.reusedConnection == nil && $0.localPort != nil })
    #expect(timeline.generator.contains { $0.processCPU > 0 })
    #expect(timeline.generator.allSatisfy { $0.steal == nil && $0.openConnections == nil && $0.ephemeralPorts == nil })
    #expect(timeline.connections.isEmpty)
    #expect(timeline.cluster?.wantedReplicas.segments.compactMap(\.range).last == 2...2)
  }

  @Test("Reading leaves an older file as it is, and nothing beside it")
  func readsWithoutWriting() throws {
    let older = try OlderRecording()
    let before = try older.bytes()
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: older.path)

    _ = try RecordingReader.timeline(path: older.path)
    _ = try RecordingReader.judgings(path: older.path)

    #expect(try older.bytes() == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: older.folder.path) == ["run.sqlite"])
  }

  @Test(
    "Of lateness a recording of schema 5 has the figures that it kept, whose bounds stay what they were, and no values")
  func figuresOfLateness() throws {
    let older = try OlderRecording(schema: 5)
    try #require(try sqlite3(older.path, "PRAGMA user_version") == "5")
    let kept = try sqlite3(
      older.path,
      """
      SELECT lateness_p50_us, lateness_p99_us, lateness_max_us, machine_lateness_p99_us, machine_lateness_max_us
      FROM generator ORDER BY id
      """
    ).split(separator: "\n").map { $0.split(separator: "|").compactMap { Int64($0) } }

    let timeline = try RecordingReader.timeline(path: older.path)

    #expect(kept.count == 7 && kept.allSatisfy { $0.count == 5 })
    let read = timeline.generator.map { sample in
      [
        sample.latenessP50, sample.latenessP99, sample.latenessMax, sample.machineLatenessP99,
        sample.machineLatenessMax,
      ].map { $0 ?? .seconds(-1) }
    }
    #expect(read == kept.map { $0.map { .microseconds($0) } })
    #expect(timeline.generator.allSatisfy { !$0.lateness.hasValues && $0.machineLateness?.hasValues == false })
    #expect(timeline.generator.allSatisfy { $0.source.isEmpty } && timeline.load.allSatisfy { $0.source.isEmpty })
    #expect(timeline.load.reduce(0) { $0 + $1.offered } == 300 && timeline.load.count == 14)
    #expect(timeline.connections.reduce(0) { $0 + $1.requests } == 300)
  }

  @Test("An older recording is judged as the program that made it judged", arguments: [1, 5])
  func sameVerdicts(schema: Int) throws {
    let older = try OlderRecording(schema: schema)
    let timeline = try RecordingReader.timeline(path: older.path)
    let profile = try ProfileReader.read(text: timeline.run.profileText, source: timeline.run.profileSource)

    let judgements = Judge.judge(profile.expectations, on: timeline)

    let recorded = try #require(try RecordingReader.judgings(path: older.path).first).verdicts
    #expect(Set(recorded.map(\.verdict)).isSuperset(of: ["pass", "fail"]))
    #expect(judgements.map(\.name) == recorded.map(\.name))
    #expect(judgements.map(\.verdict.rawValue) == recorded.map(\.verdict))
  }

  @Test("Keeping a new judgement brings an older file to the newest schema, and its views with it", arguments: [1, 5])
  func upgrades(schema: Int) throws {
    let older = try OlderRecording(schema: schema)
    let latency = try sqlite3(older.path, "SELECT seconds, route, offered, count, failed, p99_ms FROM latency")
    let errors = try sqlite3(older.path, "SELECT * FROM errors")
    let before = try RecordingReader.timeline(path: older.path)
    let observations = try RecordingReader.observations(path: older.path)
    let first = try #require(try RecordingReader.judgings(path: older.path).first)

    try RecordingVerdicts.append(first, path: older.path)

    #expect(try sqlite3(older.path, "PRAGMA user_version") == "9")
    #expect(
      try sqlite3(older.path, "SELECT called, w.workload_kind, workload_name = deployment FROM workload w, run")
        == (schema == 1 ? "|deployment|1" : ""))
    #expect(try RecordingReader.judgings(path: older.path) == [first, first])
    let after = try RecordingReader.timeline(path: older.path)
    #expect(after.load == before.load)
    #expect(after.failures == before.failures)
    #expect(after.generator == before.generator)
    #expect(try RecordingReader.observations(path: older.path) == observations)
    #expect(after.connections == before.connections)
    #expect(try sqlite3(older.path, "SELECT seconds, route, offered, count, failed, p99_ms FROM latency") == latency)
    #expect(try sqlite3(older.path, "SELECT * FROM errors") == errors)
    #expect(
      try sqlite3(older.path, "SELECT DISTINCT source FROM latency UNION SELECT source FROM generator_health") == "")
    #expect(
      try sqlite3(older.path, "SELECT detail FROM timeline WHERE what = 'phase starts'")
        == (schema == 1 ? "60.0/s to 60.0/s\n300.0/s to 300.0/s" : "60.0/s to 60.0/s\n20.0/s to 20.0/s"))
  }

  @Test("A recording of a newer schema is refused in one sentence that says what to do")
  func newer() throws {
    let older = try OlderRecording()
    _ = try sqlite3(older.path, "PRAGMA user_version = 10")

    let error = #expect(throws: RecordingError.self) { try RecordingReader.timeline(path: older.path) }

    #expect(
      error?.description
        == "\(older.path): the recording has schema version 10, and this program knows versions up to 9; "
        + "use the version of scaleproof that wrote it, or a newer one")
  }
}
