import Expectations
import LoadFacts
import RunTimeline
import TestRecordings
import Testing
import Units

@Suite("Failures at the terminations of pods")
struct TerminationClueTests {
  /// The run of a real control plane with requests of half a second of wall time that failed.
  ///
  /// - Parameters:
  ///   - failures: when each was sent, and by which pod it was answered.
  ///   - calm: how long the first phase lasts; the second takes the rest.
  private func timeline(
    failures: [(sent: Duration, pod: String?)], calm: Duration? = nil, timeScale: Double = 1
  ) throws -> Timeline {
    let recorded = try Recordings.surgeAndRollout()
    var run = recorded.run
    run.timeScale = timeScale
    let end = run.endedAt ?? .seconds(1140)
    let phases = [("calm", Duration.zero, calm ?? end)] + (calm.map { [("surge", $0, end)] } ?? [])
    return Timeline(
      run: run,
      phases: phases.map {
        PhaseSpan(
          name: $0.0, plannedStart: $0.1, plannedEnd: $0.2, startRate: 0, endRate: 0, start: $0.1, end: $0.2)
      },
      load: failures.map { failure in
        LoadInterval(
          start: failure.sent - .milliseconds(100), end: failure.sent + .milliseconds(900), route: "home", offered: 1,
          sent: 1, outcomes: [OutcomeTally(outcome: "502", failed: true, completed: 1)])
      },
      failures: failures.map { failure in
        FailedRequest(
          due: failure.sent, sent: failure.sent, completed: failure.sent + .milliseconds(500) * timeScale,
          route: "home", outcome: "502", status: 502, pod: failure.pod)
      },
      observations: try Recordings.log("surge-and-rollout").observations, clock: recorded.clock)
  }

  /// The last pod that was asked to go, and when.
  private func lastGone() throws -> (pod: String, asked: InstantBounds) {
    let pods = try #require(try Recordings.surgeAndRollout().cluster?.pods)
    let pod = try #require(
      pods.filter { $0.deleteRequested != nil }.max { $0.created.latest < $1.created.latest })
    return (pod.name, try #require(pod.deleteRequested))
  }

  @Test("are told by when they were sent, since what they took is no run time at a time scale", arguments: [1.0, 60])
  func sending(timeScale: Double) throws {
    let (pod, asked) = try lastGone()
    let timeline = try timeline(failures: [(asked.earliest + .seconds(2), pod)], timeScale: timeScale)

    let judgement = try judge("{name: e, errorBudget: {during: run, objective: 99%}}", on: timeline)

    let told = judgement.evidence.map(\.text).filter { $0.contains("the termination of pod \(pod) began") }
    #expect(
      told == ["1 of 1 recorded failure with 502, sent at most 2s after the termination of pod \(pod) began"],
      "\(judgement.evidence)")
  }

  @Test("are those of the window, also where it leaves out a part of the run")
  func pieces() throws {
    let (pod, asked) = try lastGone()
    let failures = [(asked.earliest + .seconds(2), Optional(pod)), (.seconds(10), nil), (.seconds(20), nil)]
    let timeline = try timeline(failures: failures, calm: .seconds(100))

    for (window, followed) in [
      ("outside calm", "1 of 1 recorded failure"), ("outside surge", "none of the 2 recorded"),
    ] {
      let judgement = try judge("{name: e, errorBudget: {during: \(window), objective: 99%}}", on: timeline)

      let told = judgement.evidence.map(\.text).filter { $0.contains("followed") }
      #expect(told.count == 1 && told[0].hasPrefix(followed), "\(window): \(judgement.evidence)")
    }
  }
}
