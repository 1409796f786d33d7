import Discovery
import Foundation
import KubernetesClient
import KubernetesObjects
import LoadFacts
import LoadGeneration
import Profiles
import RunTimeline
import Statistics
import Synchronization
import Units

/// A short and low load, from which is learnt what a request costs: by the same worker as a run has.
struct LoadProbe: Sendable {
  let request: ProfileRequest
  /// Requests a second at most.
  let most: Double
  let environment: [String: String]
  /// What is measured of the pods; `nil` without a cluster.
  var use: PodUse?
  /// Thousandths of a core that the probe may have the pods use; `nil` for any.
  var room: Double?
  var timeScale = 1.0

  private static let firstRate = 5.0
  private static let factor = 4.0
  /// How exactly the cost is to be known, as a share.
  private static let precision = 0.03
  /// Wall time of a step at the least, and while measurements are waited for.
  private static let shortStep = 4.0
  private static let longestWait = 90.0

  /// What one step came to.
  private struct Step {
    var rate: Double
    var length: Double
    var requests = 0
    var failed = 0
    var outcomes: [String: Int] = [:]
    /// Of those that failed.
    var failures: [String: Int] = [:]
    var latency = LatencyHistogram()
    var samples: [PodUse.Sample] = []
  }

  /// What is announced before.
  var announcement: String {
    "GET \(request.url)\(request.path) at \(Int(Self.firstRate))/s, then at up to \(Int(most))/s, for "
      + (use == nil ? "15 s" : "at most five minutes, until the CPU of a request shows")
  }

  /// Sends the load.
  ///
  /// - Throws: ``HarnessError`` when the target does not answer, or not as expected.
  func run() async throws -> ProbeFigures {
    try await checkTarget()
    var figures = ProbeFigures(costSource: "nothing was measured")
    var idle: [PodUse.Sample] = []
    var problem: String?
    if let use {
      do {
        idle = try await use.samples(
          after: nil, limit: .seconds(Self.longestWait / timeScale), timeScale: timeScale
        ) { $0.count == 2 }
        if idle.isEmpty { problem = "the metrics API has no measurement of all pods" }
      } catch let error as KubernetesError {
        problem = error.description
      }
    }
    let measures = use != nil && problem == nil
    var steps: [Step] = []
    var rate = min(Self.firstRate, most)
    while true {
      let step = try await self.step(at: rate, idle: measures ? idle : nil)
      try check(step, isFirst: steps.isEmpty)
      if !steps.isEmpty, Self.isTooMuch(step, after: steps[0]) { break }
      steps.append(step)
      if let cost = Self.cost(idle: idle, step, pods: use?.pods.count ?? 1) {
        if let before = figures.cost, !cost.bounds.overlaps(before.bounds) {
          problem = Self.disagreement(before, cost)
        }
        figures.cost = cost
      }
      guard !isLast(step, idle: idle), let next = next(after: step, idle: idle) else { break }
      rate = next
    }
    if measures, problem != nil { figures.cost = nil }
    figures.answers = Self.answers(steps)
    if let use {
      figures.costSource = problem ?? "measured"
      describe(idle, steps, of: use, in: &figures)
    }
    return figures
  }

  /// Said of two steps by which a request costs different amounts: what pods use follows something else as well.
  private static func disagreement(_ one: ProbeFigures.Cost, _ other: ProbeFigures.Cost) -> String {
    "a request seems to cost \(one.boundsText) ms of CPU at one rate, and \(other.boundsText) ms at another, so that others may "
      + "send requests here as well: probe again when they do not, or say it (--cpu-per-request)"
  }

  private func checkTarget() async throws {
    let loaded = try loaded(rate: 1, seconds: 1)
    let planning = LoadPlanning(profile: loaded.profile, files: loaded.files, timeScale: 1, environment: environment)
    let plan = try planning.plan(connectTo: nil)
    _ = try await Preflight(loaded: loaded).checkTarget(connectTo: nil, proxy: plan.proxy)
  }

  private func loaded(rate: Double, seconds: Double) throws(HarnessError) -> LoadedProfile {
    let text = ProbeProfile(request, rate: rate, seconds: seconds).text
    let document: ProfileDocument
    do {
      document = try ProfileDocument(text: text, source: "probe")
    } catch {
      throw HarnessError(.usage, error.problems.map(\.description))
    }
    return try LoadedProfile(withoutLoad: document)
  }

  private func step(at rate: Double, idle: [PodUse.Sample]?) async throws -> Step {
    let longest = idle != nil ? max(Self.longestWait / timeScale, Self.shortStep) : Self.shortStep
    let loaded = try loaded(rate: rate, seconds: longest)
    let planning = LoadPlanning(profile: loaded.profile, files: loaded.files, timeScale: 1, environment: environment)
    let generator = try LoadGenerator(plan: planning.plan(connectTo: nil))
    let stop = StopSignal()
    let snapshots = Mutex(LoadSnapshot())
    let start = ContinuousClock.now
    // Samples are looked for while the load runs, which ends when there are enough.
    async let summary = generator.run(start: start, stop: stop) { part in snapshots.withLock { $0.merge(part) } }
    var step = Step(rate: rate, length: 0)
    if let idle, let use {
      do {
        let begin = try await use.serverTime()
        let rest = Duration.seconds(longest) - start.duration(to: .now)
        step.samples = try await use.samples(after: begin, limit: rest, timeScale: timeScale) { samples in
          // One tells whether a higher rate is needed; the last step has a second one, by which they can be compared.
          var seen = Step(rate: rate, length: 0)
          seen.samples = samples
          return samples.count == 2 || !isLast(seen, idle: idle)
        }
        try await Task.sleep(until: start + .seconds(Self.shortStep / 2))
      } catch {
        stop.stop()
        _ = try await summary
        throw TargetCluster.refusal(of: error)
      }
      stop.stop()
    }
    _ = try await summary
    step.length = start.duration(to: .now).seconds
    for interval in snapshots.withLock({ $0.intervals }) {
      for tally in interval.outcomes where tally.outcome != OutcomeLabel.stopped {
        step.requests += tally.completed
        if tally.failed {
          step.failed += tally.completed
          step.failures[tally.outcome, default: 0] += tally.completed
        }
        step.outcomes[tally.outcome, default: 0] += tally.completed
        if tally.succeeded { step.latency.merge(tally.fromDue) }
      }
    }
    return step
  }

