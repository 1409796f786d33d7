import Foundation
import RunRecording
import RunTimeline
import TestServers
import Testing

@Suite("Numbers that no run can have", .timeLimit(.minutes(10)))
struct DamagedNumbersTests {
  @Test("A number far out of range in any column is damage, told by table, column and row")
  func everyColumn() throws {
    let folder = try TemporaryFolder()
    let writer = try RecordingWriter(path: folder.file(), run: SampleRun.description)
    SampleRun.write(to: writer)
    try writer.finish(endedAt: .seconds(120), reason: .completed)
    let columns = try sqlite3(
      folder.file(),
      """
      SELECT m.name, c.name, c.type FROM sqlite_schema m JOIN pragma_table_info(m.name) c
      WHERE m.type = 'table' AND c.type IN ('INTEGER', 'REAL') AND c.pk = 0
      """
    ).split(separator: "\n").map { $0.split(separator: "|").map(String.init) }
    try #require(columns.count > 60)

    for column in columns where try sqlite3(folder.file(), "SELECT count(*) FROM \(column[0])") != "0" {
      for number in column[2] == "REAL"
        ? ["1e300", "-1e300", "9e999"] : ["9223372036854775807", "-9223372036854775808"]
      {
        let copy = folder.file("\(column[0])-\(column[1]).sqlite")
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.copyItem(atPath: folder.file(), toPath: copy)
        let said = try sqlite3(
          copy, "UPDATE \(column[0]) SET \(column[1]) = \(number) WHERE rowid = (SELECT max(rowid) FROM \(column[0]))")
        try #require(said.isEmpty, "\(said)")

        let error = #expect(throws: RecordingError.self, "\(column) = \(number)") {
          try RecordingReader.timeline(path: copy)
        }

        guard case .damaged(_, let reason)? = error else {
          Issue.record("\(column) = \(number): \(String(describing: error))")
          continue
        }
        #expect(reason.hasPrefix("\(column[0]).\(column[1]) is "), "\(reason)")
        #expect(reason.hasSuffix(", which no run can have"), "\(reason)")
      }
    }
  }

  @Test("A schema version that never was is damage", arguments: [-1, 0, -2_147_483_648])
  func schemaVersion(version: Int) throws {
    let folder = try TemporaryFolder()
    let writer = try RecordingWriter(path: folder.file(), run: SampleRun.description)
    try writer.finish(endedAt: .seconds(1), reason: .completed)
    _ = try sqlite3(folder.file(), "PRAGMA user_version = \(version)")

    let error = #expect(throws: RecordingError.self) { try RecordingReader.timeline(path: folder.file()) }

    #expect(error.map { "\($0)" }?.contains("its schema version is \(version)") == true)
  }
}
