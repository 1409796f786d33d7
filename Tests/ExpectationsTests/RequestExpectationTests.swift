import Expectations
import Profiles
import RunTimeline
import Testing
import Units

@Suite("Expectations of requests")
struct RequestExpectationTests {
  private static let budget = "{name: e, errorBudget: {during: calm, objective: 99%}}"

  private static func failing(_ failed: Int) -> Timeline {
    var run = TimelineBuilder()
    run.seconds(0..<59)
    run.second(at: 59, offered: 100, failed: failed)
    return run.timeline
  }

  @Test(
    "The budget is a whole number, and the last failure of it is allowed", arguments: [(60, Verdict.pass), (61, .fail)])
  func exact(failed: Int, verdict: Verdict) throws {
    let judgement = try judge(Self.budget, on: Self.failing(failed))

    #expect(judgement.verdict == verdict, "\(judgement.finding)")
    #expect(judgement.finding.hasPrefix("\(failed) of 6,000 requests failed"), "\(judgement.finding)")
  }

  @Test("An objective of 100% allows no failure at all", arguments: [(0, Verdict.pass), (1, .fail)])
  func everything(failed: Int, verdict: Verdict) throws {
    let judgement = try judge(
      "{name: e, errorBudget: {during: calm, objective: 100%}}", on: Self.failing(failed))

    #expect(judgement.verdict == verdict, "\(judgement.finding)")
    #expect(judgement.finding.hasPrefix("\(failed) of 6,000 requests failed"), "\(judgement.finding)")
  }

  @Test("Requests at an uncertain end of the window leave the verdict open when they decide it")
  func straddling() throws {
    var run = TimelineBuilder()
    run.release = ActionSpan(
      name: "release", summary: "", plannedAt: .seconds(180), sent: .seconds(180), answered: .seconds(180))
    run.deployment(sent: 0, received: 0, wanted: 3)
    run.unchanged(sent: 179.9, received: 179.9)
    run.deployment(sent: 180.1, received: 180.1, wanted: 3, image: "app:v2", generation: 2, updated: 1)
    run.unchanged(sent: 189.5, received: 189.5)
    run.deployment(sent: 190.5, received: 190.5, wanted: 3, image: "app:v2", generation: 2)
    run.seconds(180..<189)
    run.second(at: 189, failed: 12)
    run.second(at: 190)

    let judgement = try judge("{name: e, errorBudget: {during: release, objective: 99%}}", on: run.timeline)
    let lenient = try judge("{name: e, errorBudget: {during: release, objective: 98%}}", on: run.timeline)

    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
    #expect(lenient.verdict == .pass, "\(lenient.finding)")
  }

  @Test("Requests without a known end may have failed")
  func unended() throws {
    var run = TimelineBuilder()
    run.seconds(0..<59)
    run.second(at: 59, failed: 30, unended: 31)

    let judgement = try judge(Self.budget, on: run.timeline)

    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
  }

  @Test(
    "With confidence few requests prove nothing",
    arguments: [(0, 299, Verdict.pass), (0, 298, .inconclusive), (20, 299, .fail)])
  func confidence(failed: Int, requests: Int, verdict: Verdict) throws {
    var run = TimelineBuilder()
    run.second(at: 0, offered: requests, failed: failed)

    let judgement = try judge(
      "{name: e, errorBudget: {during: surge, objective: 99%, confidence: 95%}}", on: run.timeline)
    #expect(judgement.reason == "no request was due in surge")

    let calm = try expectation("{name: e, errorBudget: {during: calm, objective: 99%, confidence: 95%}}")
    #expect(Judge.judge(calm, on: run.timeline).verdict == verdict)
  }

