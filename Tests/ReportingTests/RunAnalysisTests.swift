import Expectations
import Profiles
import Reporting
import RunTimeline
import Testing

@Suite("One analysis for all that is said of a run")
struct RunAnalysisTests {
  private static let profile = """
    apiVersion: scaleproof/v1
    kind: Profile
    metadata: {name: surge-and-rollout}
    target: {url: "http://api.example.com"}
    cluster: {workload: deployment/aspnetcore-deployment, hpa: aspnetcore-hpa}
    requests: [{name: list, path: /}]
    load: {phases: [{name: calm, for: 60s, rate: 200/s}, {name: surge, for: 240s, rate: 1400/s}, {name: settle, for: 14m, rate: 200/s}]}
    expectations:
      - {name: obeys its own spec, hpaConformance: {}}
      - {name: stays within, withinCorridor: {}}
      - {name: stays within while it surges, withinCorridor: {during: surge}}
      - {name: out, scaleUp: {after: surge.start, to: ">= 8", within: 90s}}
      - {name: back, scaleDown: {after: settle.start, to: 3, within: 12m}}
      - {name: fast, latency: {during: surge, percentile: 99, below: 250ms}}
      - {name: few errors, errorBudget: {during: run, objective: 99%}}
      - {name: carried, throughput: {during: surge, atLeast: 1000/s}}
    """

  /// How often each part of an analysis was worked out.
  private final class Tally {
    private(set) var all: [String: Int] = [:]

    func add(_ part: String) { all[part, default: 0] += 1 }
  }

  @Test("Verdicts and all reports of a run work out each part of it once between them")
  func once() throws {
    let expectations = try ProfileReader.read(text: Self.profile, source: "test.yaml").expectations
    let tally = Tally()
    let run = RunAnalysis(
      try DemoStory.timeline(), settings: expectations.controllerSettings, onWorkingOut: tally.add)

    let judgements = Judge.judge(expectations, on: run)
    _ = HTMLReport.render(run, judgements)
    _ = JSONReport.render(run, judgements)
    _ = JUnitReport.render(run, judgements)
    _ = MarkdownSummary.render(run, judgements)
    _ = TerminalTable.render(run, judgements)

    #expect(
      tally.all == [
        "Optional<ScalingRecord>": 1, "Optional<ReplicaCorridor>": 1, "Optional<DecisionReplay>": 1,
        "Array<ConformanceRuling>": 1, "MachineDelay": 1, "LoadCoverage": 1, "LoadSeries": 1, "Optional<RunTotals>": 1,
        "Array<DecisionMark>": 1, "Optional<Attribution>": 1, "OrderedLoad": 1,
      ])
  }

  @Test("What nobody asks for is not worked out")
  func lazily() throws {
    let tally = Tally()
    let run = RunAnalysis(try DemoStory.timeline(), onWorkingOut: tally.add)
    let expectation = try ProfileReader.read(text: Self.profile, source: "test.yaml").expectations[3]

    _ = Judge.judge([expectation], on: run)

    #expect(tally.all.keys.sorted() == ["LoadCoverage", "MachineDelay", "OrderedLoad"])
  }
}
