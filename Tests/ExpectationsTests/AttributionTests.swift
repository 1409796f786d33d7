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

    run.failures = [1.0, 2, 3, 9].map { due in
      FailedRequest(
        due: .seconds(due), sent: .seconds(due), completed: .seconds(due + 1), route: "home", outcome: "502",
        status: 502)
    }
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

  /// Requests of two minutes beside a cluster in which one pod goes at 70 s.
  private func timeline(failing: Range<Int>, failed: Int = 5) -> Timeline {
    var run = TimelineBuilder()
    var script = ClusterScript.healthy()
    script.heard(at: 65)
    script.pod("web-1-1", at: 70.1, .init(deleted: 70))
    script.pod("web-1-1", at: 72, .init(ready: false, transition: 71, deleted: 70), gone: true)
    script.heard(at: 199)
    for second in 0..<199 {
      run.second(at: Double(second), offered: 100, failed: failing.contains(second) ? failed : 0)
    }
    var timeline = script.timeline
    timeline.load = run.load
    return timeline
  }

  @Test("failures right after a pod was asked to go are its termination's, with the field to change")
  func termination() throws {
    let attribution = try #require(Attribution(timeline(failing: 71..<75)))

    #expect(attribution.cause == .named(.termination), "\(attribution.rows)")
    #expect(attribution.advice?.contains("preStop") ?? false)
    #expect(
      attribution.sentence?.hasPrefix("20 of 20 failed requests, and ") ?? false, "\(attribution.sentence ?? "")")
    #expect(attribution.row(of: .termination)?.fraction?.value == 1)
  }

  @Test("failures that lie elsewhere, or everywhere, have no cause")
  func none() throws {
    for failing in [20..<25, 0..<199] {
      let attribution = try #require(Attribution(timeline(failing: failing)))
      #expect(attribution.cause == .none, "\(failing): \(attribution.rows)")
      #expect(attribution.sentence == nil)
    }
    #expect(Attribution(timeline(failing: 0..<0)) == nil)
  }
}
