import Expectations
import RunTimeline
import Testing
import Units

/// What else than metrics moves a count, and what hides it: each taken into account.
@Suite("Conformance when the world interferes")
struct ConformanceConditionsTests {
  private static let quick =
    #"{"scaleUp": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Pods", "value": 10, "periodSeconds": 15}]}, "scaleDown": {"stabilizationWindowSeconds": 60, "policies": [{"type": "Pods", "value": 4, "periodSeconds": 60}]}}"#

  private func script(wanted: Int = 4, behavior: String? = quick) -> AutoscalerScript {
    var script = AutoscalerScript(wanted: wanted)
    script.behavior = behavior
    return script
  }

  /// Syncs that ask for the same, one a period, from one instant to before another.
  private func steady(_ script: inout AutoscalerScript, asks: Int, from: Double, to: Double) {
    var time = from
    var excess = 0
    while time < to {
      // A status is written only where something in it changes.
      script.sync(at: time, asks: [asks], able: excess % 2 == 0 ? "ReadyForNewScale" : "ScaleDownStabilized")
      time += 15
      excess += 1
    }
  }

  private func expect(_ verdict: Verdict, _ judgement: Judgement) throws {
    #expect(judgement.verdict == verdict, "\(judgement.finding) \(judgement.evidence.map(\.text))")
  }

  private func judged(_ script: AutoscalerScript, _ text: String = "{}") throws -> Judgement {
    try judge("{name: e, hpaConformance: \(text)}", on: script.timeline)
  }

