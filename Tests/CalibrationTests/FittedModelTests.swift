import Expectations
import RunTimeline
import TestRecordings
import Testing
import Units

@testable import Calibration

/// What recordings of a real control plane tell of the machines under it; their story stands beside them.
@Suite("Fitting a model to a recording")
struct FittedModelTests {
  @Test(
    "pods of the rig start within the 2 to 2.5 s of its story, and their application at once",
    arguments: ["surge-and-rollout", "no-behavior-surge-to-max", "quota-blocked", "release-overtaken-by-undo"])
  func starts(name: String) throws {
    let model = FittedModel(RunAnalysis(try Recordings.timeline(name)))

    let start = try #require(model[.containerStart])
    #expect(start.range.lowerBound <= .seconds(2.5) && start.range.upperBound >= .seconds(2), "\(start)")
    #expect(start.value > .seconds(1) && start.value < .seconds(3.5), "\(start)")
    #expect(start.observations >= 2)
    #expect(model[.applicationStart]?.value == .zero)
  }

  @Test("what a recording without load does not tell is said to be as given, with the reason")
  func untold() throws {
    let model = FittedModel(RunAnalysis(try Recordings.timeline("surge-and-rollout")))

    let lines = model.lines { _ in .milliseconds(1500) }

    #expect(lines.count == FittedParameter.allCases.count)
    #expect(lines[0] == "  cpuPerRequest   1.5s as given: no load was recorded")
    for parameter in [FittedParameter.cpuPerRequest, .serviceTime, .metricsWindow, .metricsDelay, .endpointDelay] {
      #expect(model[parameter] == nil)
      #expect(model.reasons[parameter]?.isEmpty == false)
    }
  }

  @Test("observations that allow a length in common give that, others the spread of what they say")
  func together() {
    let common = FittedValue(.imagePull, within: [.seconds(1) ... .seconds(3), .seconds(2) ... .seconds(6)])
    let apart = FittedValue(.imagePull, within: [.seconds(1) ... .seconds(1), .seconds(4) ... .seconds(6)])

    #expect(common?.range == .seconds(2) ... .seconds(3))
    #expect(common?.value == .seconds(3))
    #expect(apart?.range == .seconds(1) ... .seconds(5))
    #expect(FittedValue(.imagePull, within: []) == nil)
  }
}

@Suite("How well a run is reproduced")
struct ReproductionTests {
  private func run(_ name: String) throws -> RunAnalysis { RunAnalysis(try Recordings.timeline(name)) }

  @Test("a run reproduces itself", arguments: Recordings.all)
  func itself(name: String) throws {
    let reproduction = Reproduction(of: try run(name), by: try run(name))

    #expect(reproduction.problem == nil)
    #expect(reproduction.recorded == reproduction.simulated)
  }

  @Test("the first rescale that differs, is missing or is one too many is named")
  func differences() throws {
    let (surge, quota, stuck) = (
      try run("surge-and-rollout"), try run("quota-blocked"), try run("stuck-rollout-and-undo")
    )

    #expect(
      Reproduction(of: surge, by: quota).problem
        == "rescale 1 was 3 -> 7 at 73.3s, and by the model it is 3 -> 5 at 42.2s")
    #expect(
      Reproduction(of: surge, by: stuck).problem
        == "it rescaled 2 times, and by the model 0 times: 3 -> 7 at 73.3s is missing")
    #expect(
      Reproduction(of: stuck, by: surge).problem
        == "it rescaled 0 times, and by the model 2 times: 3 -> 7 at 73.3s is one too many")
  }
}