  /// Refuses what cannot be loaded: what does not answer as expected, or only sends elsewhere.
  private func check(_ step: Step, isFirst: Bool) throws(HarnessError) {
    guard isFirst, step.requests > 0 else { return }
    let most = step.outcomes.max { ($0.value, $1.key) < ($1.value, $0.key) }
    let asked = "GET \(request.url)\(request.path)"
    if step.failed * 2 > step.requests, let most {
      throw HarnessError(
        .refused,
        "\(asked) ended with \(most.key) in \(most.value) of \(step.requests) requests: name a path that answers with "
          + "--path, or mend what is behind it")
    }
    if let most, most.key.hasPrefix("3"), most.value * 2 > step.requests {
      throw HarnessError(
        .refused,
        "\(asked) is redirected (\(most.key)), so that no pod, or another host, would have the load: name the path or the "
          + "URL that it leads to, with --path or --url")
    }
  }

  /// Whether the target took the step worse than the first one.
  private static func isTooMuch(_ step: Step, after first: Step) -> Bool {
    if step.failed > 0 { return true }
    guard let before = first.latency.quantile(0.9), let now = step.latency.quantile(0.9) else { return false }
    return now > max(before * 5, .milliseconds(100))
  }

  /// Whether no further step is needed, or may be made.
  private func isLast(_ step: Step, idle: [PodUse.Sample]) -> Bool {
    if let cost = Self.cost(idle: idle, step, pods: use?.pods.count ?? 1), Self.isKnown(cost) { return true }
    return next(after: step, idle: idle) == nil
  }

  private func next(after step: Step, idle: [PodUse.Sample]) -> Double? {
    var next = min(step.rate * Self.factor, most)
    if let room, let used = step.samples.last?.milli, let idle = idle.first?.milli {
      // A request that does not show yet costs less than what would.
      let cost = max(used - idle, Double(use?.pods.count ?? 1)) / step.rate
      next = min(next, (room - idle) / cost)
    }
    return next > step.rate * 1.3 ? next : nil
  }

  private static func answers(_ steps: [Step]) -> ProbeFigures.Answers {
    var answers = ProbeFigures.Answers(rate: 0, requests: 0, failed: 0, length: 0, median: nil, high: nil)
    for step in steps {
      answers.rate = max(answers.rate, step.rate)
      answers.requests += step.requests
      answers.failed += step.failed
      answers.failures.merge(step.failures, uniquingKeysWith: +)
      answers.length += step.length
    }
    let latency = steps.last?.latency ?? LatencyHistogram()
    answers.median = latency.quantile(0.5)?.seconds
    answers.high = latency.quantile(0.99)?.seconds
    return answers
  }

  /// What a request costs, by what pods used before and in a step: each pod is measured to a thousandth of a core, rounded
  /// up, and measurements differ.
  private static func cost(idle: [PodUse.Sample], _ step: Step, pods: Int) -> ProbeFigures.Cost? {
    guard let least = idle.map(\.milli).min(), let most = idle.map(\.milli).max(),
      let low = step.samples.map(\.milli).min(), let high = step.samples.map(\.milli).max()
    else { return nil }
    let rounding = Double(pods)
    let idleLow = max(least - rounding, 0)
    // Two in a hundred for when the windows lie.
    let bounds = (max(low - rounding - most, 0) / step.rate * 0.98, (high - idleLow) / step.rate * 1.02)
    guard bounds.1 > 0, bounds.0 <= bounds.1 else { return nil }
    return ProbeFigures.Cost(best: (bounds.0 + bounds.1) / 2, bounds: bounds.0...bounds.1)
  }

  private static func isKnown(_ cost: ProbeFigures.Cost) -> Bool {
    (cost.bounds.upperBound - cost.bounds.lowerBound) / 2 <= cost.best * (precision + 0.02)
  }

  private func describe(_ idle: [PodUse.Sample], _ steps: [Step], of use: PodUse, in figures: inout ProbeFigures) {
    if !idle.isEmpty { figures.idle = idle.map(\.milli).reduce(0, +) / Double(idle.count) }
    let series = ([idle] + steps.map(\.samples)).map { $0.map(\.ended.seconds) }
    let distances = series.flatMap { zip($0, $0.dropFirst()).map { $1 - $0 } }.filter { $0 > 0 }
    figures.metricsResolution = distances.max()
    figures.metricsWindow = (idle + steps.flatMap(\.samples)).map(\.window).max()
    // A cost that may be nothing, or twice as much, tells nothing.
    if let cost = figures.cost, cost.bounds.upperBound > 3 * max(cost.bounds.lowerBound, 1e-9) {
      figures.cost = nil
      figures.costSource =
        "what a request costs does not show among what the pods use anyway, at \(Int(figures.answers?.rate ?? 0))/s: probe "
        + "with more (--probe-rate), or say it (--cpu-per-request)"
    } else if figures.cost == nil, figures.costSource == "measured" {
      figures.costSource = "no measurement of the pods came that lay within the probe: say it (--cpu-per-request)"
    }
  }
}
