import LoadFacts
import RunTimeline
import Testing
import Units

@testable import Expectations

@Suite("What failed requests have to do with what happened")
struct AttributionTests {
  private static func stretch(_ from: Double, _ to: Double) -> Stretches {
    Stretches([.seconds(from)..<Duration.seconds(to)])
  }

  /// 100 seconds with so many requests in all, of which some fail in the first ten and some later.
  private static func load(first: Int, later: Int, windowSeconds: Int) -> AttributedLoad {
    var run = TimelineBuilder()
    for second in 0..<100 {
      let failed = second == 0 ? first : second == windowSeconds ? later : 0
      run.second(at: Double(second), offered: 100, failed: failed)
    }
    return AttributedLoad(run.timeline)
  }

  @Test(
    "the p-value and the attributable fraction are those of binomtest of SciPy 1.17.1",
    arguments: [
      (3, 4, 10, 0.0037, 0.962962962962963, 0.5387288026401746, 0.9992944971882192),
      (34, 37, 12, 2.637037363989949e-28, 0.9879679144385027, 0.9617407987580965, 0.9976355841843119),
      (5, 10, 40, 0.3668967424000001, 0.33333333333333326, 0, 0.8465716873745887),
    ])
  func oracle(
    inside: Int, all: Int, share: Int, pValue: Double, value: Double, lower: Double, upper: Double
  ) throws {
    let load = Self.load(first: inside, later: all - inside, windowSeconds: share)
    let test = AttributionTest(load, Self.stretch(0, Double(share)), within: Self.stretch(0, 100))
    let fraction = try #require(test.fraction)

    #expect(test.inside == inside && test.share == Double(share) / 100)
    #expect(abs(test.pValue - pValue) <= 1e-10 * pValue)
    #expect(abs(fraction.value - value) < 1e-9)
    #expect(abs(fraction.lower - lower) < 1e-9)
    #expect(abs(fraction.upper - upper) < 1e-9)
  }

  @Test("failures that are known whole are told apart within an interval, the others by their share")
  func parts() {
    var run = TimelineBuilder()
    run.second(at: 0, offered: 100, failed: 10, length: 10)
    let halves = AttributedLoad(run.timeline).count(in: Self.stretch(0, 5))
    #expect(halves.failed == 5 && halves.requests == 50)

    run.keep(failuresDueAt: [1, 2, 3, 9])
    // Three of the four that are known.
    #expect(AttributedLoad(run.timeline).count(in: Self.stretch(0, 5)).failed == 8)
  }

  @Test("stretches are joined, cut and turned about")
  func stretches() {
    let some = Stretches([
      .seconds(8)..<Duration.seconds(9), .seconds(1)..<Duration.seconds(3), .seconds(2)..<Duration.seconds(4),
    ])
    #expect(some.ranges.map(\.length) == [.seconds(3), .seconds(1)])
    #expect(some.share(of: .seconds(0)..<Duration.seconds(8)) == 0.375)
    let rest = some.complement(in: .zero..<Duration.seconds(10))
    #expect(rest.ranges.map(\.length) == [.seconds(1), .seconds(4), .seconds(1)])
    #expect(some.intersection(rest).isEmpty)
    #expect(some.intersection(Self.stretch(3, 20)).ranges.map(\.length) == [.seconds(1), .seconds(1)])
  }

  /// Requests of 199 seconds beside a cluster.
  ///
  /// - Parameter peak: how many more come in a second from 70 s to 100 s.
  private func timeline(
    _ script: ClusterScript, failing: Range<Int>, failed: Int = 5, length: Duration? = nil, peak: Int = 0
  ) -> Timeline {
    var run = TimelineBuilder()
    for second in 0..<199 {
      let offered = 100 + (70..<100 ~= second ? peak : 0)
      run.second(at: Double(second), offered: offered, failed: failing.contains(second) ? failed : 0)
    }
    if let length { run.keep(failuresDueAt: failing.map { Double($0) + 0.5 }, length: length) }
    var timeline = script.timeline
    (timeline.load, timeline.failures) = (run.load, run.failures)
    return timeline
  }

  /// One pod goes at 70 s.
  private static let termination: ClusterScript = {
    var script = ClusterScript.healthy()
    script.heard(at: 65)
    script.pod("web-1-1", at: 70.1, .init(deleted: 70))
    script.pod("web-1-1", at: 72, .init(ready: false, transition: 71, deleted: 70), gone: true)
    script.heard(at: 199)
    return script
  }()

