import Expectations
import LoadFacts
import RunTimeline
import TestRecordings
import Testing
import Units

@Suite("Failures at the terminations of pods")
struct TerminationClueTests {
  @Test("are told by when they were sent, since what they took is no run time at a time scale", arguments: [1.0, 60])
  func sending(timeScale: Double) throws {
    let recorded = try Recordings.surgeAndRollout()
    let pod = try #require(
      recorded.cluster?.pods.filter { $0.deleteRequested != nil }.max { $0.created.latest < $1.created.latest })
    let asked = try #require(pod.deleteRequested)
    let sent = asked.earliest + .seconds(2)
    var run = recorded.run
    run.timeScale = timeScale
    // A request that took half a second of wall time.
    let failure = FailedRequest(
      due: sent, sent: sent, completed: sent + .milliseconds(500) * timeScale, route: "home", outcome: "502",
      status: 502, pod: pod.name)
    let interval = LoadInterval(
      start: sent - .milliseconds(100), end: sent + .milliseconds(900), route: "home", offered: 1, sent: 1,
      outcomes: [OutcomeTally(outcome: "502", failed: true, completed: 1)])
    let timeline = Timeline(
      run: run,
      phases: [
        PhaseSpan(
          name: "all", plannedStart: .zero, plannedEnd: run.endedAt ?? .seconds(1140), startRate: 0, endRate: 0,
          start: .zero, end: run.endedAt)
      ],
      load: [interval], failures: [failure], observations: try Recordings.log("surge-and-rollout").observations,
      clock: recorded.clock)

    let judgement = try judge("{name: e, errorBudget: {during: run, objective: 99%}}", on: timeline)

    let told = judgement.evidence.map(\.text).filter { $0.contains("the termination of pod \(pod.name) began") }
    #expect(
      told == ["1 of 1 recorded failure with 502, sent at most 2s after the termination of pod \(pod.name) began"],
      "\(judgement.evidence)")
  }
}
