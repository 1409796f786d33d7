import Expectations
import Foundation
import LoadFacts
import Profiles
import RunRecording
import RunTimeline
import TestServers
import Testing

/// A recording that version 0.1.0 of the program left, with the verdicts that it gave: 40 seconds of the simulated
/// cluster under a surge, one rescale, one route that always fails.
struct OlderRecording {
  let folder: TemporaryFolder
  var path: String { folder.file() }

  init() throws {
    folder = try TemporaryFolder()
    let original = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Resources/schema-1.sqlite")
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

  @Test("An older recording is judged as the program that made it judged")
  func sameVerdicts() throws {
    let older = try OlderRecording()
    let timeline = try RecordingReader.timeline(path: older.path)
    let profile = try ProfileReader.read(text: timeline.run.profileText, source: timeline.run.profileSource)

    let judgements = Judge.judge(profile.expectations, on: timeline)

    let recorded = try #require(try RecordingReader.judgings(path: older.path).first).verdicts
    #expect(Set(recorded.map(\.verdict)) == ["pass", "fail", "inconclusive"])
    #expect(judgements.map(\.name) == recorded.map(\.name))
    #expect(judgements.map(\.verdict.rawValue) == recorded.map(\.verdict))
  }

  @Test("Keeping a new judgement brings an older file to the newest schema, and its views with it")
  func upgrades() throws {
    let older = try OlderRecording()
    let before = try RecordingReader.timeline(path: older.path)
    let observations = try RecordingReader.observations(path: older.path)
    let first = try #require(try RecordingReader.judgings(path: older.path).first)

    try RecordingVerdicts.append(first, path: older.path)

    #expect(try sqlite3(older.path, "PRAGMA user_version") == "6")
    #expect(try RecordingReader.judgings(path: older.path) == [first, first])
    let after = try RecordingReader.timeline(path: older.path)
    #expect(after.load == before.load)
    #expect(after.failures == before.failures)
    #expect(after.generator == before.generator)
    #expect(try RecordingReader.observations(path: older.path) == observations)
    #expect(try sqlite3(older.path, "SELECT count(*) FROM connections") == "0")
    #expect(
      try sqlite3(older.path, "SELECT detail FROM timeline WHERE what = 'phase starts'")
        == "60.0/s to 60.0/s\n300.0/s to 300.0/s")
  }

  @Test("A recording of a newer schema is refused in one sentence that says what to do")
  func newer() throws {
    let older = try OlderRecording()
    _ = try sqlite3(older.path, "PRAGMA user_version = 7")

    let error = #expect(throws: RecordingError.self) { try RecordingReader.timeline(path: older.path) }

    #expect(
      error?.description
        == "\(older.path): the recording has schema version 7, and this program knows versions up to 6; "
        + "use the version of scaleproof that wrote it, or a newer one")
  }
}
