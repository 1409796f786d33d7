package import LoadFacts
import Statistics

/// What this machine may have taken of the time of requests, by what the load generator saw of itself.
///
/// A request loses time to the machine before it is sent (lateness), and where what came for it lay unread (a pause):
///
///     due ──lateness──▶ sent ──▶ answered by the target ──pause──▶ read
///
/// Requests that were held back leave all at once, and those behind them wait although they leave on time. Where a target
/// serves in the order of coming, request n ends at Eₙ = max(Aₙ, Eₙ₋₁) + Sₙ, so that none ends later by more than the
/// longest time for which any was held back. How long that goes on depends on how much of its capacity the target has to
/// spare: ``recovery`` times as long as the holding back at the most, which is with a tenth of it.
package struct MachineDelay: Sendable {
  /// The most that one request may have lost, in wall time.
  package struct Share: Sendable, Equatable {
    /// Before it was sent, or behind requests that were held back.
    package var lateness = Duration.zero
    /// Between the coming of an answer and its reading.
    package var unread = Duration.zero
    /// How often: for a new connection, its handshake, and the answer.
    package var readings = 1

    package var total: Duration { lateness + unread * readings }

    fileprivate func highest(_ other: Share) -> Share {
      Share(
        lateness: max(lateness, other.lateness), unread: max(unread, other.unread),
        readings: max(readings, other.readings))
    }

    /// Whether it is so much that a request counts as late.
    package var isNoticeable: Bool { total > LoadInterval.lateAfter }

    /// Whether it is so much that the generator measures itself.
    package var isLong: Bool { GeneratorSample.isTooLong(max(lateness, unread)) }
  }

  /// For so many times the length of a hold-up its requests may be what others wait for.
  package static let recovery = 10
  /// A timeout tells of the target only when it is this many times as long as any time in which answers lay unread.
  private static let longestPauses = 10
  /// A server that gives up on a client which does nothing waits for a second at the least.
  private static let leastPatience = Duration.seconds(1)
  /// What a recording does not tell may have been any time.
  private static let unknown = Duration.seconds(3600)

  private struct Stretch {
    let start: Duration
    let end: Duration
    var share: Share
  }

  /// By source, in the order of time.
  private let stretches: [String: [Stretch]]
  private let timeScale: Double

  package init(_ timeline: Timeline) {
    self.init(timeline.generator, timeScale: timeline.run.timeScale)
  }

  /// - Parameter samples: those of each source in the order of time.
  package init(_ samples: [GeneratorSample], timeScale: Double) {
    self.timeScale = timeScale
    stretches = Dictionary(grouping: samples, by: \.source).mapValues { Self.stretches($0, timeScale: timeScale) }
  }

  private static func stretches(_ samples: [GeneratorSample], timeScale: Double) -> [Stretch] {
    /// Hold-ups, and until when their requests may be waited for.
    var echoes: [(until: Duration, length: Duration)] = []
    return samples.map { sample in
      echoes.removeAll { $0.until <= sample.start }
      let own = sample.machineLatenessMax ?? sample.latenessMax
      let isTold = sample.longestPause != nil || sample.queued == 0 && !sample.isLate
      let unread = isTold ? sample.longestPause ?? sample.latenessMax : unknown
      let holdUp = max(own, sample.longestPause ?? .zero)
      defer { echoes.append((sample.end + holdUp * timeScale * recovery, holdUp)) }
      return Stretch(
        start: sample.start, end: sample.end,
        share: Share(
          lateness: max(own, echoes.map(\.length).max() ?? .zero), unread: unread,
          readings: sample.connectionsOpened > 0 ? 3 : 1))
    }
  }

  /// Of a request that was due after one instant and ended before another one.
  ///
  /// - Parameter source: whose request it is; `nil` for that of any.
  package func share(from start: Duration, to end: Duration, of source: String? = nil) -> Share {
    guard let source else {
      return stretches.values.reduce(Share()) { $0.highest(Self.share(of: $1, from: start, to: end)) }
    }
    return Self.share(of: stretches[source] ?? [], from: start, to: end)
  }

  private static func share(of stretches: [Stretch], from start: Duration, to end: Duration) -> Share {
    var (low, high) = (0, stretches.count)
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].end > start { high = middle } else { low = middle + 1 }
    }
    var share = Share()
    for stretch in stretches[low...] {
      guard stretch.start < end else { break }
      share = share.highest(stretch.share)
    }
    return share
  }

  /// Of a request of an interval, by the longest that any of them took.
  package func share(of interval: LoadInterval) -> Share {
    let longest = interval.outcomes.reduce(Duration.zero) { max($0, $1.fromDue.maximum ?? .zero) }
    return share(from: interval.start, to: interval.end + longest * timeScale, of: interval.source)
  }

  /// Whether this machine itself may have made all these requests fail: they were given up after a time in which it may not
  /// have looked at their answers, or their connections broke after it had left them alone.
  package func mayHaveFailed(_ tally: OutcomeTally, of interval: LoadInterval) -> Bool {
    let isTimeout = OutcomeLabel.isTimeout(tally.outcome)
    guard isTimeout || OutcomeLabel.isBroken(tally.outcome) else { return false }
    let longest = tally.fromDue.maximum ?? .zero
    let unread = share(
      from: interval.start, to: interval.end + longest * timeScale, of: interval.source
    ).unread
    if !isTimeout { return unread >= Self.leastPatience }
    guard let shortest = tally.fromSend.minimum ?? tally.fromDue.minimum else { return false }
    return unread * Self.longestPauses > shortest
  }
}
