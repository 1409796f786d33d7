import Expectations
import Foundation
import KubernetesObjects
import Profiles
import RunRecording
import RunTimeline

/// A recording with the profile by which it is judged: one that was named, else that of the newest evaluation that was kept,
/// else the recorded one.
struct JudgedRecording {
  let recording: String
  let analysis: RunAnalysis
  let profile: Profile
  /// The profile to keep with the verdicts.
  let kept: JudgingProfile
  /// Whether it is not the recorded one.
  let isAnother: Bool
  /// When the kept evaluation took place that told the profile; `nil` when none did.
  let evaluated: String?

  /// - Parameters:
  ///   - profile: the file of a profile that is to be judged by.
  ///   - newest: whether an evaluation that was kept tells the profile, where none is named.
  init(recording: String, profile path: String?, newest: Bool) throws(HarnessError) {
    self.recording = recording
    let timeline = try RecordingAccess.timeline(recording)
    let run = timeline.run
    if let path {
      (profile, kept) = try Self.read(path)
      evaluated = nil
    } else if newest, let judging = try RecordingAccess.newestJudging(of: recording), let kept = judging.profile {
      profile = try RecordingAccess.profile(kept.text, source: kept.source, in: recording)
      self.kept = kept
      evaluated = judging.at.description
    } else {
      profile = try RecordingAccess.profile(of: timeline, in: recording)
      kept = JudgingProfile(source: run.profileSource, text: run.profileText)
      evaluated = nil
    }
    isAnother = kept.text != run.profileText
    analysis = RunAnalysis(timeline, of: profile.expectations)
  }

  /// Only what a profile expects matters here: its load is not sent, so that the times and numbers that it plans, its files
  /// and its manifests decide nothing.
  private static func read(_ path: String) throws(HarnessError) -> (Profile, JudgingProfile) {
    let text = try LoadedProfile.text(of: path, what: "the profile")
    do {
      let document = try ProfileDocument(text: text, source: path)
      return (try document.profile(isRun: false), JudgingProfile(source: path, text: document.redactedText))
    } catch {
      throw HarnessError(.invalidInput, error.problems.map(\.description))
    }
  }

  var timeline: Timeline { analysis.timeline }

  func judge() -> [Judgement] { Judge.judge(profile.expectations, on: analysis) }

  var context: JudgedProfile { JudgedProfile(profile, source: isAnother ? kept.source : nil, on: timeline) }

  /// Which profile judged, for the user: `judged by stricter.yaml, as in the evaluation of 2026-11-23T17:57:02Z`.
  var sentence: String {
    guard isAnother else { return "judged by the recorded profile" }
    return "judged by \(kept.source)" + (evaluated.map { ", as in the evaluation of \($0)" } ?? "")
  }
}