  @Test("failures right after a pod was asked to go are its termination's, with the field to change")
  func termination() throws {
    let attribution = try #require(Attribution(timeline(Self.termination, failing: 71..<75)))

    #expect(attribution.cause == .named(.termination), "\(attribution.rows)")
    #expect(attribution.advice?.contains("preStop") ?? false)
    #expect(
      attribution.sentence?.hasPrefix("20 of 20 failed requests, and ") ?? false, "\(attribution.sentence ?? "")")
    #expect(attribution.row(of: .termination)?.fraction?.value == 1)
  }

  @Test("how long failures took is told where they took any time", arguments: [0, 3])
  func length(milliseconds: Int) throws {
    let attribution = try #require(
      Attribution(timeline(Self.termination, failing: 71..<75, length: .milliseconds(milliseconds))))
    let sentence = try #require(attribution.sentence)

    #expect(sentence.contains("; 502, half of them within 3ms)") == (milliseconds == 3), "\(sentence)")
    #expect(sentence.contains("; 502)") == (milliseconds == 0), "\(sentence)")
  }

  /// Two pods, of which one is not ready from some second to 100 s, and as many more as come to be wanted at 70 s, which are
  /// ready at 100 s.
  private static func short(losingAt lost: Double?, wanted: Int = 2) -> ClusterScript {
    let ready = lost == nil ? 2 : 1
    var script = ClusterScript()
    script.autoscaler = wanted > 2 ? "web" : nil
    script.container = #", "readinessProbe": {"periodSeconds": 5}"#
    script.deployment(at: 0, wanted: 2, available: lost == 0 ? 1 : 2)
    script.replicaSet("1", at: 0, replicas: 2, ready: lost == 0 ? 1 : 2)
    script.pod("web-1-1", at: 0)
    script.pod("web-1-2", at: 0, .init(ready: lost != 0))
    script.begin()
    if let lost, lost > 0 { script.pod("web-1-2", at: lost, .init(ready: false, transition: lost)) }
    script.deployment(at: 70.2, wanted: wanted, available: ready, current: 2, generation: wanted > 2 ? 2 : 1)
    script.replicaSet("1", at: 70.3, replicas: wanted, status: 2, ready: ready)
    for number in 3..<max(wanted + 1, 3) {
      script.pod("web-1-\(number)", at: 71, .init(ready: false, transition: 71, created: 71, scheduled: 71))
    }
    script.replicaSet("1", at: 71.2, replicas: wanted, ready: ready)
    script.deployment(at: 71.3, wanted: wanted, available: ready, generation: wanted > 2 ? 2 : 1)
    if lost != nil { script.pod("web-1-2", at: 100, .init(transition: 100)) }
    for number in 3..<max(wanted + 1, 3) {
      script.pod("web-1-\(number)", at: 100, .init(transition: 100, created: 71, scheduled: 71))
    }
    script.replicaSet("1", at: 100.2, replicas: wanted)
    script.deployment(at: 100.3, wanted: wanted, generation: wanted > 2 ? 2 : 1)
    script.heard(at: 199)
    return script
  }

  @Test("too few ready pods are advised of by their cause: pods that were lost, more that were wanted, or neither")
  func shortages() throws {
    let cases: [(ClusterScript, advice: String?)] = [
      (Self.short(losingAt: 70), "change readinessProbe.timeoutSeconds"),
      (Self.short(losingAt: 70, wanted: 4), "change readinessProbe.timeoutSeconds"),
      (Self.short(losingAt: nil, wanted: 3), "raise minReplicas of the HorizontalPodAutoscaler"),
      // It never was ready in the run.
      (Self.short(losingAt: 0), nil),
    ]
    for (script, advice) in cases {
      let attribution = try #require(Attribution(timeline(script, failing: 75..<95, peak: 50)))

      #expect(attribution.cause == .named(.underCapacity), "\(attribution.rows)")
      #expect(attribution.advice.map { $0.hasPrefix(advice ?? "no advice") } ?? (advice == nil), "\(attribution)")
      #expect(attribution.sentence?.hasSuffix(advice == nil ? ")." : ".") ?? false)
    }
  }

  @Test("where something kept pods from starting, that is what to look at, and not how many are wanted")
  func obstacle() throws {
    var script = Self.short(losingAt: nil, wanted: 3)
    script.event("FailedCreate", of: ("ReplicaSet", "web-1"), at: 75, "exceeded quota: team")
    script.heard(at: 199)
    let attribution = try #require(Attribution(timeline(script, failing: 75..<95, peak: 50)))

    #expect(attribution.advice == "look at what kept pods from starting (FailedCreate: exceeded quota: team)")
  }

  @Test("too few pods are no cause where as many answered as much before")
  func answeredBefore() throws {
    for script in [Self.short(losingAt: nil, wanted: 3), Self.short(losingAt: 0)] {
      let attribution = try #require(Attribution(timeline(script, failing: 75..<95)))

      #expect(attribution.cause == .none, "\(attribution.rows)")
      #expect(attribution.row(of: .underCapacity)?.contradiction == .noMoreLoad)
    }
  }

  @Test("failures that lie elsewhere, or everywhere, have no cause")
  func none() throws {
    for failing in [20..<25, 0..<199] {
      let attribution = try #require(Attribution(timeline(Self.termination, failing: failing)))
      #expect(attribution.cause == .none, "\(failing): \(attribution.rows)")
      #expect(attribution.sentence == nil)
    }
    #expect(Attribution(timeline(Self.termination, failing: 0..<0)) == nil)
  }
}
