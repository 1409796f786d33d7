import Expectations
import Foundation
import Profiles
import Reporting

/// Many runs of a profile in virtual time, side by side, and what tells them apart.
package struct SweepSession: Sendable {
  let profile: String
  /// `PATH=VALUE`, each, for every run.
  let changes: [String]
  /// Make the fix of the profile's incident before.
  let fixed: Bool
  let sweeps: [String]
  let samples: Int?
  let seeds: Int?
  /// The folder for `sweep.html` and `sweep.json`; `nil` for none.
  let output: String?
  let version: ProgramVersion

  package init(
    profile: String, changes: [String], fixed: Bool = false, sweeps: [String], samples: Int?, seeds: Int?,
    output: String?,
    version: ProgramVersion
  ) {
    self.profile = profile
    self.changes = changes
    self.fixed = fixed
    self.sweeps = sweeps
    self.samples = samples
    self.seeds = seeds
    self.output = output
    self.version = version
  }

  /// Which run of the plan it is.
  private struct Place: Sendable {
    let point: Int
    /// `nil` for that of the profile.
    let seed: Int?
  }

  /// Simulates every variant, tabulates them, and writes the report.
  ///
  /// - Returns: of seeds alone what the worst run came to; of variants always that they were run.
  /// - Throws: ``HarnessError`` when one was refused.
  package func execute() async throws -> ExitStatus {
    let stop = SimulationStop("the runs were about to begin, and nothing is kept")
    defer { withExtendedLifetime(stop) {} }
    // Wrong as it stands, it is told before anything else.
    let base = try LoadedProfile(path: profile, changes: changes, fixed: fixed)
    for warning in LoadCapacity.warnings(base.profile) { StandardOutput.complain("warning: \(warning)") }
    if seeds != nil, let change = (changes + sweeps).first(where: { $0.hasPrefix("load.seed=") }) {
      throw HarnessError(.usage, "--seeds: it chooses the seeds, and \(change) does so too: leave one of them out")
    }
    let plan = try SweepPlan(sweeps: sweeps, samples: samples, seeds: seeds, seed: base.profile.load.seed)
    let seeds: [Int?] = plan.seeds == 0 ? [nil] : (1...plan.seeds).map(\.self)
    let places = plan.points.indices.flatMap { point in seeds.map { Place(point: point, seed: $0) } }
    let folder = try output.map { (requested) throws(HarnessError) in try Self.folder(requested) }
    let costs = try await run(places, of: plan, stop: stop)
    let rows = plan.points.indices.map { point in
      Sweep.Row(
        values: plan.points[point], runs: Array(costs[(point * seeds.count)..<((point + 1) * seeds.count)]))
    }
    let sweep = Sweep(
      profile: base.profile.name, fields: plan.fields.map(\.path),
      expectations: base.profile.expectations.map(\.name), rows: rows)
    StandardOutput.write(SweepTable.render(sweep, width: LiveView.terminalSize().columns))
    if let folder {
      stop.now("the table above is whole, and \(folder)/\(Self.page) may be missing")
      try write(sweep, to: folder)
    }
    guard plan.fields.isEmpty else { return .passed }
    if base.profile.expectations.isEmpty, !costs.contains(where: \.isCutShort) { return .passed }
    let verdicts = Set(costs.map(\.verdict))
    return verdicts.contains(.fail) ? .failed : verdicts.contains(.inconclusive) ? .inconclusive : .passed
  }

  /// As many at a time as there are processors.
  private func run(_ places: [Place], of plan: SweepPlan, stop: SimulationStop) async throws -> [RunCost] {
    let environment = ProcessInfo.processInfo.environment
    var costs: [RunCost?] = Array(repeating: nil, count: places.count)
    try await withThrowingTaskGroup(of: (Int, RunCost).self) { group in
      var next = 0
      func start() {
        guard next < places.count else { return }
        let (index, place) = (next, places[next])
        next += 1
        group.addTask { (index, try cost(of: place, in: plan, environment: environment)) }
      }
      for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { start() }
      var said = ContinuousClock.now
      var ended = 0
      func note() { stop.now("\(ended) of \(places.count) runs were simulated, and nothing of them is kept") }
      note()
      for try await (index, cost) in group {
        costs[index] = cost
        ended += 1
        note()
        if said.duration(to: .now) >= .seconds(10) {
          said = .now
          StandardOutput.complain("\(ended) of \(places.count) runs simulated")
        }
        start()
      }
    }
    return costs.compactMap(\.self)
  }

  private func cost(
    of place: Place, in plan: SweepPlan, environment: [String: String]
  ) throws(HarnessError) -> RunCost {
    let varied = plan.changes(plan.points[place.point], seed: place.seed)
    do {
      let loaded = try LoadedProfile(path: profile, changes: changes + varied, fixed: fixed)
      let run = try VirtualRun(loaded, version: version, environment: environment)
      let finished = try run.execute()
      for problem in finished.faultProblems {
        let variant = varied.isEmpty ? "" : "with \(varied.joined(separator: ", ")): "
        StandardOutput.complain("warning: \(variant)a declared fault did not come to pass: \(problem)")
      }
      let analysis = RunAnalysis(finished.timeline, of: loaded.profile.expectations)
      let judgements = Judge.judge(loaded.profile.expectations, on: analysis)
      return RunCost(analysis, judgements, requestsPerPod: run.requestsPerPod)
    } catch {
      if plan.fields.isEmpty { throw error }
      // What was swept was said otherwise on the command line.
      let lines = error.lines.map { line in
        plan.fields.reduce(line) { $0.replacing("--set \($1.path): ", with: "") }
      }
      throw HarnessError(error.status, lines.map { "--sweep: with \(varied.joined(separator: ", ")): \($0)" })
    }
  }

  /// Makes the folder for the files of the sweep.
  ///
  /// - Throws: ``HarnessError`` when it cannot be made, or holds a sweep already.
  private static func folder(_ requested: String) throws(HarnessError) -> String {
    let folder = try ReportFiles.make(folder: requested).output.folder
    for name in [page, data] where FileManager.default.fileExists(atPath: folder + "/" + name) {
      throw HarnessError(
        .refused, "\(folder)/\(name): there is a sweep already; name another folder with --output")
    }
    return folder
  }

  private static let page = "sweep.html"
  private static let data = "sweep.json"

  /// Writes all that can be written.
  private func write(_ sweep: Sweep, to folder: String) throws(HarnessError) {
    let files = [
      (Self.page, SweepReport.render(sweep, version: version.description)), (Self.data, SweepJSON.render(sweep)),
    ]
    var problems: [String] = []
    for (name, text) in files {
      do {
        try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
      } catch {
        problems.append("\(folder)/\(name): the report cannot be written: \(FileProblem.reason(of: error))")
      }
    }
    guard problems.isEmpty else { throw HarnessError(.defect, problems) }
    StandardOutput.line("\nReport     \(folder)/\(Self.page)")
  }
}
