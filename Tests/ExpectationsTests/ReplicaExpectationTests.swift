import KubernetesObjects
import RunTimeline
import Testing
import Units

@testable import Expectations

@Suite("Expectations of replica counts")
struct ReplicaExpectationTests {
  private static let up = "{name: e, scaleUp: {after: surge.start, to: \">= 8\", of: wanted, within: 60s}}"

  /// 3 replicas until the read sent for at `old`, 8 in the one received at `new`, and watched until the end.
  private static func reached(old: Double, new: Double, end: Double = 1140) -> Timeline {
    var run = TimelineBuilder()
    run.deployment(sent: 0, received: 0, wanted: 3)
    run.unchanged(sent: old, received: old + 0.1)
    run.deployment(sent: new - 0.1, received: new, wanted: 8)
    run.unchanged(sent: end, received: end)
    return run.timeline
  }

  @Test(
    "how far a goal was missed is counted from the nearest count that would have met it",
    arguments: [
      ("\"< 3\"", "at least 3 replicas were wanted by 1m after surge.start; 1 more than 2"),
      ("\"<= 2\"", "at least 3 replicas were wanted by 1m after surge.start; 1 more than 2"),
      ("2", "at least 3 replicas were wanted by 1m after surge.start; 1 more than 2"),
      ("\"> 3\"", "at most 3 replicas were wanted by 1m after surge.start; 1 short of 4"),
      ("\">= 5\"", "at most 3 replicas were wanted by 1m after surge.start; 2 short of 5"),
      ("5", "at most 3 replicas were wanted by 1m after surge.start; 2 short of 5"),
    ])
  func distance(condition: String, finding: String) throws {
    var run = TimelineBuilder()
    run.deployment(sent: 0, received: 0, wanted: 3)
    run.unchanged(sent: 1140, received: 1140)

    let judgement = try judge(
      "{name: e, scaleDown: {after: surge.start, to: \(condition), of: wanted, within: 60s}}", on: run.timeline)

    #expect(judgement.verdict == .fail)
    #expect(judgement.finding == finding)
  }

  @Test(
    "A goal is reached in time, too late, or between two observations around the bound",
    arguments: [
      (100.0, 110.0, Verdict.pass), (119, 120, .pass), (119, 121, .inconclusive), (120, 121, .inconclusive),
      (121, 125, .fail),
    ])
  func interval(old: Double, new: Double, verdict: Verdict) throws {
    let judgement = try judge(Self.up, on: Self.reached(old: old, new: new))

    #expect(judgement.verdict == verdict, "\(judgement.finding)")
  }

