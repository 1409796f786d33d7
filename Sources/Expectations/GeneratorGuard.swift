import LoadFacts
import RunTimeline
import Statistics
import Units

/// Whether the load generator did what was asked of it in a window; otherwise nothing follows about the cluster.
///
/// What was not sent since the target held all places in flight, without answering, is the target's doing and voids nothing.
struct GeneratorGuard {
  /// Below this share of requests that this machine did not fail to send, a verdict on scaling is void.
  private static let leastSent = Percentage(billionths: 950_000_000)
  /// More late samples than this share make verdicts on latency and errors void.
  private static let mostLateSamples = Percentage(billionths: 50_000_000)

  private struct Source {
    var offered = 0
    var samples = 0
    var lateSamples = 0
  }

  private var offered = 0
  /// Requests that were handed to the network.
  private var sent = 0
  /// Requests that were not sent since the target held all places, and those that still waited when the load was stopped.
  private var held = 0
  private var stopped = 0
  /// Requests that were handed to the network, or waited for a place that the target held.
  private var delivered = 0
  /// Requests that were given up, and not for want of answers.
  private var dropped = 0
  /// What each process offered, and told of itself.
  private var sources: [String: Source] = [:]
  private var worstLateness = Duration.zero
  /// Whether the recording tells whose doing it was that requests were late, or not sent.
  private var causeIsKnown = true
  /// The first stretch of the window whose planned load is not recorded.
  private let hole: LoadCoverage.Hole?
  /// Whether so much load was planned that the generator must have told of itself.
  private let expectsSamples: Bool

  init(_ run: RunView, in window: InstantBounds) {
    let coverage = run.analysis.coverage
    hole = coverage.hole(from: window.earliest, to: window.latest)
    expectsSamples =
      coverage.planned(from: window.earliest, to: window.latest) >= LoadCoverage.leastPlanned
    func overlaps(_ start: Duration, _ end: Duration) -> Bool { start < window.latest && end > window.earliest }
    for interval in run.analysis.orderedLoad.intervals(near: window) where overlaps(interval.start, interval.end) {
      add(interval)
    }
    for sample in run.timeline.generator where overlaps(sample.start, sample.end) {
      sources[sample.source, default: Source()].samples += 1
      if sample.isLate {
        sources[sample.source, default: Source()].lateSamples += 1
        if sample.machineLatenessP99 == nil { causeIsKnown = false }
      }
      worstLateness = max(worstLateness, sample.ownLatenessP99)
    }
  }

  private mutating func add(_ interval: LoadInterval) {
    let held = interval.count(of: OutcomeLabel.droppedByTarget)
    let stopped = interval.count(of: OutcomeLabel.stopped)
    offered += interval.offered
    sources[interval.source, default: Source()].offered += interval.offered
    sent += interval.sent
    self.held += held
    self.stopped += stopped
    delivered += interval.sent + held + stopped
    dropped += interval.droppedOtherwise
    if interval.dropped > held + interval.count(of: OutcomeLabel.droppedByMachine) { causeIsKnown = false }
    for outcome in interval.outcomes {
      switch outcome.outcome {
      case OutcomeLabel.unfinished: delivered += outcome.completed - outcome.fromSend.count
      case OutcomeLabel.localLimit:
        delivered -= min(outcome.fromSend.count, outcome.completed)
        sent -= min(outcome.fromSend.count, outcome.completed)
        dropped += outcome.completed
      default: break
      }
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
    guard offered > 0, delivered < offered - Self.leastSent.complement.floor(of: offered) else { return nil }
    return "\(subject): \(numbers)"
  }

  /// Whether it left no sample, although it must have; one process that made a part of the load is enough.
  var isSilent: Bool {
    guard sources.values.contains(where: { $0.samples > 0 }) else { return expectsSamples }
    return sources.values.contains { $0.samples == 0 && Double($0.offered) >= LoadCoverage.leastPlanned }
  }

  /// Why errors and latency cannot be judged; `nil` when this machine let all requests leave in time.
  var saturated: String? {
    if isSilent { return "the generator told nothing of itself, so that it may have been late" }
    let late = sources.values.contains { $0.lateSamples > Self.mostLateSamples.floor(of: $0.samples) }
    guard dropped > 0 || tooLittleLoad != nil || late else { return nil }
    return "\(subject): \(numbers)"
  }

  private var subject: String { causeIsKnown ? "this machine was late" : "generator saturated" }

  private var numbers: String {
    let others = [
      held > 0 ? "\(held.grouped) not sent since the target held all places" : nil,
      stopped > 0 ? "\(stopped.grouped) not sent at the stop" : nil,
    ].compactMap { $0 }
    let sending = "\(sent.grouped) of \(offered.grouped) requests sent (\(percentText(sent, of: offered)))"
    return ([sending] + others + ["\(dropped.grouped) dropped", "lateness p99 up to \(worstLateness.plain)"])
      .joined(separator: ", ")
  }
}
