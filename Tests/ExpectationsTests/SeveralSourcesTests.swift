import LoadFacts
import RunTimeline
import Testing

@testable import Expectations

@Suite("Load that several processes sent")
struct SeveralSourcesTests {
  private static let budget = "{name: e, errorBudget: {during: calm, objective: 90%}}"

  /// A minute of 100 requests a second, the same share of each process.
  private func run(_ sources: [String]) -> TimelineBuilder {
    var run = TimelineBuilder(endedAt: 60)
    run.plannedRate = 100
    for second in 0..<60 {
      for source in sources {
        let share = 120 / sources.count
        run.load.append(
          LoadInterval(
            start: .seconds(second), end: .seconds(second + 1), route: "home", source: source, offered: share,
            sent: share, lateByMachine: 0,
            outcomes: [OutcomeTally(outcome: "200", failed: false, completed: share)]))
        run.generator.append(sample(at: second, of: source))
      }
    }
    return run
  }

  private func sample(at second: Int, of source: String, lateness: Int = 0, pause: Int = 0) -> GeneratorSample {
    let late = Duration.milliseconds(lateness)
    return GeneratorSample(
      start: .seconds(second), end: .seconds(second + 1), source: source,
      lateness: Lateness(p50: late, p99: late, maximum: late),
      machineLateness: Lateness(p50: late, p99: late, maximum: late), longestPause: .milliseconds(pause))
  }

  @Test("what one machine may have done itself excuses no failure of another's requests", arguments: ["", "load-1"])
  func ownDelay(failing: String) throws {
    var run = run(["", "load-1"])
    // Between 20 and 40 s connections break; only the first machine was away meanwhile.
    for index in run.load.indices where (20..<40).contains(run.load[index].start / .seconds(1)) {
      guard run.load[index].source == failing else { continue }
      run.load[index].outcomes = [OutcomeTally(outcome: "reset before response", failed: true, completed: 60)]
    }
    run.generator = run.generator.map { held in
      let second = Int(held.start / .seconds(1))
      return held.source.isEmpty && (20..<40).contains(second) ? sample(at: second, of: "", pause: 3000) : held
    }

    let judgement = try judge(Self.budget, on: run.timeline)

    #expect(judgement.verdict == (failing.isEmpty ? .inconclusive : .fail), "\(judgement)")
  }

  @Test("a process that sent requests and told nothing of itself may have been late")
  func silent() throws {
    var run = run(["", "load-1"])
    #expect(try judge(Self.budget, on: run.timeline).verdict == .pass)

    run.generator.removeAll { $0.source == "load-1" }
    let judgement = try judge(Self.budget, on: run.timeline)

    #expect(judgement.verdict == .inconclusive && judgement.isUntrusted, "\(judgement)")
    #expect(judgement.reason == "the generator told nothing of itself, so that it may have been late")
  }

  @Test("one process that is late among many that are not is late all the same")
  func lateAmongMany() throws {
    let sources = (0..<30).map { "load-\($0)" }
    var run = run(sources)
    run.generator = run.generator.map { held in
      held.source == "load-7" ? sample(at: Int(held.start / .seconds(1)), of: held.source, lateness: 400) : held
    }

    let judgement = try judge(Self.budget, on: run.timeline)

    #expect(judgement.verdict == .inconclusive && judgement.isUntrusted, "\(judgement)")
    #expect(judgement.reason?.hasPrefix("this machine was late: ") == true)
  }

  @Test("a failure that is kept whole is moved to its side of a window's edge among those of its own process")
  func failures() throws {
    var run = run(["", "load-1"])
    run.endedAt = 1140
    run.load.append(
      LoadInterval(
        start: .milliseconds(59_500), end: .milliseconds(60_500), route: "home", source: "load-1", offered: 1, sent: 1,
        outcomes: [OutcomeTally(outcome: "502", failed: true, completed: 1)]))
    run.failures = [
      FailedRequest(
        due: .milliseconds(59_900), sent: nil, completed: .seconds(60), route: "home", source: "", outcome: "502")
    ]

    // It is of another process than the interval at the edge, whose own failure stays on neither side.
    let judgement = try judge("{name: e, errorBudget: {during: calm, objective: 100%}}", on: run.timeline)

    #expect(judgement.verdict == .inconclusive, "\(judgement)")
  }
}
