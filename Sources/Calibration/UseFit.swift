import AutoscalerModel
import Expectations
import KubernetesObjects
import LoadFacts
import RunTimeline
import Units

/// CPU use as the autoscaler published it, beside the load: what a request costs, and over which time it was measured.
struct UseFit {
  private(set) var cost: FittedValue?
  private(set) var window: FittedValue?
  private(set) var delay: FittedValue?
  private(set) var costProblem = "no use of CPU was published while load and pods stayed as they were"
  private(set) var stepProblem = "no change of the load shows in what was published"

  /// How long load and pods have to stay as they are until the published use is that of the load.
  private static let settling = Duration.seconds(120)

  init(_ run: RunAnalysis) {
    guard let record = run.scaling else {
      costProblem = "no autoscaler was watched"
      stepProblem = costProblem
      return
    }
    if run.timeline.load.isEmpty {
      costProblem = "no load was recorded"
      stepProblem = costProblem
      return
    }
    let load = RequestCounts(run.timeline)
    let uses = PublishedUse.all(of: record, in: run.timeline)
    fitCost(uses, load)
    guard let cost else {
      stepProblem = costProblem
      return
    }
    fitTimes(uses, load, cost: cost.value.seconds)
  }

  private mutating func fitCost(_ uses: [PublishedUse], _ load: RequestCounts) {
    var bounds: [ClosedRange<Duration>] = []
    for use in uses {
      // As long as it stood it was published again.
      let ends = stride(from: 14, through: max((use.validUntil - use.at).seconds - 1, 0), by: 15).map {
        use.at + .seconds($0)
      }
      let rate = ends.lazy.reversed().filter { use.podsStay(from: $0 - Self.settling, to: $0) }.compactMap {
        load.steadyRate(from: $0 - Self.settling, to: $0)
      }.first
      guard let rate, rate > 0, use.cores.lowerBound > 0 else { continue }
      bounds.append(
        Duration.nanoseconds(
          Int64(use.cores.lowerBound / rate * 1e9))...Duration.nanoseconds(
            Int64(use.cores.upperBound / rate * 1e9)))
    }
    guard let fitted = FittedValue(.cpuPerRequest, within: bounds) else { return }
    // Where all allow a length in common, nothing speaks for one part of it.
    let isCommon = bounds.allSatisfy {
      $0.lowerBound <= fitted.range.lowerBound && $0.upperBound >= fitted.range.upperBound
    }
    let middle = (fitted.range.lowerBound + fitted.range.upperBound) / 2
    cost = FittedValue(
      .cpuPerRequest, isCommon ? middle : fitted.value, range: fitted.range, observations: fitted.observations)
  }

  /// Every window and delay under which the published use follows from the counted requests.
  private mutating func fitTimes(_ uses: [PublishedUse], _ load: RequestCounts, cost: Double) {
    let longest = Duration.seconds(Self.delays.upperBound + (Self.windows.last ?? 0))
    let telling = uses.filter { use in
      use.at > longest && use.podsStay(from: use.at - longest, to: use.at) && !use.isThrottled
        && load.steadyRate(from: use.at - longest, to: use.at) == nil
    }
    guard !telling.isEmpty else { return }
    var fits: [(window: Int, delay: Int, error: Double)] = []
    for window in Self.windows {
      for delay in Self.delays {
        let errors = telling.map { use -> Double in
          let end = use.at - .seconds(delay)
          let cores = cost * load.count(from: end - .seconds(window), to: end) / load.wall(.seconds(window))
          let middle = (use.cores.lowerBound + use.cores.upperBound) / 2
          return abs(cores - middle) / max(middle, 1e-9)
        }
        fits.append((window, delay, errors.reduce(0, +) / Double(errors.count)))
      }
    }
    guard let best = fits.min(by: { $0.error < $1.error }), best.error < Self.worstError else {
      stepProblem = "what was published after changes of the load follows from no window and delay"
      return
    }
    let good = fits.filter { $0.error <= best.error + Self.sameError }
    func value(_ parameter: FittedParameter, _ best: Int, _ values: [Int]) -> FittedValue {
      FittedValue(
        parameter, .seconds(best), range: .seconds(values.min() ?? best) ... .seconds(values.max() ?? best),
        observations: telling.count)
    }
    window = value(.metricsWindow, best.window, good.map(\.window))
    // Under the best window, delays between two changes of the load fit alike.
    let delays = fits.filter { $0.window == best.window && $0.error <= best.error + Self.noise }.map(\.delay)
    delay = value(.metricsDelay, delays[delays.count / 2], good.map(\.delay))
  }

