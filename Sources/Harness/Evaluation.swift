import Expectations
import Foundation
import Profiles
import RunTimeline

/// Judges a recording again.
package struct Evaluation {
  let recording: String
  let profile: String?
  let output: String?

  /// - Parameters:
  ///   - profile: whose expectations are judged; `nil` for the recorded one.
  ///   - output: the folder to which the reports are written; `nil` for none.
  package init(recording: String, profile: String?, output: String? = nil) {
    self.recording = recording
    self.profile = profile
    self.output = output
  }

  package func execute() throws -> ExitStatus {
    let judged = try JudgedRecording(recording: recording, profile: profile, newest: false)
    let files = try output.map { folder throws(HarnessError) in try ReportFiles.make(folder: folder) }
    let judgements = judged.judge()
    Verdicts.print(judgements, of: judged.timeline, by: judged.context)
    do {
      try RecordingAccess.keep(judgements, by: judged.kept, in: recording)
    } catch {
      // A recording may lie where nothing can be written; it is judged all the same.
      StandardOutput.complain("the verdicts are not kept in the recording: \(error)")
    }
    if let files {
      try files.write(judged.timeline, judgements, by: judged.context)
      StandardOutput.line("\nReport     \(files.output.html)")
    }
    return Verdicts.status(of: judgements, ended: judged.timeline.run.endReason)
  }
}
