import Foundation
import RunRecording
import RunTimeline
import TestServers
import Testing

/// A recording that no run has written is refused where it is read, so that nothing behind computes with its numbers.
@Suite("A recording that somebody has changed", .timeLimit(.minutes(3)))
struct TamperedRecordingTests {
  private func complaint(after sql: String) throws -> String? {
    let folder = try TemporaryFolder()
    let writer = try RecordingWriter(path: folder.file(), run: SampleRun.description)
    SampleRun.write(to: writer)
    try writer.finish(endedAt: .seconds(120), reason: .completed)
    #expect(try sqlite3(folder.file(), sql) == "", "the change itself has to succeed")
    do {
      _ = try RecordingReader.timeline(path: folder.file())
      return nil
    } catch {
      #expect("\(error)".hasPrefix("\(folder.file()): the recording is damaged: "), "\(error)")
      return "\(error)".replacingOccurrences(of: "\(folder.file()): the recording is damaged: ", with: "")
    }
  }

  @Test(
    "is refused where tables are missing, rows contradict themselves, or values are none",
    arguments: [
      ("DROP TABLE phase", "the table phase is missing"),
      (
        "UPDATE generator SET end_us = -5 WHERE id = 1",
        "row 1 of generator says start_us = 0, which is more than end_us = -5"
      ),
      (
        "UPDATE load_interval SET sent = 5 WHERE id = 1",
        "row 1 of load_interval says sent + dropped = 6, which is more than offered = 5"
      ),
      (
        "UPDATE load_interval SET completed = 4 WHERE outcome = '502'",
        "4 requests ended as 502, and there are latencies of 1"
      ),
      (
        "UPDATE load_interval SET from_due = x'0102' WHERE outcome = '502'",
        "the head of a histogram is cut short or out of range"
      ),
      (
        "UPDATE generator SET machine_lateness = x'01' WHERE machine_lateness IS NOT NULL",
        "the head of a histogram is cut short or out of range"
      ),
      ("UPDATE run SET end_reason = 'boredom'", "\"boredom\" is no reason for the end of a run"),
    ])
  func refused(_ change: (sql: String, complaint: String)) throws {
    #expect(try complaint(after: change.sql) == change.complaint)
  }

  @Test("is read where only what may vary was changed")
  func harmless() throws {
    #expect(try complaint(after: "UPDATE run SET name = 'other'; DELETE FROM failure") == nil)
  }
}
