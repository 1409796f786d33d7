package import Expectations
import LoadFacts
import RunTimeline
import Statistics
import Units

/// What one run is compared with others by: how it was judged, what it cost, and how well the pods fitted the load.
package struct RunCost: Sendable, Equatable {
  /// Of each expectation, in the order of the profile.
  package let verdicts: [Verdict]
  /// Whether a stop rule ended it early, so that its other figures are those of a part.
  package let isCutShort: Bool
  package let requests: Int
  package let failed: Int
  /// 99th percentile of the successful requests from when they were due, on the wall; `nil` when none succeeded.
  package let p99: Duration?
  /// Run time that pods existed, summed over the pods of all workloads; `nil` where some of it was not observed.
  package let podTime: Duration?
  /// Pods that were ready fewer than the load needed, summed over run time; `nil` where that is not known.
  package let missing: Duration?
  /// Pods that were ready more than the load needed.
  package let idle: Duration?

  init(
    verdicts: [Verdict], isCutShort: Bool = false, requests: Int, failed: Int, p99: Duration?, podTime: Duration?,
    missing: Duration?,
    idle: Duration?
  ) {
    self.verdicts = verdicts
    self.isCutShort = isCutShort
    self.requests = requests
    self.failed = failed
    self.p99 = p99
    self.podTime = podTime
    self.missing = missing
    self.idle = idle
  }

  /// - Parameter requestsPerPod: how many requests a wall second keep one pod busy: those that cost its CPU request; `nil`
  ///   where that is not known.
  package init(_ run: RunAnalysis, _ judgements: [Judgement], requestsPerPod: Double?) {
    let timeline = run.timeline
    verdicts = judgements.map(\.verdict)
    isCutShort = timeline.run.endReason != .completed
    requests = run.load.total?.offered ?? 0
    failed = run.load.total?.failed ?? 0
    p99 = run.load.total?.latency.quantile(0.99)
    let end = timeline.run.endedAt ?? timeline.lastInstant
    let parts = timeline.clusters.map { $0.currentReplicas.sum(from: .zero, to: end) { $0 } }
    podTime = parts.contains(nil) ? nil : parts.compactMap(\.self).reduce(.zero, +)
    guard let requestsPerPod, timeline.clusters.count == 1, let ready = timeline.cluster?.readyReplicas else {
      (missing, idle) = (nil, nil)
      return
    }
    let needs = Self.needs(of: timeline, until: end, requestsPerPod: requestsPerPod)
    missing = needs.sum { need, start, end in ready.sum(from: start, to: end) { max(need - $0, 0) } }
    idle = needs.sum { need, start, end in ready.sum(from: start, to: end) { max($0 - need, 0) } }
  }

  fileprivate struct Need {
    let pods: Double
    let start: Duration
    let end: Duration
  }

  /// So many requests tell a rate well enough.
  private static let enoughRequests = 200
  /// A stretch is no longer than this, in run time.
  private static let longestStretch = Duration.seconds(60)

  /// How many pods the offered load keeps busy, stretch by stretch over the whole run; one at the least.
  private static func needs(of timeline: Timeline, until end: Duration, requestsPerPod: Double) -> [Need] {
    var offered: [Duration: (end: Duration, requests: Int)] = [:]
    for interval in timeline.load {
      offered[interval.start, default: (interval.end, 0)].requests += interval.offered
    }
    var needs: [Need] = []
    var (start, requests) = (Duration.zero, 0)
    func close(at instant: Duration) {
      let wall = (instant - start).seconds / timeline.run.timeScale
      if wall > 0 {
        needs.append(Need(pods: max(Double(requests) / wall / requestsPerPod, 1), start: start, end: instant))
      }
      (start, requests) = (instant, 0)
    }
    for (begin, interval) in offered.sorted(by: { $0.key < $1.key }) {
      // In which no request was due there is none of these.
      if begin - start > longestStretch { close(at: begin) }
      requests += interval.requests
      if requests >= enoughRequests || interval.end - start >= longestStretch { close(at: interval.end) }
    }
    close(at: max(end, start))
    return needs
  }
}

extension [RunCost.Need] {
  /// `nil` where a part is not known.
  fileprivate func sum(_ part: (Double, Duration, Duration) -> Duration?) -> Duration? {
    var sum = Duration.zero
    for need in self {
      guard let part = part(need.pods, need.start, need.end) else { return nil }
      sum += part
    }
    return sum
  }
}

extension CountEnvelope {
  /// The time integral of something about the count, half-way between the least and the most that it may have been; `nil` where
  /// nothing is known of a part.
  fileprivate func sum(from start: Duration, to end: Duration, _ of: (Double) -> Double) -> Duration? {
    var sum = Duration.zero
    // What is told in microseconds may end a trifle before the run does.
    for piece in pieces(from: start, to: end) where piece.range != nil || piece.to - piece.from > .milliseconds(1) {
      guard let range = piece.range else { return nil }
      sum += (piece.to - piece.from) * ((of(Double(range.lowerBound)) + of(Double(range.upperBound))) / 2)
    }
    return sum
  }
}
