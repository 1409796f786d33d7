import KubernetesObjects
import LoadFacts
import RunTimeline
import Testing

@Suite("The last interval of a load")
struct EndOfLoadTests {
  private func timeline(phaseEnd: Duration?, endedAt: Duration?, _ reason: EndReason?) -> Timeline {
    Timeline(
      run: RunDescription(
        name: "run", toolVersion: "1.0.0", profileText: "", startedAt: KubernetesTime(seconds: 1_795_456_622),
        endedAt: endedAt, endReason: reason),
      phases: [
        PhaseSpan(
          name: "only", plannedStart: .zero, plannedEnd: .seconds(60), startRate: 1, endRate: 1, start: .zero,
          end: phaseEnd)
      ],
      load: [0, 15, 30, 45, 60].filter { $0 < (phaseEnd ?? endedAt ?? .seconds(60)).components.seconds }.map { start in
        LoadInterval(
          start: .seconds(start), end: .seconds(start + 15), route: "a", offered: 1, sent: 1, outcomes: [])
      })
  }

  @Test("ends when the load was stopped, since nothing was due later")
  func stopped() {
    let load = timeline(phaseEnd: .seconds(40), endedAt: .seconds(42), .interrupted).load
    #expect(load.map(\.end) == [15, 30, 40].map { .seconds($0) })
  }

  @Test("ends as planned when the run was killed: it is not known how far the load came")
  func killed() {
    let load = timeline(phaseEnd: nil, endedAt: nil, nil).load
    #expect(load.map(\.end) == [15, 30, 45, 60].map { .seconds($0) })
  }

  @Test("a run that was ended before its load began says so, and has no time before zero")
  func neverBegan() {
    var run = timeline(phaseEnd: nil, endedAt: .zero, .interrupted)
    #expect(!run.neverBegan)
    run.phases[0].start = nil
    run.load = []
    #expect(run.neverBegan)
  }
}
