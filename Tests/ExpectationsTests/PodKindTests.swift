import Expectations
import Profiles
import RunTimeline
import TestRecordings
import Testing
import Units

@Suite("What is expected of single pods and of the direction of the count, on real control planes")
struct PodKindTests {
  private func judgement(_ expectation: String, of recording: String) throws -> Judgement {
    try judge("{name: e, \(expectation)}", on: Recordings.timeline(recording, phases: [("all", 0)]))
  }

  @Test("nothing fails of a real cluster that is given enough time", arguments: Recordings.all)
  func lenient(recording: String) throws {
    for expectation in ["podStartup: {within: 1h}", "gracefulExit: {}", "flapping: {reversals: \"<= 100\"}"] {
      let judgement = try judgement(expectation, of: recording)
      #expect(judgement.verdict != .fail, "\(expectation): \(judgement.finding)")
    }
  }

  @Test("a surge and its end are one reversal, and its pods start and end in time")
  func surge() throws {
    let name = "surge-and-rollout"
    let flapping = try judgement("flapping: {reversals: 1}", of: name)
    let strict = try judgement("flapping: {reversals: 0}", of: name)
    let startup = try judgement("podStartup: {within: 1ms}", of: name)

    #expect(flapping.verdict == .pass, "\(flapping.finding)")
    #expect(strict.verdict == .fail, "\(strict.finding)")
    #expect(startup.verdict == .fail, "\(startup.finding)")
    #expect(
      startup.evidence.contains {
        $0.text.contains("readinessProbe") || $0.text.contains("node") || $0.text.contains("image")
      })
  }
}