  @Test("The finding says when and by how much")
  func finding() throws {
    let pass = try judge(Self.up, on: Self.reached(old: 100, new: 110))
    let fail = try judge(Self.up, on: Self.reached(old: 125, new: 126))

    #expect(pass.expected == "wanted replicas >= 8 within 1m of surge.start")
    #expect(pass.finding == "reached 8 between 40s and 50s after surge.start, 10s before the bound")
    #expect(
      fail.finding
        == "reached 8 only between 65s and 66s after surge.start, 5s after the bound; at most 3 replicas were wanted by 1m "
        + "after surge.start; 5 short of 8")
  }

  @Test("A goal that is never reached fails only when the run lasted long enough to tell")
  func neverReached() throws {
    var run = TimelineBuilder()
    run.deployment(sent: 0, received: 0, wanted: 3)
    run.unchanged(sent: 110, received: 110)
    let short = try judge(Self.up, on: run.timeline)
    run.unchanged(sent: 121, received: 121)
    let long = try judge(Self.up, on: run.timeline)

    #expect(short.verdict == .inconclusive)
    #expect(short.reason?.hasPrefix("the cluster was watched for only 50s after surge.start") ?? false, "\(short)")
    #expect(long.verdict == .fail)
    #expect(long.finding == "at most 3 replicas were wanted by 1m after surge.start; 5 short of 8")
  }

  @Test("A gap around the bound leaves it open")
  func gap() throws {
    var run = TimelineBuilder()
    run.deployment(sent: 0, received: 0, wanted: 3)
    run.unchanged(sent: 100, received: 100)
    run.gap(at: 101)
    run.deployment(sent: 140, received: 140, wanted: 8)
    run.unchanged(sent: 1140, received: 1140)

    let judgement = try judge(Self.up, on: run.timeline)

    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
    #expect(judgement.evidence.contains { $0.text == "nothing certain was heard of deployments: refused" })
  }

  @Test("No cluster, no observation and no phase are reasons, never a pass")
  func missing() throws {
    var blind = TimelineBuilder()
    blind.watched = false
    let empty = TimelineBuilder()
    var early = TimelineBuilder(endedAt: 30, endReason: .interrupted)
    early.deployment(sent: 0, received: 0, wanted: 9)

    #expect(try judge(Self.up, on: blind.timeline).reason == "no cluster was watched")
    #expect(try judge(Self.up, on: empty.timeline).reason == "nothing was seen of Deployment web")
    let judgement = try judge(Self.up, on: early.timeline)
    #expect(judgement.verdict == .inconclusive)
    #expect(judgement.reason == "phase surge never began: the run was interrupted at 30s")
  }

  @Test("A generator that did not send the load makes scaling inconclusive")
  func saturated() throws {
    var run = TimelineBuilder()
    run.deployment(sent: 0, received: 0, wanted: 3)
    run.deployment(sent: 80, received: 80, wanted: 8)
    run.unchanged(sent: 1140, received: 1140)
    run.second(at: 70, offered: 1000, sent: 900, dropped: 100)

    let judgement = try judge(Self.up, on: run.timeline)

    #expect(judgement.verdict == .inconclusive)
    #expect(
      judgement.reason
        == "generator saturated: 900 of 1,000 requests sent (90%), 100 dropped, lateness p99 up to 0s")
  }

  @Test(
    "A count may not fall before its time",
    arguments: [(585.0, 586.0, Verdict.pass), (584, 586, .inconclusive), (580, 584.5, .fail)])
  func notBefore(old: Double, new: Double, verdict: Verdict) throws {
    var run = TimelineBuilder()
    run.deployment(sent: 0, received: 0, wanted: 8)
    run.unchanged(sent: old, received: old + 0.1)
    run.deployment(sent: new, received: new, wanted: 4)
    run.unchanged(sent: 1140, received: 1140)

    let judgement = try judge("{name: e, scaleDown: {after: settle.start, notBefore: 285s}}", on: run.timeline)

    #expect(judgement.verdict == verdict, "\(judgement.finding)")
  }

  @Test("A steady count is steady in all of the window, after it settled")
  func steady() throws {
    var run = TimelineBuilder()
    run.deployment(sent: 0, received: 0, wanted: 3)
    run.unchanged(sent: 79, received: 79)
    run.deployment(sent: 80, received: 80, wanted: 8)
    run.unchanged(sent: 1140, received: 1140)
    let timeline = run.timeline

    #expect(try judge("{name: e, steadyReplicas: {during: calm, count: 3}}", on: timeline).verdict == .pass)
    #expect(
      try judge("{name: e, steadyReplicas: {during: surge, count: 8, settle: 20s}}", on: timeline).verdict == .pass)
    let early = try judge("{name: e, steadyReplicas: {during: surge, count: 8, settle: 10s}}", on: timeline)
    #expect(early.verdict == .fail)
    #expect(early.finding.hasPrefix("3 wanted from 70s to 79s of the run"), "\(early.finding)")
    let edge = try judge("{name: e, steadyReplicas: {during: surge, count: 8, settle: 19500ms}}", on: timeline)
    #expect(edge.verdict == .inconclusive, "\(edge.finding)")
  }

  @Test("Why a spec keeps no pod available is said of each kind of workload and strategy")
  func noFloor() throws {
    let reasons: [(WorkloadKind, PodReplacement, String)] = [
      (.deployment, .recreating, "the strategy is Recreate"),
      (.deployment, .surging(maxSurge: nil, maxUnavailable: nil), "maxUnavailable lets every pod go at once"),
      (.statefulSet, .ordered(partition: 0, maxUnavailable: nil), "maxUnavailable lets every pod go at once"),
      (.statefulSet, .byHand, "the strategy is OnDelete"),
      (.replicaSet, .byHand, "a ReplicaSet does not say how many pods have to stay"),
    ]
    for (kind, replacement, reason) in reasons {
      let state = FloorState(
        from: InstantBounds(exactly: .zero), available: 0, wanted: 3, floor: 0, required: 0,
        floorChanged: false, isObserved: true, replacement: replacement, kind: kind, precedesCompletion: false)
      #expect(state.reasonForNoFloor == reason)
    }
  }

  @Test("The floor of a rollout holds, is broken, or rises only when new pods had time to start")
  func floor() throws {
    func run(available: Int, scaled: Int? = nil) -> Timeline {
      var run = TimelineBuilder()
      run.deployment(sent: 0, received: 0, wanted: 8)
      run.unchanged(sent: 179, received: 179)
      run.deployment(sent: 180.1, received: 180.2, wanted: 8, image: "app:v2", generation: 2, updated: 0)
      run.deployment(
        sent: 185, received: 185.1, wanted: 8, available: available, image: "app:v2", generation: 2, updated: 4)
      if let scaled {
        run.deployment(
          sent: 190, received: 190.1, wanted: scaled, available: available, image: "app:v2", generation: 3, updated: 4)
      }
      let wanted = scaled ?? 8
      run.deployment(sent: 200, received: 200.1, wanted: wanted, image: "app:v2", generation: scaled == nil ? 2 : 3)
      run.unchanged(sent: 1140, received: 1140)
      return run.timeline
    }
    let text = "{name: e, availabilityFloor: {during: release}}"

    let holds = try judge(text, on: run(available: 7))
    let broken = try judge(text, on: run(available: 5))
    let scaled = try judge(text, on: run(available: 7, scaled: 10))

    #expect(holds.verdict == .pass, "\(holds.finding) \(holds.reason ?? "")")
    #expect(holds.finding == "never less than 7 available of 8 wanted (floor 7)")
    #expect(broken.verdict == .fail)
    #expect(broken.finding.hasPrefix("5 available of 8 wanted (floor 7), 2 below the floor"), "\(broken.finding)")
    #expect(scaled.verdict == .pass, "\(scaled.finding)")
  }

  @Test(
    "A rollout completes in time, too late, gets stuck, or is not over",
    arguments: [(30.0, Verdict.pass), (15, .fail), (20.05, .inconclusive)])
  func completes(within: Double, verdict: Verdict) throws {
    var run = TimelineBuilder()
    run.deployment(sent: 0, received: 0, wanted: 3)
    run.unchanged(sent: 180, received: 180)
    run.deployment(sent: 180.1, received: 180.2, wanted: 3, image: "app:v2", generation: 2, updated: 1)
    run.unchanged(sent: 199.9, received: 199.9)
    run.deployment(sent: 200.1, received: 200.1, wanted: 3, image: "app:v2", generation: 2)

    let judgement = try judge("{name: e, rolloutCompletes: {action: release, within: \(within)s}}", on: run.timeline)

    #expect(judgement.verdict == verdict, "\(judgement.finding)")
  }

  @Test("An action that failed or never ran leaves its expectations open")
  func action() throws {
    var run = TimelineBuilder()
    run.deployment(sent: 0, received: 0, wanted: 3)
    run.release = ActionSpan(
      name: "release", summary: "", plannedAt: .seconds(180), sent: .seconds(180), answered: .seconds(181),
      problem: "403 Forbidden")
    let failed = try judge("{name: e, rolloutCompletes: {action: release, within: 30s}}", on: run.timeline)
    run.release = ActionSpan(name: "release", summary: "", plannedAt: .seconds(180))
    let unsent = try judge("{name: e, availabilityFloor: {during: release}}", on: run.timeline)

    #expect(failed.reason == "action release failed: 403 Forbidden")
    #expect(
      unsent.reason == "action release was never started: the run ended at 19m0s"
        || unsent.reason == "action release was never started: the run ended at 19m")
    #expect(failed.verdict == .inconclusive && unsent.verdict == .inconclusive)
  }

  @Test("Narrower bounds never turn a pass into a fail or back")
  func narrowing() throws {
    for old in stride(from: 90.0, through: 140, by: 5) {
      for width in [0.2, 1, 5, 20, 60] {
        let wide = try judge(Self.up, on: Self.reached(old: old, new: old + width)).verdict
        for share in [0.1, 0.5, 0.9] {
          let start = old + width * share / 2
          let narrow = try judge(Self.up, on: Self.reached(old: start, new: start + max(width / 2, 0.15))).verdict
          #expect(
            wide == .inconclusive || start + max(width / 2, 0.15) > old + width || narrow == wide, "\(old) \(width)")
        }
      }
    }
  }
}
