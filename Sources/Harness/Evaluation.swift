import Expectations
import Profiles
import RunTimeline

/// Judges a recording again.
package struct Evaluation {
  let recording: String
  let profile: String?

  package init(recording: String, profile: String?) {
    self.recording = recording
    self.profile = profile
  }

  package func execute() throws -> ExitStatus {
    let timeline = try RecordingAccess.timeline(recording)
    let profile =
      if let profile {
        try LoadedProfile(path: profile, changes: []).profile
      } else {
        try RecordingAccess.profile(of: timeline, in: recording)
      }
    let judgements = Judge.judge(profile.expectations, on: timeline)
    Verdicts.print(judgements, of: timeline)
    do {
      try RecordingAccess.keep(judgements, in: recording)
    } catch {
      // A recording may lie where nothing can be written; it is judged all the same.
      StandardOutput.complain("the verdicts are not kept in the recording: \(error)")
    }
    return Verdicts.status(of: judgements, ended: timeline.run.endReason)
  }
}
