import KubernetesObjects
import Testing
import Units

@testable import Profiles

@Suite("Conditions of actions and faults")
struct StartConditionTests {
  @Test(
    "on the load are read with their stretch, or the usual one, and written with it",
    arguments: [
      ("errors > 1%", 10_000_000, 30, "errors > 1% over 30s"), ("errors>1%", 10_000_000, 30, "errors > 1% over 30s"),
      ("errors > 0%", 0, 30, "errors > 0% over 30s"),
      ("errors > 99.9% over 1s", 999_000_000, 1, "errors > 99.9% over 1s"),
      ("errors  >  12.5 %  over  2m", 125_000_000, 120, "errors > 12.5% over 2m"),
    ])
  func errors(text: String, billionths: Int64, seconds: Int, written: String) throws {
    let condition = try StartCondition(text: text)
    #expect(
      condition == .errors(ErrorCondition(above: Percentage(billionths: billionths), over: .seconds(seconds))))
    #expect(condition.description == written)
    #expect(try StartCondition(text: written) == condition)
  }

  @Test(
    "on the workload are what they are elsewhere",
    arguments: ["ready >= 8", "available < 5", "ready == 4", "ready >= 8 for 30s", "scales out", "rollout ends"])
  func workload(text: String) throws {
    #expect(try StartCondition(text: text) == .workload(WorkloadCondition(text: text)))
    #expect(try StartCondition(text: text).description == text)
  }

  @Test(
    "are refused in one line that says how to write them",
    arguments: [
      ("errors", "write errors > and a percentage"), ("errors > 1", "\"1\" is not a percentage"),
      ("errors >= 1%", "write errors > and a percentage"), ("errors < 1%", "write errors > and a percentage"),
      ("error > 1%", "write errors > and a percentage"), ("errors > 100%", "never comes true"),
      ("errors > 1% over", "is not a duration"), ("errors > 1% over 500ms", "write 1s or more"),
      ("errors > 1% for 30s", "is not a percentage"), ("latency > 1s", "or on the load, as in \"errors > 1%\""),
      ("", "or on the load, as in \"errors > 1%\""), ("readi >= 8", "(did you mean ready?)"),
      ("ready >= -1", "is not a count"),
    ])
  func mistakes(text: String, expected: String) {
    let problem = #expect(throws: UnitProblem.self) { try StartCondition(text: text) }
    #expect(problem?.description.contains(expected) == true, "\(problem?.description ?? "")")
    #expect(problem?.description.contains("\n") == false)
  }
}
