import Expectations
import LoadFacts
import RunTimeline
import Statistics
import Testing
import Units

/// Who was to blame for requests that were not sent, or not answered, from the sixth second of a minute on.
private enum World: String, CaseIterable {
  case machineLate, targetHung, both
  /// The target hung, and the recording is of a schema that does not tell causes.
  case old

  var timeline: Timeline {
    var run = TimelineBuilder(endedAt: 60)
    run.plannedRate = 100
    for second in 0..<60 {
      if second < 6 {
        run.seconds(second..<second + 1)
        run.healthy(from: Double(second), to: Double(second + 1))
      } else {
        run.second(at: second, ok: ok, timedOut: timedOut, droppedBy: dropped)
        run.sample(at: second, lateness: 990, byMachine: latenessOfMachine, pause: pause)
      }
    }
    run.deployment(sent: 0, received: 0, wanted: 3)
    run.unchanged(sent: 60, received: 60)
    return run.timeline
  }

  private var ok: Int { self == .machineLate ? 60 : 0 }
  private var timedOut: Int { self == .machineLate ? 0 : 20 }

  private var dropped: [(String, Int)] {
    switch self {
    case .machineLate: [(OutcomeLabel.droppedByMachine, 40)]
    case .targetHung: [(OutcomeLabel.droppedByTarget, 80)]
    case .both: [(OutcomeLabel.droppedByTarget, 40), (OutcomeLabel.droppedByMachine, 40)]
    case .old: [(OutcomeLabel.dropped, 80)]
    }
  }

  private var latenessOfMachine: Int? {
    switch self {
    case .machineLate, .both: 900
    case .targetHung: 1
    case .old: nil
    }
  }

  private var pause: Int? { latenessOfMachine }
}

extension World {
  /// Requests that this machine sent five seconds late, and that then timed out after ten.
  fileprivate static var sentLate: Timeline {
    var run = TimelineBuilder(endedAt: 60)
    run.plannedRate = 100
    var (fromDue, fromSend) = (LatencyHistogram(), LatencyHistogram())
    fromDue.record(microseconds: 15_000_000, times: 100)
    fromSend.record(microseconds: 10_000_000, times: 100)
    for second in 0..<60 {
      run.load.append(
        LoadInterval(
          start: .seconds(second), end: .seconds(second + 1), route: "home", offered: 100, sent: 100,
          outcomes: [
            OutcomeTally(outcome: "read timeout", failed: true, completed: 100, fromDue: fromDue, fromSend: fromSend)
          ]))
      run.sample(at: second, lateness: 5_000, byMachine: 5_000, pause: 1)
    }
    return run.timeline
  }
}

extension TimelineBuilder {
  /// A second in which requests were answered after 20 ms, timed out after 10 s, or were given up after one.
  fileprivate mutating func second(at start: Int, ok: Int, timedOut: Int, droppedBy dropped: [(String, Int)]) {
    var answered = LatencyHistogram()
    answered.record(microseconds: 20_000, times: ok)
    var waited = LatencyHistogram()
    waited.record(microseconds: 10_000_000, times: timedOut)
    var outcomes = [
      OutcomeTally(outcome: "200", failed: false, completed: ok, fromDue: answered, fromSend: answered),
      OutcomeTally(outcome: "read timeout", failed: true, completed: timedOut, fromDue: waited, fromSend: waited),
    ]
    for (label, count) in dropped {
      var given = LatencyHistogram()
      given.record(microseconds: 1_000_000, times: count)
      outcomes.append(OutcomeTally(outcome: label, failed: true, completed: count, fromDue: given))
    }
    let drops = dropped.reduce(0) { $0 + $1.1 }
    load.append(
      LoadInterval(
        start: .seconds(start), end: .seconds(start + 1), route: "home", offered: ok + timedOut + drops,
        sent: ok + timedOut, dropped: drops, outcomes: outcomes))
  }

