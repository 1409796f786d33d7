import LoadFacts
import RunTimeline

/// The requests of a run and those of them that failed, by when they were due.
struct AttributedLoad {
  struct Slice {
    let range: Range<Duration>
    fileprivate(set) var requests = 0
    fileprivate(set) var requestsByRoute: [String: Int] = [:]
    fileprivate(set) var failed = 0
    /// Of the requests that a version answered which tells its name, by that name.
    fileprivate(set) var answered: [String: Answers] = [:]
    /// Those failures that were kept whole.
    fileprivate(set) var kept: [FailedRequest] = []
    /// What is known of the failures where none was kept: how many ended in which way.
    fileprivate var ends: [(outcome: String, version: String?, count: Int)] = []
  }

  struct Answers {
    var requests: Double
    var failed: Double
  }

  /// In order.
  let slices: [Slice]
  let requests: Int
  let failed: Int

  /// How long nothing fails between two bursts of failures.
  private static let pause = Duration.seconds(5)
  /// How far a burst of few failures goes at most beyond them.
  private static let margin = Duration.seconds(2)

  /// What this machine did not send, or gave up, is no doing of the cluster's.
  init(_ timeline: Timeline) {
    var byStart: [Duration: Slice] = [:]
    for interval in timeline.load {
      var slice = byStart[interval.start] ?? Slice(range: interval.start..<max(interval.end, interval.start))
      for outcome in interval.outcomes where !OutcomeLabel.isUntold(outcome.outcome) {
        slice.add(outcome, of: interval.route)
      }
      byStart[interval.start] = slice
    }
    var slices = byStart.values.sorted { $0.range.lowerBound < $1.range.lowerBound }
    let failures = OrderedFailures(timeline.failures.filter { !OutcomeLabel.isUntold($0.outcome) })
    for index in slices.indices {
      let next = index + 1 < slices.count ? slices[index + 1].range.lowerBound : .farFuture
      slices[index].kept = Array(failures.due(from: slices[index].range.lowerBound, to: next))
    }
    self.slices = slices
    requests = slices.reduce(0) { $0 + $1.requests }
    failed = slices.reduce(0) { $0 + $1.failed }
  }

  /// From the first request to the last.
  var extent: Range<Duration> {
    (slices.first?.range.lowerBound ?? .zero)..<(slices.map(\.range.upperBound).max() ?? .zero)
  }

  /// Those failures that were kept whole.
  var kept: [FailedRequest] { slices.flatMap(\.kept) }

  /// How many requests were due in some stretches, and how many of them failed so that it suits: of a slice that lies there in
  /// part, as many as of the failures that are known whole.
  func count(
    in stretches: Stretches, where suits: (FailedRequest) -> Bool = { _ in true }
  ) -> (failed: Int, requests: Double) {
    var (failed, requests) = (0.0, 0.0)
    for slice in slices {
      let share = stretches.share(of: slice.range)
      requests += share * Double(slice.requests)
      guard slice.failed > 0 else { continue }
      if slice.kept.isEmpty {
        failed += share * Double(slice.count(where: suits))
      } else {
        let inside = slice.kept.count { stretches.contains($0.due) && suits($0) }
        failed += Double(inside) / Double(slice.kept.count) * Double(slice.failed)
      }
    }
    return (Int(failed.rounded()), requests)
  }

  /// How many requests of some stretches are to be expected where a share of them went that changes with time.
  func expected(in stretches: Stretches, _ share: (Duration) -> Double) -> Double {
    var expected = 0.0
    for slice in slices {
      let part = stretches.share(of: slice.range)
      guard part > 0, slice.requests > 0 else { continue }
      expected += part * Double(slice.requests) * share(slice.middle)
    }
    return expected
  }

  /// The stretches in which requests failed one soon after the other, by the slices in which they were due.
  ///
  /// - Parameter isWide: whether the time belongs to them that passes between two of their failures, before the first and after
  ///   the last, so that as much counts in which nothing failed where few requests are sent.
  func bursts(isWide: Bool = false) -> Stretches {
    var bursts: [(range: Range<Duration>, failed: Int)] = []
    for slice in slices where slice.failed > 0 {
      let (from, to) = (slice.kept.first?.due ?? slice.range.lowerBound, slice.kept.last?.due ?? slice.range.upperBound)
      // The moment itself belongs to it.
      let range = from..<(to + .milliseconds(1))
      if let last = bursts.last, from <= last.range.upperBound + Self.pause {
        bursts[bursts.count - 1] = (last.range.lowerBound..<range.upperBound, last.failed + slice.failed)
      } else {
        bursts.append((range, slice.failed))
      }
    }
    return Stretches(
      bursts.map { burst in
        guard isWide else { return burst.range }
        let margin = burst.failed > 1 ? min(burst.range.length / (burst.failed - 1), Self.margin) : Self.margin
        return (burst.range.lowerBound - margin)..<(burst.range.upperBound + margin)
      })
  }
}

extension AttributedLoad.Slice {
  var middle: Duration { range.lowerBound + range.length / 2 }

  fileprivate mutating func add(_ tally: OutcomeTally, of route: String) {
    requests += tally.completed
    requestsByRoute[route, default: 0] += tally.completed
    if tally.failed {
      failed += tally.completed
      ends.append((tally.outcome, tally.version, tally.completed))
    }
    guard let version = tally.version else { return }
    answered[version, default: .init(requests: 0, failed: 0)].requests += Double(tally.completed)
    if tally.failed { answered[version]?.failed += Double(tally.completed) }
  }

  /// How many of the failures suit by how they ended and by their version, which is all that is known of them.
  fileprivate func count(where suits: (FailedRequest) -> Bool) -> Int {
    ends.reduce(0) { sum, end in
      let failure = FailedRequest(
        due: middle, sent: nil, completed: middle, route: "", outcome: end.outcome,
        status: OutcomeLabel.status(end.outcome), version: end.version)
      return suits(failure) ? sum + end.count : sum
    }
  }
}
