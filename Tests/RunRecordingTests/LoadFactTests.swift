import Arrivals
import Foundation
import KubernetesObjects
import LoadFacts
import RandomFacts
import RunRecording
import RunTimeline
import Statistics
import TestServers
import Testing

@Suite("Facts of a load in a file", .timeLimit(.minutes(5)))
struct LoadFactTests {
  private func write(_ snapshots: [LoadSnapshot], to path: String) throws {
    let writer = try RecordingWriter(path: path, run: SampleRun.description)
    for snapshot in snapshots {
      writer.append(load: snapshot.intervals)
      writer.append(failures: snapshot.failures)
      writer.append(connections: snapshot.connections)
      writer.append(generator: snapshot.generator)
      // Each part in a transaction of its own.
      try writer.flush()
    }
    try writer.finish(endedAt: .seconds(10), reason: .completed)
  }

  /// Every row of the tables of a load, histograms in full.
  private func rows(_ path: String, _ tables: String...) throws -> [String] {
    try tables.map { try sqlite3(path, ".dump \($0)") }
  }

  @Test(
    "What several told in parts leaves the same bytes as what one has counted, added up in whatever order and groups",
    arguments: 1...12 as ClosedRange<UInt64>)
  func merged(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (parts, whole) = LoadSnapshot.randomParts(&random)
    let folder = try TemporaryFolder()

    try write([LoadSnapshot.merging(parts, &random)], to: folder.file("merged"))
    try write([whole], to: folder.file("whole"))

    let merged = try rows(folder.file("merged"), "load_interval", "failure", "connection", "generator")
    #expect(
      merged == (try rows(folder.file("whole"), "load_interval", "failure", "connection", "generator")), "seed \(seed)")
    let read = try RecordingReader.timeline(path: folder.file("merged"))
    #expect(
      LoadSnapshot(
        intervals: read.load, failures: read.failures, connections: read.connections, generator: read.generator)
        == whole,
      "seed \(seed)")
  }

  @Test(
    "Counts that come part by part, late ones last, are kept as one row for one thing",
    arguments: 1...6 as ClosedRange<UInt64>)
  func partByPart(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (parts, whole) = LoadSnapshot.randomParts(&random)
    let folder = try TemporaryFolder()

    try write(parts.shuffled(using: &random), to: folder.file("parts"))
    try write([whole], to: folder.file("whole"))

    func intervals(_ name: String) throws -> String {
      try sqlite3(
        folder.file(name),
        """
        SELECT start_us, end_us, route, source, outcome, version, offered, sent, dropped, late, late_by_machine, failed,
          completed, bytes, p50_us, p95_us, p99_us, max_us, hex(from_due), hex(from_send)
        FROM load_interval ORDER BY start_us, route, source, outcome, version
        """)
    }
    #expect(try intervals("parts") == intervals("whole"), "seed \(seed)")
    let read = try RecordingReader.timeline(path: folder.file("parts"))
    #expect(
      LoadSnapshot(
        intervals: read.load, failures: read.failures, connections: read.connections, generator: read.generator)
        == whole,
      "seed \(seed)")
  }

  @Test("Processes that sent together stand side by side; errors and connections are told of all of them")
  func sources() throws {
    let folder = try TemporaryFolder()
    let snapshot = LoadSnapshot(
      intervals: ["", "load-1"].map { source in
        LoadInterval(
          start: .zero, end: .seconds(1), route: "list", source: source, offered: source.isEmpty ? 3 : 4, sent: 3,
          lateByMachine: 0,
          outcomes: [
            SampleRun.tally("200", [1, 2]), SampleRun.tally("502", source.isEmpty ? [9] : [9, 10]),
          ])
      },
      connections: ["", "load-1"].map { source in
        ConnectionTally(
          start: .zero, end: .seconds(1), address: "10.0.0.1:80", source: source,
          ConnectionCount(opened: 2, reused: 5, mostRequests: source.isEmpty ? 3 : 4))
      })

    try write([snapshot], to: folder.file())

    #expect(try RecordingReader.timeline(path: folder.file()).load == snapshot.intervals)
    #expect(
      try sqlite3(folder.file(), "SELECT seconds, route, offered, count, failed, max_ms, source FROM latency")
        == "0.0|list|3|3|1|9.0|\n0.0|list|4|4|2|10.0|load-1")
    #expect(try sqlite3(folder.file(), "SELECT * FROM errors") == "0.0|list|502||3")
    #expect(try sqlite3(folder.file(), "SELECT * FROM connections") == "10.0.0.1:80|4|10|0|3.5|4|0")
  }
}
