import Expectations
import Foundation
import Profiles
import RunTimeline

/// Judges a recording again.
package struct Evaluation {
  let recording: String
  let profile: String?
  let output: String?
  let version: ProgramVersion

  /// - Parameters:
  ///   - profile: whose expectations are judged; `nil` for the recorded one.
  ///   - output: the folder to which the reports are written; `nil` for none.
  package init(recording: String, profile: String?, output: String? = nil, version: ProgramVersion) {
    self.recording = recording
    self.profile = profile
    self.output = output
    self.version = version
  }

  package func execute() throws -> ExitStatus {
    let judged = try JudgedRecording(recording: recording, profile: profile, newest: false)
    let files = try output.map { folder throws(HarnessError) in try ReportFiles.make(folder: folder) }
    let judgements = judged.judge()
    Verdicts.print(judgements, of: judged.analysis, by: judged.context)
    do {
      try RecordingAccess.keep(judgements, by: judged.kept, version: version, at: Date().kubernetesTime, in: recording)
    } catch {
      // A recording may lie where nothing can be written; it is judged all the same.
      StandardOutput.complain("the verdicts are not kept in the recording: \(error)")
    }
    var status = Verdicts.status(of: judgements, ended: judged.timeline.run.endReason)
    if let files {
      let reports = files.write(judged.analysis, judgements, by: judged.context)
      if reports.has(files.output.html) { StandardOutput.line("\nReport     \(files.output.html)") }
      for problem in reports.problems { StandardOutput.complain(problem) }
      if status == .passed, !reports.problems.isEmpty { status = .defect }
    }
    return status
  }
}