  /// A sample of a second, in milliseconds.
  fileprivate mutating func sample(at start: Int, lateness: Int, byMachine: Int?, pause: Int?) {
    let machine = byMachine.map { Duration.milliseconds($0) }
    generator.append(
      GeneratorSample(
        start: .seconds(start), end: .seconds(start + 1),
        lateness: Lateness(p50: .zero, p99: .milliseconds(lateness), maximum: .milliseconds(lateness)),
        machineLateness: machine.map { Lateness(p50: $0, p99: $0, maximum: $0) }, processCPU: 0.1,
        busiestWorkerCPU: 0.1, connectionsOpened: 0, inFlight: 100, queued: 50,
        longestPause: pause.map { .milliseconds($0) }, places: byMachine == nil ? nil : 100,
        placesHeldSince: byMachine == nil ? nil : .seconds(6)))
  }
}

@Suite("Why requests were not sent, or not answered")
struct CauseOfLossTests {
  private static let errors = "{name: e, errorBudget: {during: calm, objective: 99%}}"
  private static let rate = "{name: e, throughput: {during: calm, atLeast: 90%}}"
  private static let latency = "{name: e, latency: {during: calm, percentile: 99, below: 1s}}"
  private static let scaling = "{name: e, scaleUp: {after: calm.start, to: \">= 8\", of: wanted, within: 50s}}"

  @Test(
    "What this machine did voids a verdict, what the target did decides it, and what is certain decides in any case",
    arguments: [
      (World.machineLate, [Verdict.inconclusive, .inconclusive, .inconclusive, .inconclusive]),
      (.targetHung, [.fail, .fail, .fail, .fail]),
      (.both, [.fail, .fail, .fail, .inconclusive]),
      (.old, [.inconclusive, .inconclusive, .inconclusive, .inconclusive]),
    ])
  fileprivate func table(world: World, verdicts: [Verdict]) throws {
    let timeline = world.timeline
    for (text, expected) in zip([Self.errors, Self.rate, Self.latency, Self.scaling], verdicts) {
      let judgement = try judge(text, on: timeline)

      #expect(judgement.verdict == expected, "\(world) \(text): \(judgement.finding) \(judgement.reason ?? "")")
      #expect(judgement.isUntrusted == (expected == .inconclusive), "\(world) \(text)")
      let subject = world == .old ? "generator saturated: " : "this machine was late: "
      if expected == .inconclusive { #expect(judgement.reason?.hasPrefix(subject) ?? false, "\(judgement)") }
    }
  }

  @Test(
    "What this machine waited before it sent is not held against the target's latency",
    arguments: [("12s", Verdict.inconclusive), ("8s", .fail)])
  func sentLate(below: String, expected: Verdict) throws {
    let text = "{name: e, latency: {during: calm, percentile: 99, below: \(below)}}"

    let judgement = try judge(text, on: World.sentLate)

    #expect(judgement.verdict == expected, "\(judgement.finding) \(judgement.reason ?? "")")
  }

  @Test("The percentile of all stands beside that of the successful ones, each with its name")
  func latencyOfAll() throws {
    let judgement = try judge(Self.latency, on: World.targetHung.timeline)

    #expect(
      judgement.finding == "p99 of all 6,000 requests at least 10s; p99 of the 600 successful 20ms: 9s above 1s",
      "\(judgement.finding)")
  }

