import LoadFacts
import Profiles
import RunTimeline
import Statistics
import Testing
import Units

@testable import Harness

private func rule(
  _ name: String = "too many errors", over seconds: Double = 30, _ condition: StopRule.Condition
) -> StopRule {
  StopRule(name: name, over: .seconds(seconds), condition: condition)
}

private func percent(_ text: String) throws -> Percentage { try Percentage(text: text) }

/// One second of load: requests that succeeded in 10 ms, that succeeded in 2 s, that failed, and that were dropped.
private func second(
  _ start: Int, quick: Int = 0, slow: Int = 0, failed: Int = 0, dropped: Int = 0, unanswered: Int = 0
) -> LoadInterval {
  var latency = LatencyHistogram()
  for _ in 0..<quick { latency.record(microseconds: 10_000) }
  for _ in 0..<slow { latency.record(microseconds: 2_000_000) }
  let all = quick + slow + failed + dropped + unanswered
  return LoadInterval(
    start: .seconds(start), end: .seconds(start + 1), route: "list", offered: all, sent: all - dropped,
    dropped: dropped,
    outcomes: [
      OutcomeTally(outcome: "200", failed: false, completed: quick + slow, fromDue: latency),
      OutcomeTally(outcome: "503", failed: true, completed: failed),
      OutcomeTally(outcome: OutcomeLabel.dropped, failed: true, completed: dropped),
    ])
}

/// What the watch says after each of some seconds.
private func findings(
  _ rules: [StopRule], _ load: [LoadInterval], timeScale: Double = 1
) -> [String?] {
  var watch = StopRuleWatch(rules: rules, timeScale: timeScale)
  return load.map { watch.add([$0], now: $0.end)?.text }
}

@Suite("Stop rules")
struct StopRuleWatchTests {
  @Test("a share of failures above the limit breaks the rule as soon as its time has passed, and not before")
  func errorRatio() throws {
    let rules = [rule(over: 3, .errorRatio(above: try percent("20%")))]

    let said = findings(rules, (0..<3).map { second($0, quick: 766, failed: 234) })

    #expect(said[0] == nil)
    #expect(said[1] == nil)
    #expect(said[2] == "abortOn \"too many errors\": 23.4% of 3,000 requests failed in the last 3s (limit 20%)")
  }

  @Test("exactly the limit is allowed, and one failure more is told apart from it")
  func limit() throws {
    let rules = [rule(over: 1, .errorRatio(above: try percent("20%")))]

    let allowed = findings(rules, [second(0, quick: 80_000, failed: 20_000)])
    let broken = findings(rules, [second(0, quick: 79_999, failed: 20_001)])

    #expect(allowed == [nil])
    #expect(broken[0]?.contains("20.001% of 100,000 requests failed") == true)
  }

  @Test("failures count while they lie in the window, and no longer")
  func window() throws {
    let rules = [rule(over: 2, .errorRatio(above: try percent("50%")))]
    var load = [second(0, failed: 100), second(1, quick: 100), second(2, quick: 100)]

    #expect(findings(rules, load).allSatisfy { $0 == nil })

    load[2] = second(2, failed: 101)
    let said = findings(rules, load)

    #expect(said[1] == nil)
    #expect(said[2]?.contains("50.2% of 201 requests") == true)
  }

  @Test("a late answer counts for the interval in which its request was due")
  func lateAnswers() throws {
    var watch = StopRuleWatch(rules: [rule(over: 2, .errorRatio(above: try percent("10%")))])
    _ = watch.add([second(0, quick: 50, unanswered: 50)], now: .seconds(1))
    var late = second(0, failed: 50)
    late.offered = 0

    let inTime = watch.add([late, second(1, quick: 100)], now: .seconds(2))
    let gone = watch.add([late, second(2, quick: 100)], now: .seconds(3))

    #expect(inTime?.finding.contains("25% of 200 requests") == true)
    #expect(gone == nil)
  }