  @Test("Dropped requests and a late generator make errors and latency inconclusive")
  func saturated() throws {
    var run = TimelineBuilder()
    run.seconds(0..<59)
    run.second(at: 59, dropped: 1)

    for text in [
      Self.budget, "{name: e, latency: {during: calm, percentile: 99, below: 1s}}",
      "{name: e, throughput: {during: calm, atLeast: 90%}}",
    ] {
      let judgement = try judge(text, on: run.timeline)
      #expect(judgement.verdict == .inconclusive)
      #expect(
        judgement.reason
          == "generator saturated: 5,999 of 6,000 requests sent (99.98%), 1 dropped, lateness p99 up to 0s")
    }
  }

  @Test("What the server refused itself fails the budget even when the generator could not send everything")
  func saturatedButRefused() throws {
    var run = TimelineBuilder()
    run.seconds(0..<59)
    run.second(at: 59, failed: 90, dropped: 5)

    #expect(try judge(Self.budget, on: run.timeline).verdict == .fail)
  }

  @Test("A run that was cut short passes no budget")
  func cut() throws {
    var run = TimelineBuilder(endedAt: 30, endReason: .interrupted)
    run.seconds(0..<30)

    let judgement = try judge(Self.budget, on: run.timeline)

    #expect(judgement.verdict == .inconclusive)
    #expect(judgement.reason == "phase calm was cut short: the run was interrupted at 30s")
  }

  @Test("A phase that was cut inside its last interval is not whole, whatever was watched afterwards")
  func cutInsideAnInterval() throws {
    var run = TimelineBuilder(endedAt: 233.264, endReason: .interrupted)
    run.seconds(0..<235)
    run.deployment(sent: 0, received: 0, wanted: 3)
    run.unchanged(sent: 236, received: 236.1)
    let timeline = run.timeline

    #expect(timeline.phase("surge")?.end == .seconds(233.264))
    for text in [
      "{name: e, throughput: {during: surge, atLeast: 90%}}",
      "{name: e, latency: {during: surge, percentile: 99, below: 1s}}",
      "{name: e, errorBudget: {during: surge, objective: 99%}}",
      "{name: e, steadyReplicas: {during: surge, count: 3}}",
    ] {
      let judgement = try judge(text, on: timeline)
      #expect(judgement.verdict == .inconclusive, "\(text): \(judgement.finding)")
      #expect(judgement.reason?.hasPrefix("phase surge was cut short: the run was interrupted at") ?? false)
      #expect(judgement.window?.latest == .seconds(233.264))
    }
    #expect(try judge("{name: e, throughput: {during: calm, atLeast: 90%}}", on: timeline).verdict == .pass)
  }

  @Test(
    "A percentile lies below its bound, above it, or in the bucket of the bound",
    arguments: [("30ms", Verdict.pass), ("10ms", .fail)])
  func latency(below: String, verdict: Verdict) throws {
    var run = TimelineBuilder()
    run.seconds(0..<60)

    let judgement = try judge("{name: e, latency: {during: calm, percentile: 99, below: \(below)}}", on: run.timeline)

    #expect(judgement.verdict == verdict, "\(judgement.finding)")
  }

  @Test("Too few requests bound no percentile")
  func fewRequests() throws {
    var run = TimelineBuilder()
    run.second(at: 0, offered: 298)

    let judgement = try judge("{name: e, latency: {during: calm, percentile: 99, below: 1s}}", on: run.timeline)

    #expect(judgement.verdict == .inconclusive)
    #expect(judgement.reason == "298 requests succeeded, and a bound on p99 takes 299")
  }

  @Test(
    "Throughput is a share of what was offered, or a rate",
    arguments: [
      ("99%", Verdict.pass), ("99.5%", .fail), ("99/s", .pass), ("99.1/s", .fail),
    ])
  func throughput(bound: String, verdict: Verdict) throws {
    var run = TimelineBuilder()
    run.seconds(0..<60, failed: 1)

    let judgement = try judge("{name: e, throughput: {during: calm, atLeast: \(bound)}}", on: run.timeline)

    #expect(judgement.verdict == verdict, "\(judgement.finding)")
  }

  @Test("The rate of a whole run is that of its load: the wait for the last answers is no part of it")
  func rateOfRun() throws {
    var run = TimelineBuilder(endedAt: 1500)
    run.seconds(0..<1140)

    let judgement = try judge("{name: e, throughput: {during: run, atLeast: 100/s}}", on: run.timeline)

    #expect(judgement.verdict == .pass, "\(judgement.finding)")
  }

  @Test("A route is judged by its own requests")
  func route() throws {
    var run = TimelineBuilder()
    run.second(at: 0, offered: 100, failed: 0, route: "home")
    run.second(at: 0, offered: 100, failed: 100, route: "order")

    #expect(
      try judge("{name: e, errorBudget: {during: calm, objective: 99%, route: home}}", on: run.timeline).verdict
        == .pass)
    #expect(
      try judge("{name: e, errorBudget: {during: calm, objective: 99%, route: order}}", on: run.timeline).verdict
        == .fail)
  }
}

@Suite("Expectations before a run")
struct ExpectationPlanTests {
  @Test("A confidence that the planned load cannot reach is an error that says how many requests it takes")
  func confidence() throws {
    let text = """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: test}
      target: {url: "http://a.example"}
      requests: [{name: home, path: /}]
      load: {phases: [{name: calm, for: 60s, rate: 10/s}]}
      expectations:
        - {name: few, errorBudget: {during: calm, objective: 99.9%, confidence: 95%}}
        - {name: none, errorBudget: {during: calm, objective: 99.9%}}
        - {name: enough, errorBudget: {during: calm, objective: 99%, confidence: 95%}}
      """
    let profile = try ProfileReader.read(text: text, source: "p.yaml")

    #expect(
      ExpectationPlan.problems(profile).map(\.description) == [
        "p.yaml:8:5: few: errorBudget.confidence: 99.9% with 95% confidence takes 2,995 requests without a failure, and calm "
          + "plans 600; plan more requests, ask for less, or leave confidence out to judge the count"
      ])
    #expect(
      ExpectationPlan.warnings(profile).map(\.description) == [
        "p.yaml:9:5: none: errorBudget.objective: among the 600 requests planned for calm, 99.9% allows no failure at all",
        "p.yaml:10:5: enough: errorBudget.confidence: among the 600 requests planned for calm this passes with at most "
          + "1 failure",
      ])
  }

  @Test("figures of a closed model say what they leave out, and those of an open one do not")
  func closedModel() throws {
    var builder = TimelineBuilder()
    builder.seconds(60..<300)
    builder.users = 50
    let left =
      "closed-model load (50 users in surge): what users did not send while they waited for answers is in no figure"

    for text in [
      "{name: e, latency: {during: surge, percentile: 99, below: 250ms}}",
      "{name: e, throughput: {during: surge, atLeast: 99%}}",
    ] {
      #expect(try judge(text, on: builder.timeline).evidence.contains { $0.text == left })
    }
    builder.users = nil
    let open = try judge("{name: e, throughput: {during: surge, atLeast: 99%}}", on: builder.timeline)
    #expect(!open.evidence.contains { $0.text.contains("closed-model") })
  }
}
