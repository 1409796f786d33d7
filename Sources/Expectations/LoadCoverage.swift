import Foundation
import LoadFacts
import RunTimeline
import Units

/// Which of the planned load was recorded: a stretch in which requests were planned and none is recorded is a hole, of
/// which nothing may be concluded.
struct LoadCoverage {
  /// A shorter lack of requests is no hole. Arrivals may be random, and intervals without any leave no trace: with so
  /// many planned, none comes by chance twice in a thousand million cases.
  static let leastPlanned = 20.0

  struct Hole: Equatable {
    var from: Duration
    var to: Duration
    /// Whether the load is missing since the run was cut short, and not by a fault of the generator.
    var isCut: Bool
    /// Why nothing can be concluded from the window.
    var reason: String
  }

  /// Of which a lack is a hole in this run. Uniform arrivals are not random: of each stream one at the least is due where two
  /// are planned.
  private let leastPlanned: Double
  private let timeline: Timeline
  private let wasCut: Bool
  /// How the run ended.
  private let ending: String
  /// Without overlaps, in order.
  private let recorded: [InstantBounds]
  /// The length of the shortest interval; `nil` where there is none.
  private let shortest: Duration?

  init(_ run: RunView) {
    timeline = run.timeline
    let arrivals = timeline.run.environment["arrivals"] ?? ""
    let streams = arrivals.split(separator: ", ")
    let isUniform = !streams.isEmpty && streams.allSatisfy { $0 == "uniform" }
    leastPlanned = isUniform ? min(Double(2 * streams.count), Self.leastPlanned) : Self.leastPlanned
    wasCut = run.wasCut
    ending = run.ending
    // What a killed run had recorded of its last interval need not be all of it, and of the interval in which a run was
    // stopped that is recorded which was due before.
    let stopped = wasCut ? timeline.phases.compactMap(\.end).max() : nil
    let limit =
      timeline.run.endedAt.map { min($0, stopped ?? $0) } ?? timeline.load.map(\.start).max() ?? .zero
    var union: [InstantBounds] = []
    shortest = timeline.load.map { $0.end - $0.start }.filter { $0 > .zero }.min()
    for interval in run.analysis.orderedLoad.intervals(of: nil) where interval.start < limit {
      let end = min(interval.end, limit)
      if let last = union.last, interval.start <= last.latest {
        union[union.count - 1] = InstantBounds(last.earliest, max(last.latest, end))
      } else {
        union.append(InstantBounds(interval.start, end))
      }
    }
    recorded = union
  }

  /// What a figure of load leaves out where users took turns; `nil` where none did in the window.
  ///
  /// A user who waits for an answer sends nothing, so that the slower the service is, the fewer requests tell of it.
  static func closedModel(_ run: RunView, in window: InstantBounds) -> Evidence? {
    let phases = run.timeline.phases.filter {
      $0.users != nil && $0.plannedStart < window.latest && $0.plannedEnd > window.earliest
    }
    guard !phases.isEmpty else { return nil }
    let most = phases.compactMap(\.users).max() ?? 0
    return Evidence(
      "closed-model load (\(most.of("user")) in \(phases.map(\.name).joined(separator: ", "))): "
        + "what users did not send while they waited for answers is in no figure")
  }

  /// How many requests the phases plan between two instants.
  func planned(from start: Duration, to end: Duration) -> Double {
    timeline.phases.reduce(0) { total, phase in
      let from = max(start, phase.plannedStart)
      let to = min(end, phase.plannedEnd)
      guard from < to else { return total }
      let length = (phase.plannedEnd - phase.plannedStart).seconds
      let middle = ((from - phase.plannedStart).seconds + (to - phase.plannedStart).seconds) / 2
      let rate = phase.startRate + (phase.endRate - phase.startRate) * middle / length
      // Rates are per wall second.
      return total + rate * (to - from).seconds / timeline.run.timeScale
    }
  }

  /// The first stretch of a window in which load was planned and none is recorded.
  func hole(from start: Duration, to end: Duration) -> Hole? {
    for gap in unrecorded(from: start, to: end)
    where planned(from: gap.earliest, to: gap.latest) >= leastPlanned {
      let (from, to) = (gap.earliest, gap.latest)
      let endedAt = timeline.run.endedAt ?? timeline.lastInstant
      let isAfterAll = recorded.last.map { from >= $0.latest } ?? false
      let isCut =
        wasCut && (isAfterAll || planned(from: from, to: min(to, max(endedAt, from))) < leastPlanned)
      let reason = "no load is recorded between \(from.plain) and \(to.plain) of the run"
      return Hole(from: from, to: to, isCut: isCut, reason: isCut ? "\(reason): \(ending)" : reason)
    }
    return scatteredHole(from: start, to: end)
  }

  /// Many short lacks of requests, of which none is a hole by itself: together they are one where so many intervals without
  /// any would come by chance as seldom as one hole does.
  private func scatteredHole(from start: Duration, to end: Duration) -> Hole? {
    guard let length = shortest else { return nil }
    let lacks: [InstantBounds] = unrecorded(from: start, to: end)
    let missing = lacks.reduce(0.0) { $0 + planned(from: $1.earliest, to: $1.latest) }
    guard let first = lacks.first, let last = lacks.last, missing >= Self.leastPlanned else { return nil }
    // Of n intervals some k are empty with a probability of at most (e n / k)^k times that of their plans.
    let empty = lacks.reduce(0.0) { $0 + max(1, (($1.latest - $1.earliest) / length).rounded()) }
    let all = max(empty, ((end - start) / length).rounded())
    guard missing - empty * (1 + log(all / empty)) >= Self.leastPlanned else { return nil }
    return Hole(
      from: first.earliest, to: last.latest, isCut: false,
      reason: "no load is recorded in \(lacks.count) stretches between \(first.earliest.plain) and "
        + "\(last.latest.plain) of the run, in which about \(Int(missing.rounded())) requests were planned")
  }

  /// How many requests were planned in a window that are not recorded, and the most that can have been due.
  func unrecorded(from start: Duration, to end: Duration) -> UnseenLoad {
    let stretches: [InstantBounds] = unrecorded(from: start, to: end)
    return UnseenLoad(planned: stretches.reduce(0) { $0 + planned(from: $1.earliest, to: $1.latest) })
  }

  /// The stretches of a window that no interval covers, cut to where load was planned.
  private func unrecorded(from start: Duration, to end: Duration) -> [InstantBounds] {
    let loaded = timeline.phases.filter { $0.startRate > 0 || $0.endRate > 0 }
    var gaps: [InstantBounds] = []
    func add(_ from: Duration, _ to: Duration) {
      let phases = loaded.filter { $0.plannedStart < to && $0.plannedEnd > from }
      guard let first = phases.map(\.plannedStart).min(), let last = phases.map(\.plannedEnd).max() else { return }
      let (from, to) = (max(from, first), min(to, last))
      if from < to { gaps.append(InstantBounds(from, to)) }
    }
    var cursor = start
    for stretch in recorded where stretch.latest > start && stretch.earliest < end {
      if stretch.earliest > cursor { add(cursor, stretch.earliest) }
      cursor = max(cursor, stretch.latest)
    }
    if cursor < end { add(cursor, end) }
    return gaps
  }
}
