import Expectations
import Testing

@Suite("Expectations that the plan of a run lets never fail, or never pass")
struct IdlePlanTests {
  @Test(
    "what cannot fail in so short a run, or of so few requests, is warned of, and what is a little less is not",
    arguments: [
      ("podStartup: {within: 100s}", "podStartup: {within: 99s}"),
      ("podStartup: {ready: 2m}", "podStartup: {ready: 99s}"),
      ("scheduledWithin: {during: surge, within: 100s}", "scheduledWithin: {during: surge, within: 99s}"),
      ("burnRate: {objective: 99%}", "burnRate: {objective: 99.9%}"),
      (
        "errorBudget: {during: surge.start..+2s, objective: 10%, confidence: 95%}",
        "errorBudget: {during: surge, objective: 10%, confidence: 95%}"
      ),
      (
        "notWorse: {during: surge.start..+2s, than: surge.end-2s..surge.end, margin: 90%}",
        "notWorse: {during: surge.start..+2s, than: surge.end-2s..surge.end, margin: 60%}"
      ),
      (
        "latency: {during: surge, percentile: 90, below: 1000s, from: send}",
        "latency: {during: surge, percentile: 90, below: 1s, from: send}"
      ),
    ])
  func neverFails(idle: String, useful: String) throws {
    let (refused, warned) = try planRemarks(idle)
    #expect(refused.isEmpty && warned.contains { $0.contains("cannot") }, "\(refused) \(warned)")
    let warnings = try planRemarks(useful).warnings
    #expect(!warnings.contains { $0.contains("cannot") }, "\(warnings)")
  }

  @Test("a rate above what is planned can never be answered")
  func beyondThePlan() throws {
    #expect(
      try planRemarks("throughput: {during: surge, atLeast: 10/s}").problems == [
        "surge plans 5/s at most, so that 10/s can never be answered"
      ])
    #expect(try planRemarks("throughput: {during: surge, atLeast: 5/s}").problems.isEmpty)
  }
}
