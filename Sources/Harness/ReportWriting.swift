import Expectations
import Foundation
import Profiles

/// Writes the reports of a recording anew, by the profile of its newest evaluation or by another one.
package struct ReportWriting {
  let recording: String
  let output: String?
  let profile: String?

  package init(recording: String, output: String?, profile: String? = nil) {
    self.recording = recording
    self.output = output
    self.profile = profile
  }

  package func execute() throws -> ExitStatus {
    let judged = try JudgedRecording(recording: recording, profile: profile, newest: true)
    let folder = output ?? URL(fileURLWithPath: recording).deletingLastPathComponent().relativePath
    let files = try ReportFiles.make(folder: folder)
    let reports = files.write(judged.analysis, judged.judge(), by: judged.context)
    guard reports.problems.isEmpty else { throw HarnessError(.defect, reports.problems) }
    StandardOutput.line(files.output.html)
    if judged.isAnother { StandardOutput.line(judged.sentence) }
    return .passed
  }
}