  @Test(
    "a count that falls as its window ends passes; one sync too early it fails by what is held, one too late it is open"
  )
  func jitter() throws {
    func run(_ shrink: Double) throws -> Judgement {
      var script = script(wanted: 8)
      script.begin()
      steady(&script, asks: 8, from: 10, to: 85)
      steady(&script, asks: 4, from: 85, to: shrink - 1)
      script.sync(at: shrink, asks: [4], to: 4)
      script.end(at: shrink + 10)
      return try judged(script)
    }
    // The last eight was asked for at 70 s. The age of 60.1 s at 130.1 s may be 59.9 s by the controller's clock.
    #expect(try run(130.1).verdict == .pass)
    #expect(try run(145).verdict == .inconclusive, "at 130 s it was 60 s old, and counted no more by whole periods")
    let early = try run(115)
    try expect(.fail, early)
    #expect(
      early.finding.hasPrefix(
        "8 to 4: the scaleDown window of 60 s still held a recommendation of 8, made 44s to 45s before"),
      "\(early.finding)")
  }

  @Test("two rescales closer than a period fail, unless the profile says that the controller syncs more often")
  func spacing() throws {
    var script = script()
    script.begin()
    script.sync(at: 10, asks: [6], to: 6)
    script.sync(at: 15, asks: [9], to: 9)
    script.end(at: 30)

    let judgement = try judged(script)
    #expect(judgement.verdict == .fail)
    #expect(judgement.finding.contains("syncs are 15s apart"), "\(judgement.finding)")
    #expect(try judged(script, "{syncPeriod: 5s}").verdict == .pass)
  }

  private static let slowly =
    #"{"scaleDown": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Pods", "value": 4, "periodSeconds": 120}]}}"#

  /// Twelve replicas that lose four at 145 s, which is all that two minutes allow.
  private func spent() -> AutoscalerScript {
    var script = script(wanted: 12, behavior: Self.slowly)
    script.begin()
    steady(&script, asks: 12, from: 10, to: 145)
    script.sync(at: 145, asks: [4], to: 8)
    return script
  }

  @Test("a step that the policies' budget forbids fails")
  func spentBudget() throws {
    var script = spent()
    script.sync(at: 160, asks: [4], able: "A")
    script.sync(at: 175, asks: [4], to: 4)
    script.end(at: 180)

    let judgement = try judged(script)
    #expect(judgement.verdict == .fail)
    #expect(
      judgement.finding.contains("8 to 4: 4 pods per 120 s, counted from 12 at the start of that time, allows 8"),
      "\(judgement.finding)")
  }

  @Test("the same step is undecided where the rhythm of the syncs changed, since a new leader knows of no budget spent")
  func leaderChange() throws {
    var script = spent()
    // 37 s after the last sync, which is no whole number of periods.
    script.sync(at: 182, asks: [4], to: 4)
    script.end(at: 190)

    let judgement = try judged(script)
    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
    #expect(judgement.reason?.contains("unless the controller was restarted") ?? false, "\(judgement.reason ?? "")")
  }

  @Test("a new leader remembers the count that it found, so that its window holds from then on")
  func newLeaderHolds() throws {
    var script = script(wanted: 8)
    script.begin()
    steady(&script, asks: 8, from: 10, to: 85)
    script.sync(at: 107, asks: [4], to: 4)
    script.end(at: 120)

    #expect(try judged(script).verdict == .fail)
  }

  @Test("the same step is undecided where nobody watched in between")
  func gap() throws {
    var script = spent()
    script.gap(of: "horizontalpodautoscalers", from: 150, to: 170)
    script.sync(at: 175, asks: [4], to: 4)
    script.end(at: 180)

    #expect(try judged(script).verdict == .inconclusive)
  }

  @Test("changes by others are named and not judged", arguments: ["kubectl", "argocd-controller", "helm"])
  func foreignWriters(manager: String) throws {
    var script = script()
    script.begin()
    steady(&script, asks: 4, from: 10, to: 50)
    script.scale(at: 45, to: 19, by: manager)
    script.sync(at: 55, asks: [19])
    script.end(at: 60)

    let judgement = try judged(script)
    #expect(judgement.verdict == .pass, "\(judgement.finding)")
    #expect(judgement.finding == "the autoscaler did not scale, as its spec allows; 1 change by others")
    #expect(judgement.evidence.contains { $0.text.contains("4 to 19: made by \(manager), not by the autoscaler") })
  }

  @Test(
    "a step that the autoscaler's own status tells of is judged, whatever program it runs in",
    arguments: ["kube-controller-manager", "k3s", "kubelite", "distribution-server"])
  func controllersOfOtherNames(controller: String) throws {
    var script = script()
    script.controller = controller
    script.begin()
    steady(&script, asks: 4, from: 10, to: 50)
    script.sync(at: 55, asks: [4], to: 6, able: "SucceededRescale")
    script.end(at: 60)

    let judgement = try judged(script)
    #expect(judgement.verdict == .fail, "\(judgement.finding)")
    #expect(judgement.finding.contains("4 to 6: "), "\(judgement.finding)")
  }

  @Test("kubectl scale takes nothing of a policy's budget, and its count is where the next step begins")
  func manualScaling() throws {
    var script = script()
    script.begin()
    steady(&script, asks: 4, from: 10, to: 80)
    script.scale(at: 80, to: 8, by: "kubectl", subresource: "scale")
    // Four asked for throughout the window: down by at most 4 a minute, from the eight that somebody set.
    script.sync(at: 85, asks: [4], to: 4)
    script.end(at: 90)
    try expect(.pass, judged(script))
  }

  @Test("who wrote nothing about himself makes the change undecided")
  func unknownWriter() throws {
    var script = script()
    script.begin()
    steady(&script, asks: 4, from: 10, to: 50)
    script.scaleAnonymously(at: 47, to: 6)
    script.end(at: 50)

    let judgement = try judged(script)
    #expect(judgement.verdict == .inconclusive)
    #expect(judgement.reason?.contains("nothing tells who made it") ?? false)
  }

  @Test("the largest of several metrics decides")
  func severalMetrics() throws {
    func run(to: Int) throws -> Verdict {
      var script = script()
      script.metrics = 2
      script.begin()
      script.sync(at: 10, asks: [5, 9], to: to)
      script.end(at: 20)
      return try judged(script).verdict
    }
    #expect(try run(to: 9) == .pass)
    #expect(try run(to: 5) == .fail)
  }

  @Test("while a metric fails nothing may shrink, and growth by another is allowed")
  func partialFailure() throws {
    var grows = script()
    grows.metrics = 2
    grows.begin()
    grows.sync(at: 10, asks: [nil, 9], to: 9)
    grows.end(at: 20)
    try expect(.pass, judged(grows))

    var shrinks = script(wanted: 9)
    shrinks.metrics = 2
    shrinks.begin()
    for time in stride(from: 10.0, to: 100, by: 15) { shrinks.sync(at: time, asks: [6, 6], able: "A\(time)") }
    shrinks.sync(at: 100, asks: [nil, 6], to: 6)
    shrinks.end(at: 110)
    try expect(.fail, judged(shrinks))
  }

  @Test(
    "up to 1.24 shrinking gives growth no budget back; since 1.25 it does",
    arguments: [("v1.24.17", Verdict.fail), ("v1.25.0", .pass)])
  func versions(version: String, verdict: Verdict) throws {
    var script = script(
      wanted: 8,
      behavior:
        #"{"scaleUp": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Pods", "value": 2, "periodSeconds": 120}]}, "scaleDown": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Pods", "value": 4, "periodSeconds": 15}]}}"#
    )
    script.serverVersion = version
    script.begin()
    // No event from before the recording can be inside of 120 s by then.
    for time in stride(from: 10.0, to: 140, by: 15) { script.sync(at: time, asks: [8], able: "A\(time)") }
    script.sync(at: 145, asks: [4], to: 4)
    script.sync(at: 160, asks: [10], to: 10)
    script.end(at: 170)

    try expect(verdict, judged(script))
  }

  @Test("a raised minReplicas is reached in one step, whatever windows and policies say; half of the way fails")
  func corrections() throws {
    func run(to: Int) throws -> Judgement {
      var script = script(behavior: #"{"scaleUp": {"selectPolicy": "Disabled"}}"#)
      script.begin()
      steady(&script, asks: 4, from: 10, to: 50)
      script.edit(at: 45) { $0.minReplicas = 9 }
      script.correct(at: 55, to: to)
      script.end(at: 60)
      return try judged(script)
    }
    try expect(.pass, run(to: 9))
    let half = try run(to: 6)
    #expect(half.verdict == .fail)
    #expect(half.finding.contains("4 is below minReplicas, which is 9, so that one step has to go there"))
  }

  @Test("a lowered maxReplicas is reached in one step")
  func correctionDown() throws {
    var script = script(wanted: 12, behavior: #"{"scaleDown": {"selectPolicy": "Disabled"}}"#)
    script.begin()
    steady(&script, asks: 12, from: 10, to: 50)
    script.edit(at: 45) { $0.maxReplicas = 5 }
    script.correct(at: 55, to: 5)
    script.end(at: 60)

    try expect(.pass, judged(script))
  }

  @Test("a direction that is Disabled may not be taken")
  func disabled() throws {
    var script = script(behavior: #"{"scaleUp": {"selectPolicy": "Disabled"}}"#)
    script.begin()
    steady(&script, asks: 4, from: 10, to: 50)
    script.sync(at: 55, asks: [9], to: 9)
    script.end(at: 60)

    let judgement = try judged(script)
    #expect(judgement.verdict == .fail)
    #expect(judgement.finding.contains("selectPolicy Disabled of scaleUp allows no step"))
  }

  @Test(
    "a sync that could not write the scale, or not read it, is not held against the metrics",
    arguments: ["FailedUpdateScale", "FailedGetScale"])
  func unableToScale(reason: String) throws {
    var script = script()
    script.begin()
    steady(&script, asks: 4, from: 10, to: 50)
    script.sync(at: 55, asks: [9], able: reason)
    script.end(at: 60)

    try expect(.pass, judged(script))
  }

  @Test("What a sync that could not read the scale left in the status is not taken for the count that it found")
  func unreadScale() throws {
    var script = script()
    script.begin()
    steady(&script, asks: 4, from: 10, to: 50)
    script.sync(at: 55, asks: [9], to: 9)
    script.sync(at: 70, asks: [9], able: "FailedGetScale", found: 4)
    script.sync(at: 115, asks: [9])
    script.end(at: 120)

    try expect(.pass, judged(script))
    let corridor = try judge("{name: w, withinCorridor: {}}", on: script.timeline)
    #expect(corridor.verdict != .fail, "\(corridor.finding)")
    let run = RunAnalysis(script.timeline)
    let record = try #require(run.scaling)
    let lines = try #require(run.replay).lines(of: record)
    #expect(lines.contains { $0.hasPrefix("     70.0s  could not read the count") }, "\(lines)")
  }

  @Test(
    "Where a window has just ended or has not, the counts of both are possible, and none between",
    arguments: [(3, Verdict.pass), (5, .fail), (9, .fail)])
  func endOfWindow(to: Int, verdict: Verdict) throws {
    var script = script(wanted: 10, behavior: nil)
    script.begin()
    script.sync(at: 10, asks: [10])
    script.sync(at: 40, asks: [3])
    script.sync(at: 325, asks: [3], to: to)
    script.end(at: 330)

    let judged = try judged(script)
    #expect(verdict == .fail ? judged.verdict == .fail : judged.verdict != .fail, "\(judged.finding)")
    if verdict == .fail { #expect(judged.finding.contains("3 or 10"), "\(judged.finding)") }
  }

  @Test(
    "without behavior a step up ends at twice the count or at four",
    arguments: [(1, 4, Verdict.pass), (1, 5, .fail), (5, 10, .pass), (5, 11, .fail)])
  func builtInLimit(from: Int, to: Int, verdict: Verdict) throws {
    var script = script(wanted: from, behavior: nil)
    script.minReplicas = 1
    script.begin()
    script.sync(at: 10, asks: [15], to: to)
    script.end(at: 20)

    #expect(try judged(script).verdict == verdict)
  }

  @Test("a tolerance that the controller was started with counts")
  func tolerance() throws {
    var script = script(wanted: 10)
    script.begin()
    script.sync(at: 10, asks: [10])
    script.sync(at: 25, asks: [12])
    script.end(at: 30)

    #expect(try judged(script).verdict == .fail)
    #expect(try judged(script, "{tolerance: 25%}").verdict == .pass)
  }
}