  private static let windows = [10, 15, 20, 30, 45, 60]
  private static let delays = 0...30
  private static let noise = 0.002
  /// Mean errors that differ by less are alike: published values are rounded to about so much.
  private static let sameError = 0.03
  private static let worstError = 0.15
}

/// The CPU that the counted pods used together, by one status of the autoscaler.
private struct PublishedUse {
  /// When it was published.
  let at: Duration
  /// Until when it stood.
  let validUntil: Duration
  let cores: ClosedRange<Double>
  /// Whether the pods are near their limits, so that requests wait.
  let isThrottled: Bool
  private let cluster: ClusterHistory

  func podsStay(from start: Duration, to end: Duration) -> Bool {
    guard start > .zero, let ready = cluster.readyReplicas.extent(from: start, to: end), ready.count == 1 else {
      return false
    }
    // Pods that came or went in that time would have been others under the same count.
    return !cluster.selectedPods.contains { pod in
      let changes =
        pod.ready.flatMap { [$0.from, $0.to].compactMap { $0 } } + [pod.created, pod.deleteRequested].compactMap { $0 }
      return changes.contains { $0.latest > start && $0.earliest < end }
    }
  }

  static func all(of record: ScalingRecord, in timeline: Timeline) -> [PublishedUse] {
    guard let cluster = timeline.cluster else { return [] }
    return record.syncs.indices.compactMap { index in
      let sync = record.syncs[index]
      let next = index + 1 < record.syncs.count ? record.syncs[index + 1].at.earliest : timeline.lastInstant
      guard let average = sync.status.currentMetrics?.lazy.compactMap(\.cpuAverage).first,
        let ready = cluster.readyReplicas.range(at: sync.at.latest), ready.count == 1, ready.lowerBound > 0
      else { return nil }
      let pods = Double(ready.lowerBound)
      let template = cluster.selectedPods.last { $0.created.earliest <= sync.at.latest }
      let limit = (template?.spec.containers ?? []).first?.resources?.limits?["cpu"].map { Double($0.quantity.milli) }
      let milli = Double(average)
      // The average is cut off, and the use of each pod rounded up, to a thousandth.
      return PublishedUse(
        at: sync.at.latest, validUntil: next,
        cores: max(milli - 1, 0) * pods / 1000...(milli * pods + pods - 1) / 1000,
        isThrottled: limit.map { milli > $0 * 0.9 } ?? false, cluster: cluster)
    }
  }
}

extension MetricStatus {
  /// Thousandths of a core for each pod.
  fileprivate var cpuAverage: Int64? {
    guard let resource, resource.name == "cpu" else { return nil }
    return resource.current.averageValue?.quantity.milli
  }
}

/// How many requests were answered by when.
private struct RequestCounts {
  private let pieces: [(start: Duration, end: Duration, count: Double)]
  private let timeScale: Double

  init(_ timeline: Timeline) {
    timeScale = max(timeline.run.timeScale, 1e-9)
    var pieces: [(start: Duration, end: Duration, count: Double)] = []
    for (start, intervals) in Dictionary(grouping: timeline.load, by: \.start) {
      let end = intervals.map(\.end).max() ?? start
      let answers = intervals.reduce(0) { $0 + $1.succeeded }
      if end > start { pieces.append((start, end, Double(answers))) }
    }
    self.pieces = pieces.sorted { $0.start < $1.start }
  }

  /// Seconds on the wall.
  func wall(_ length: Duration) -> Double { length.seconds / timeScale }

  /// Answers that were due from one instant to another, by the share of each interval.
  func count(from start: Duration, to end: Duration) -> Double {
    pieces.reduce(0) { sum, piece in
      let shared = min(piece.end, end) - max(piece.start, start)
      return shared > .zero ? sum + piece.count * shared.seconds / (piece.end - piece.start).seconds : sum
    }
  }

  /// Requests a second on the wall, where that stayed as it was; `nil` where it changed, or was not recorded.
  func steadyRate(from start: Duration, to end: Duration) -> Double? {
    let inside = pieces.filter { $0.start >= start && $0.end <= end }
    guard let first = inside.first, let last = inside.last, inside.count > 1 else { return nil }
    let rate = inside.reduce(0) { $0 + $1.count } / wall(last.end - first.start)
    let isSteady = inside.allSatisfy { piece in
      let expected = rate * wall(piece.end - piece.start)
      // Random arrivals differ by the root of their number.
      return abs(piece.count - expected) <= 0.05 * expected + 4 * expected.squareRoot()
    }
    return isSteady ? rate : nil
  }
}
