import LoadFacts
import RunTimeline

/// The requests of a run and those of them that failed, by when they were due.
struct AttributedLoad {
  private struct Slice {
    let range: Range<Duration>
    var requests = 0
    var failed = 0
    /// When those failures were due that were kept whole.
    var moments: [Duration] = []
  }

  private let slices: [Slice]
  let requests: Int
  let failed: Int

  /// What this machine did not send, or gave up, is no doing of the cluster's.
  init(_ timeline: Timeline) {
    var byStart: [Duration: Slice] = [:]
    for interval in timeline.load {
      var slice = byStart[interval.start] ?? Slice(range: interval.start..<max(interval.end, interval.start))
      for outcome in interval.outcomes where !OutcomeLabel.isUntold(outcome.outcome) {
        slice.requests += outcome.completed
        if outcome.failed { slice.failed += outcome.completed }
      }
      byStart[interval.start] = slice
    }
    var slices = byStart.values.sorted { $0.range.lowerBound < $1.range.lowerBound }
    let failures = OrderedFailures(timeline.failures.filter { !OutcomeLabel.isUntold($0.outcome) })
    for index in slices.indices {
      let next = index + 1 < slices.count ? slices[index + 1].range.lowerBound : .farFuture
      slices[index].moments = failures.due(from: slices[index].range.lowerBound, to: next).map(\.due)
    }
    self.slices = slices
    requests = slices.reduce(0) { $0 + $1.requests }
    failed = slices.reduce(0) { $0 + $1.failed }
  }

  /// From the first request to the last.
  var extent: Range<Duration> {
    (slices.first?.range.lowerBound ?? .zero)..<(slices.map(\.range.upperBound).max() ?? .zero)
  }

  /// How many requests were due in some stretches, and how many of them failed: of a slice that lies there in part, as many as
  /// of the failures that are known whole.
  func count(in stretches: Stretches) -> (failed: Int, requests: Double) {
    var (failed, requests) = (0.0, 0.0)
    for slice in slices {
      let share = stretches.share(of: slice.range)
      requests += share * Double(slice.requests)
      guard slice.failed > 0 else { continue }
      let inside = slice.moments.count { stretches.contains($0) }
      let part = slice.moments.isEmpty ? share : Double(inside) / Double(slice.moments.count)
      failed += part * Double(slice.failed)
    }
    return (Int(failed.rounded()), requests)
  }
}
