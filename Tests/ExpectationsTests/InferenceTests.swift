import Expectations
import Profiles
import RunTimeline
import Testing
import Units

@Suite("What chance has to do with verdicts")
struct InferenceTests {
  /// 100 requests a second, of which some fail in each second of the surge.
  private static func run(surge: Int, unended: Int = 0) -> Timeline {
    var run = TimelineBuilder()
    run.seconds(0..<60)
    for second in 60..<1140 { run.second(at: Double(second), offered: 100, failed: surge, unended: unended) }
    return run.timeline
  }

  private static let inferring = [
    "errorBudget: {during: surge, objective: 98.9%, confidence: 95%}",
    "notWorse: {during: surge, than: calm, margin: 1.1%}",
  ]

  @Test("an expectation fails exactly where its p-value lies below what its confidence leaves")
  func decides() throws {
    for failed in 0...4 {
      for text in Self.inferring {
        let judgement = try judge("{name: e, \(text)}", on: Self.run(surge: failed))
        let inference = try #require(judgement.inference)

        #expect((judgement.verdict == .fail) == (inference.pValue.upperBound < inference.risk), "\(judgement.finding)")
        let figure = judgement.measurements.first { $0.name == "boundKept.pValue" }
        #expect(figure?.highest == inference.pValue.upperBound && figure?.limit == nil)
      }
    }
  }

  @Test(
    "with a confidence a percentile is judged by how many requests are slow, with the p-value of SciPy 1.17.1",
    arguments: [
      (100, Verdict.pass, Verdict.pass, 1.0), (230, .pass, .inconclusive, 0.7503251289097244),
      (250, .fail, .inconclusive, 0.2666807002231906),
      (300, .fail, .fail, 9.697347828217714e-05),
    ])
  func percentile(slow: Int, counted: Verdict, inferred: Verdict, pValue: Double) throws {
    // Of 24,000 requests, of which 240 may take longer.
    var run = TimelineBuilder()
    run.seconds(0..<60)
    for second in 60..<300 {
      let some = second == 70 ? slow % 100 : (100..<100 + slow / 100).contains(second) ? 100 : 0
      run.second(at: Double(second), offered: 100 - some)
      if some > 0 { run.second(at: Double(second), offered: some, latency: .milliseconds(400), route: "slow") }
    }
    run.seconds(300..<1140)
    func judgement(_ rest: String) throws -> Judgement {
      try judge("{name: e, latency: {during: surge, percentile: 99, below: 250ms\(rest)}}", on: run.timeline)
    }

    #expect(try judgement("").verdict == counted)
    #expect(try judgement("").inference == nil)
    let sure = try judgement(", confidence: 95%")
    #expect(sure.verdict == inferred, "\(sure.finding)")
    let found = try #require(sure.inference?.pValue.upperBound)
    #expect(abs(found - pValue) <= 1e-9 * pValue)
  }

  @Test("what is not known of requests makes an interval of the p-value, by whose upper end a fail is told")
  func unknown() throws {
    for text in Self.inferring {
      let judgement = try judge("{name: e, \(text)}", on: Self.run(surge: 1, unended: 3))
      let inference = try #require(judgement.inference)

      #expect(judgement.verdict == .inconclusive)
      #expect(inference.pValue.lowerBound < inference.risk && inference.pValue.upperBound > inference.risk)
    }
  }

  @Test("what counts and does not infer has none")
  func counting() throws {
    for text in ["errorBudget: {during: surge, objective: 99%}", "throughput: {during: surge, atLeast: 90%}"] {
      let judgement = try judge("{name: e, \(text)}", on: Self.run(surge: 1))
      #expect(judgement.inference == nil)
    }
  }

  private func judgement(_ name: String, _ pValue: Double, confidence: Int = 95) -> Judgement {
    let inference = Inference(
      worst: pValue, best: pValue, confidence: Percentage(billionths: Int64(confidence) * 10_000_000))
    return Judgement(
      name: name, kind: "errorBudget", expected: "", verdict: pValue < inference.risk ? .fail : .pass, finding: "",
      inference: inference)
  }

  @Test("nothing is said where one expectation infers, or none of them fails")
  func silent() {
    #expect(SeveralInferences([judgement("a", 0.04)]) == nil)
    #expect(SeveralInferences([judgement("a", 0.4), judgement("b", 0.5)])?.sentence == nil)
  }

  @Test("the summary says which fails stand among all that infer")
  func said() throws {
    let some = try #require(
      SeveralInferences([judgement("a", 0.001), judgement("b", 0.03), judgement("c", 0.9)])?.sentence)
    #expect(
      some == "3 expectations infer a rate, and by chance one of many fails sooner than one alone: corrected for that "
        + "(Holm), “a” would still fail, and “b” would not, and may be chance.")
    let all = try #require(SeveralInferences([judgement("a", 0.001), judgement("c", 0.9)])?.sentence)
    #expect(all.hasSuffix("(Holm), “a” would still fail."))
    let none = try #require(SeveralInferences([judgement("b", 0.04), judgement("c", 0.9)])?.sentence)
    #expect(none.hasSuffix("(Holm), “b” would not, and may be chance."))
  }
}
