import Expectations
import Foundation
import Profiles

/// Writes the reports of a recording anew.
package struct ReportWriting {
  let recording: String
  let output: String?

  package init(recording: String, output: String?) {
    self.recording = recording
    self.output = output
  }

  package func execute() throws -> ExitStatus {
    let timeline = try RecordingAccess.timeline(recording)
    let profile = try RecordingAccess.profile(of: timeline, in: recording)
    let judgements = Judge.judge(profile.expectations, on: timeline)
    let folder = output ?? URL(fileURLWithPath: recording).deletingLastPathComponent().relativePath
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw HarnessError(.refused, "\(folder): the folder cannot be made: \(error.localizedDescription)")
    }
    let files = RunOutput(folder: folder)
    try ReportFiles(output: files).write(timeline, judgements)
    StandardOutput.line(files.html)
    return .passed
  }
}