  @Test("fewer than 20 requests say nothing", arguments: [19, 20])
  func fewRequests(count: Int) throws {
    let said = findings([rule(over: 1, .errorRatio(above: try percent("1%")))], [second(0, failed: count)])

    #expect((said[0] != nil) == (count >= 20))
  }

  @Test("what the generator dropped is judged by its own rule, and is no failure of the server")
  func dropped() throws {
    let load = [second(0, quick: 90, dropped: 10)]

    #expect(findings([rule(over: 1, .errorRatio(above: try percent("5%")))], load) == [nil])
    #expect(
      findings([rule("overload", over: 1, .dropped(above: try percent("5%")))], load) == [
        "abortOn \"overload\": 10% of 100 requests were dropped by the generator in the last 1s (limit 5%)"
      ])
  }

  @Test("what the target let wait in vain is its failure, and what was dropped says by whom")
  func causes() throws {
    func load(target: Int, machine: Int) -> LoadInterval {
      var interval = second(0, quick: 90)
      interval.offered += target + machine
      interval.dropped = target + machine
      var waited = LatencyHistogram()
      waited.record(microseconds: 1_000_000, times: target)
      interval.outcomes += [
        OutcomeTally(outcome: OutcomeLabel.droppedByTarget, failed: true, completed: target, fromDue: waited),
        OutcomeTally(outcome: OutcomeLabel.droppedByMachine, failed: true, completed: machine),
      ]
      return interval
    }
    let errors = [rule(over: 1, .errorRatio(above: try percent("5%")))]
    let drops = [rule("overload", over: 1, .dropped(above: try percent("5%")))]
    let slow = [rule("slow", over: 1, .latency(percentile: 95, above: .milliseconds(500)))]

    #expect(findings(errors, [load(target: 0, machine: 10)]) == [nil])
    #expect(
      findings(errors, [load(target: 10, machine: 0)]) == [
        "abortOn \"too many errors\": 10% of 100 requests failed in the last 1s (limit 5%)"
      ])
    #expect(
      findings(drops, [load(target: 10, machine: 0)])[0]?.contains(
        "10% of 100 requests were dropped since the target held all places in flight in the last 1s") == true)
    #expect(
      findings(drops, [load(target: 0, machine: 10)])[0]?.contains(
        "dropped by the generator, since this machine was late, in the last 1s") == true)
    #expect(findings(drops, [load(target: 4, machine: 6)])[0]?.contains("(4 of them since the target") == true)
    #expect(findings(slow, [load(target: 10, machine: 0)])[0] != nil)
    #expect(findings(slow, [load(target: 0, machine: 10)]) == [nil])
  }

  @Test("requests that timed out have been slow, and not only while they were waited for")
  func timeouts() {
    let rules = [rule("slow", over: 1, .latency(percentile: 95, above: .seconds(2)))]
    var waited = LatencyHistogram()
    waited.record(microseconds: 10_000_000, times: 10)
    var interval = second(0, quick: 90)
    interval.offered += 10
    interval.outcomes.append(
      OutcomeTally(outcome: "read timeout", failed: true, completed: 10, fromDue: waited, fromSend: waited))

    #expect(findings(rules, [interval])[0]?.contains("10% of 100 requests took longer") == true)
  }

  @Test("a percentile above its limit breaks the rule; one slow request fewer does not")
  func latency() {
    let rules = [rule("slow", over: 1, .latency(percentile: 99, above: .milliseconds(500)))]

    #expect(findings(rules, [second(0, quick: 990, slow: 10)]) == [nil])
    #expect(
      findings(rules, [second(0, quick: 989, slow: 11)]) == [
        "abortOn \"slow\": p99 lies above its limit of 500ms: 1.1% of 1,000 requests took longer in the last 1s"
      ])
  }

  @Test("failures have no latency of their own")
  func failuresAreNotSlow() {
    let rules = [rule("slow", over: 1, .latency(percentile: 50, above: .milliseconds(500)))]

    #expect(findings(rules, [second(0, quick: 60, failed: 500)]) == [nil])
  }

  @Test("requests that have waited longer than the limit count as slow before any answer comes")
  func stalledServer() {
    let rules = [rule("slow", over: 5, .latency(percentile: 90, above: .seconds(2)))]

    let said = findings(rules, (0..<6).map { second($0, unanswered: 100) })

    #expect(said[4]?.contains("100% of 200 requests took longer in the last 5s") == true)
  }

  @Test("waiting is measured in wall time, the window in run time")
  func timeScale() {
    let rules = [rule("slow", over: 5, .latency(percentile: 90, above: .seconds(2)))]

    let said = findings(rules, (0..<6).map { second($0, unanswered: 100) }, timeScale: 20)

    #expect(said.allSatisfy { $0 == nil })
  }

  @Test("of several broken rules the first of the profile is told")
  func firstRule() throws {
    let rules = [
      rule("slow", over: 1, .latency(percentile: 99, above: .milliseconds(500))),
      rule("errors", over: 1, .errorRatio(above: try percent("1%"))),
      rule("more errors", over: 1, .errorRatio(above: try percent("2%"))),
    ]

    let said = findings(rules, [second(0, quick: 50, failed: 50)])

    #expect(said[0]?.contains("\"errors\"") == true)
  }

  @Test("time passes without requests too, and forgets what is old")
  func silence() throws {
    var watch = StopRuleWatch(rules: [rule(over: 2, .errorRatio(above: try percent("1%")))])
    _ = watch.add([second(0, failed: 100)], now: .seconds(1))

    #expect(watch.add([], now: .seconds(2)) != nil)
    #expect(watch.add([], now: .seconds(3)) == nil)
  }

  @Test("without rules nothing is ever broken")
  func noRules() {
    #expect(findings([], [second(0, failed: 1000)]) == [nil])
  }

  @Test(
    "what this machine did while it was away ends no run, and a target that is slow or fails all the same does",
    arguments: [100, 300, 800, 1500, 3000], [0, 25])
  func stalledMachine(milliseconds: Int, bad: Int) throws {
    let away = Duration.milliseconds(milliseconds)
    let rules = [
      rule("slow", over: 5, .latency(percentile: 95, above: .milliseconds(50))),
      rule("errors", over: 5, .errorRatio(above: try percent("1%"))),
      rule("limited", over: 5, .errorRatio(above: try percent("2%"))),
    ]
    for judged in rules {
      var watch = StopRuleWatch(rules: [judged])
      var breach: StopRuleWatch.Breach?
      for number in 0..<40 {
        // Those that were due while it was away left together, and met a limit.
        let held = number == 10 ? min(milliseconds / 30, 100 - bad) : 0
        var interval = second(number, quick: 100 - bad - held)
        var waited = LatencyHistogram()
        waited.record(microseconds: milliseconds * 1000, times: held)
        var slow = LatencyHistogram()
        slow.record(microseconds: 8_000_000, times: bad)
        interval.offered = 100
        interval.late = held
        interval.lateByMachine = held
        interval.outcomes += [
          OutcomeTally(
            outcome: judged.name == "slow" ? "200" : "429", failed: judged.name != "slow", completed: held,
            fromDue: waited, fromSend: waited),
          OutcomeTally(outcome: "503", failed: true, completed: bad, fromDue: slow, fromSend: slow),
        ]
        let lateness = number == 10 ? away : .zero
        let sample = GeneratorSample(
          start: .seconds(number), end: .seconds(number + 1),
          lateness: Lateness(p50: .zero, p99: lateness, maximum: lateness),
          machineLateness: Lateness(p50: lateness, p99: lateness, maximum: lateness), processCPU: 0,
          busiestWorkerCPU: 0, connectionsOpened: 0, inFlight: 0, queued: 0, longestPause: lateness)
        breach = breach ?? watch.add([interval], [sample], now: interval.end)
      }

      #expect((breach != nil) == (bad > 0), "\(judged.name): \(breach?.text ?? "")")
    }
  }
}
