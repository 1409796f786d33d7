import LoadFacts
import RunTimeline
import Units

/// Whether the load generator did what was asked of it, from its own samples.
///
/// A saturated generator measures itself: latencies then hold its own waiting, and the load was less than planned.
struct GeneratorHealth: Sendable {
  /// From this share of one core on, the busiest worker has no room left to be on time.
  static let saturatedCPU = 0.9

  let offered: Int
  let dropped: Int
  /// Of those, how many while the target held all places in flight.
  let droppedByTarget: Int
  let stopped: Int
  let late: Int
  let unfinished: Int
  let worstLatenessP50: WallTime?
  let worstLatenessP99: WallTime?
  /// Of the lateness, what this machine took.
  let worstOwnLatenessP99: WallTime?
  /// Whether that was so much in any sample that the generator measured itself.
  let wasLate: Bool
  /// The longest time for which an answer can have lain unread.
  let longestPause: WallTime?
  /// The first sample at whose end the target held all places.
  let heldFirst: GeneratorSample?
  let worstLateness: WallTime?
  let highestWorkerCPU: Double?
  let highestProcessCPU: Double?
  /// Seconds per wall second that the worst worker waited for a CPU.
  let longestRunQueueDelay: Double?
  /// Share of all CPU time.
  let highestSteal: Double?
  let highestInFlight: Int?
  let highestQueued: Int?
  let connectionsOpened: Int
  let mostConnections: Int?
  let mostPortsUsed: Int?
  let ports: Int?
  let hasSamples: Bool

  init(_ timeline: Timeline) {
    offered = timeline.load.reduce(0) { $0 + $1.offered }
    dropped = timeline.load.reduce(0) { $0 + $1.dropped }
    droppedByTarget = dropped - timeline.load.reduce(0) { $0 + $1.droppedOtherwise }
    stopped = timeline.load.reduce(0) { $0 + $1.count(of: OutcomeLabel.stopped) }
    late = timeline.load.reduce(0) { $0 + $1.late }
    unfinished = timeline.load.lazy.flatMap(\.outcomes).filter { $0.outcome == OutcomeLabel.unfinished }
      .reduce(0) { $0 + $1.completed }
    let samples = timeline.generator
    let telling = timeline.tellingGeneratorSamples
    hasSamples = !samples.isEmpty
    worstLatenessP50 = samples.map(\.latenessP50).max().map(WallTime.init)
    worstLatenessP99 = samples.map(\.latenessP99).max().map(WallTime.init)
    worstOwnLatenessP99 = samples.map(\.ownLatenessP99).max().map(WallTime.init)
    wasLate = samples.contains(where: \.isLate)
    longestPause = samples.compactMap(\.longestPause).max().map(WallTime.init)
    heldFirst = samples.first { $0.targetHeldSince != nil }
    worstLateness = samples.map(\.latenessMax).max().map(WallTime.init)
    highestWorkerCPU = telling.map(\.busiestWorkerCPU).max()
    highestProcessCPU = telling.map(\.processCPU).max()
    longestRunQueueDelay = telling.compactMap(\.runQueueDelay).max()
    highestSteal = telling.compactMap(\.steal).max()
    highestInFlight = samples.map(\.inFlight).max()
    highestQueued = samples.map(\.queued).max()
    connectionsOpened = samples.reduce(0) { $0 + $1.connectionsOpened }
    mostConnections = samples.compactMap(\.openConnections).max()
    mostPortsUsed = samples.compactMap(\.ephemeralPortsUsed).max()
    ports = samples.compactMap(\.ephemeralPorts).max()
  }

  /// That the target did not answer, so that requests could not be sent; `nil` when it did. The figures can be trusted.
  var targetNote: String? {
    guard droppedByTarget > 0 else { return nil }
    var places = "all places in flight held"
    if let sample = heldFirst, let since = sample.targetHeldSince {
      let all = sample.places.map { " of \($0.grouped)" } ?? ""
      places = "\(sample.inFlight.grouped)\(all) places held since \(since.preciseClock)"
    }
    return "The target did not answer: \(places), so that \(droppedByTarget.counted("request")) of \(offered.grouped) "
      + "could not be sent within the time that one may wait."
  }

  /// What makes the figures of this run doubtful, one sentence each; empty for a generator that kept up.
  var warnings: [String] {
    var warnings: [String] = []
    let dropped = dropped - droppedByTarget
    if dropped > 0 {
      warnings.append(
        "\(dropped.counted("request")) of \(offered.grouped) could not be sent in time and were given up: "
          + "the target saw less load than planned.")
    }
    if let highestWorkerCPU, highestWorkerCPU >= Self.saturatedCPU {
      warnings.append(
        "The busiest worker thread used up to \(highestWorkerCPU.wholePercent) of a core: the generator was saturated, "
          + "and latencies may hold its own waiting.")
    }
    if wasLate, let worst = worstOwnLatenessP99 {
      warnings.append(
        "In at least one interval, one request in a hundred left more than \(worst.text) after it was due."
      )
    }
    return warnings
  }
}

extension Timeline {
  /// The samples that tell of CPU.
  var tellingGeneratorSamples: [GeneratorSample] { generator.filter(tellsOfCPU) }

  /// Whether a sample took long enough for a share of CPU to mean something; the last one of a run may cover just the
  /// moment between the last interval and the end.
  func tellsOfCPU(_ sample: GeneratorSample) -> Bool { wallSeconds(sample.end - sample.start) >= 0.1 }
}