  @Test("A budget counts what the target left unanswered, and says what it does not charge to it")
  func findings() throws {
    let hung = try judge(Self.errors, on: World.targetHung.timeline)
    let both = try judge(Self.errors, on: World.both.timeline)

    #expect(hung.finding.hasPrefix("5,400 of 6,000 requests failed (90%), where 99% allows 60"), "\(hung.finding)")
    #expect(
      hung.evidence.contains {
        $0.text == "failed: 4,320 not sent since the target held all places, 1,080 with read timeout"
      }, "\(hung.evidence)")
    #expect(both.finding.hasPrefix("3,240 of 6,000 requests failed"), "\(both.finding)")
    #expect(
      both.evidence.contains {
        $0.text == "not charged to the target: 2,160 requests not sent, since this machine was late"
      }, "\(both.evidence)")
  }

  @Test("Timeouts tell nothing while answers may have lain unread for a tenth of them", arguments: [1000, 1001])
  func unreadAnswers(pause: Int) throws {
    var run = TimelineBuilder(endedAt: 60)
    for second in 0..<60 {
      run.second(at: second, ok: 80, timedOut: 20, droppedBy: [])
      run.sample(at: second, lateness: 1, byMachine: 1, pause: pause)
    }

    let judgement = try judge(Self.errors, on: run.timeline)

    #expect(judgement.verdict == (pause <= 1000 ? .fail : .inconclusive), "\(judgement.finding)")
  }

  @Test("This machine's own limits are not the target's failures, and void verdicts")
  func localLimit() throws {
    var run = TimelineBuilder()
    run.seconds(0..<59)
    run.second(at: 59, ok: 0, timedOut: 0, droppedBy: [])
    run.load[59].offered = 100
    run.load[59].outcomes.append(OutcomeTally(outcome: OutcomeLabel.localLimit, failed: true, completed: 100))

    let judgement = try judge(Self.errors, on: run.timeline)

    #expect(judgement.verdict == .inconclusive && judgement.isUntrusted, "\(judgement.finding)")
  }

  @Test("What was stopped while it waited is nobody's failure, and no success")
  func stopped() throws {
    var run = TimelineBuilder(endedAt: 30, endReason: .interrupted)
    run.plannedRate = 100
    run.seconds(0..<29)
    run.second(at: 29, ok: 10, timedOut: 0, droppedBy: [])
    run.load[29].offered = 100
    run.load[29].outcomes.append(OutcomeTally(outcome: OutcomeLabel.stopped, failed: false, completed: 90))
    run.healthy(from: 0, to: 30)

    for text in [Self.errors, Self.rate, Self.latency] {
      let judgement = try judge(text, on: run.timeline)
      #expect(judgement.verdict == .inconclusive && !judgement.isUntrusted, "\(text): \(judgement.finding)")
      #expect(judgement.reason?.contains("cut short") ?? false, "\(judgement.reason ?? "")")
    }
  }

  @Test("A reason counts as sent what was sent, and tells why the rest was not")
  func sentCounts() throws {
    var run = TimelineBuilder(endedAt: 60)
    run.plannedRate = 100
    for second in 0..<60 {
      run.second(at: second, ok: 60, timedOut: 0, droppedBy: [(OutcomeLabel.droppedByTarget, 30)])
      run.sample(at: second, lateness: 990, byMachine: 900, pause: 900)
    }
    run.load[59].offered += 10
    run.load[59].outcomes.append(OutcomeTally(outcome: OutcomeLabel.stopped, failed: false, completed: 10))

    let judgement = try judge("{name: e, throughput: {during: calm, atLeast: 10%}}", on: run.timeline)

    #expect(
      judgement.reason
        == "this machine was late: 3,600 of 5,410 requests sent (66.54%), 1,800 not sent since the target "
        + "held all places, 10 not sent at the stop, 0 dropped, lateness p99 up to 900ms", "\(judgement)")
  }

  @Test(
    "Unanswered requests open a percentile only from the number on that decides it",
    arguments: [(60, Verdict.pass), (61, .inconclusive)])
  func refusals(refused: Int, verdict: Verdict) throws {
    var run = TimelineBuilder()
    run.seconds(0..<59)
    run.second(at: 59, offered: 100 - refused)
    var waited = LatencyHistogram()
    waited.record(microseconds: 1000, times: refused)
    run.load[59].offered = 100
    run.load[59].outcomes.append(
      OutcomeTally(outcome: "connect refused", failed: true, completed: refused, fromDue: waited, fromSend: waited))

    let judgement = try judge(Self.latency, on: run.timeline)

    #expect(judgement.verdict == verdict, "\(judgement.finding) \(judgement.reason ?? "")")
  }
}
