import RunTimeline
import Units

/// Whether the load generator did what was asked of it in a window; otherwise nothing follows about the cluster.
struct GeneratorGuard {
  /// Below this share of sent requests, a verdict on scaling is void.
  static let leastSent = Percentage(billionths: 950_000_000)
  /// A sample whose 99th percentile of lateness lies beyond this counts as late. Wall time.
  static let latenessLimit = Duration.milliseconds(100)
  /// More late samples than this share make verdicts on latency and errors void.
  static let mostLateSamples = Percentage(billionths: 50_000_000)

  private(set) var offered = 0
  private(set) var sent = 0
  private(set) var dropped = 0
  private(set) var samples = 0
  private(set) var lateSamples = 0
  private(set) var worstLateness = Duration.zero
  /// The first stretch of the window whose planned load is not recorded.
  let hole: LoadCoverage.Hole?
  /// Whether so much load was planned that the generator must have told of itself.
  private let expectsSamples: Bool

  init(_ run: RunView, in window: InstantBounds) {
    let coverage = LoadCoverage(run)
    hole = coverage.hole(from: window.earliest, to: window.latest)
    expectsSamples =
      coverage.planned(from: window.earliest, to: window.latest) >= LoadCoverage.leastPlanned
    func overlaps(_ start: Duration, _ end: Duration) -> Bool { start < window.latest && end > window.earliest }
    for interval in run.timeline.load where overlaps(interval.start, interval.end) {
      offered += interval.offered
      sent += interval.sent
      dropped += interval.dropped
    }
    for sample in run.timeline.generator where overlaps(sample.start, sample.end) {
      samples += 1
      if sample.latenessP99 > Self.latenessLimit { lateSamples += 1 }
      worstLateness = max(worstLateness, sample.latenessP99)
    }
  }

  /// The verdict that nothing follows from a window, since planned load is not recorded in it; `nil` when all is.
  func missingLoad(finding: String? = nil, window: InstantBounds, evidence: [Evidence] = []) -> Opinion? {
    guard let hole else { return nil }
    return hole.isCut
      ? .inconclusive(hole.reason, finding: finding, window: window, evidence: evidence)
      : .untrusted(hole.reason, finding: finding, window: window, evidence: evidence)
  }

  /// Why so little of the load was sent that scaling cannot be judged; `nil` when enough was, or none is recorded.
  var tooLittleLoad: String? {
    guard offered > 0, sent < offered - Self.leastSent.complement.floor(of: offered) else { return nil }
    return "generator saturated: \(numbers)"
  }

  /// Why errors and latency cannot be judged; `nil` when all requests left in time.
  var saturated: String? {
    if expectsSamples, samples == 0 { return "the generator told nothing of itself, so that it may have been late" }
    let late = lateSamples > Self.mostLateSamples.floor(of: samples)
    guard dropped > 0 || tooLittleLoad != nil || late else { return nil }
    return "generator saturated: \(numbers)"
  }

  private var numbers: String {
    let sending = "\(sent.grouped) of \(offered.grouped) requests sent (\(percentText(sent, of: offered)))"
    return "\(sending), \(dropped.grouped) dropped, lateness p99 up to \(worstLateness.plain)"
  }
}
