import KubernetesObjects
import Profiles
import RunTimeline

/// A change of a count from one value to another.
struct CountChange: Equatable {
  var at: InstantBounds
  var from: Int
  var to: Int

  /// The changes of a count of replicas in the order in which they happened.
  ///
  /// What a status counts is taken version by version, so that a short dip is not lost between the bounds of its
  /// neighbours. The wanted count, whose envelope knows more than its versions (an autoscaler tells when it scaled), and
  /// ready pods are taken from the stretches in which the envelope is certain.
  static func changes(
    of count: Expectation.ReplicaCount, in cluster: ClusterHistory, _ envelope: CountEnvelope
  ) -> [CountChange] {
    let value: (Workload) -> Int
    switch count {
    case .current: value = { $0.status?.current ?? 0 }
    case .available: value = { $0.status?.available ?? 0 }
    case .wanted, .ready: return changes(of: envelope)
    }
    var changes: [CountChange] = []
    for (before, version) in zip(cluster.workload, cluster.workload.dropFirst()) {
      let (from, to) = (before.deleted ? 0 : value(before.object), version.deleted ? 0 : value(version.object))
      if from != to { changes.append(CountChange(at: version.at, from: from, to: to)) }
    }
    return changes
  }

  /// Changes between the certain stretches of an envelope; a dip below both neighbours counts as a fall and a rise.
  static func changes(of envelope: CountEnvelope) -> [CountChange] {
    var changes: [CountChange] = []
    var value: Int?
    var lowest = Int.max
    var since = Duration.zero
    for segment in envelope.segments {
      guard let range = segment.range else {
        value = nil
        continue
      }
      guard range.lowerBound == range.upperBound else {
        if lowest == .max { since = segment.start }
        lowest = min(lowest, range.lowerBound)
        continue
      }
      let now = range.lowerBound
      let at = InstantBounds(lowest == .max ? segment.start : since, segment.start)
      if let from = value, lowest < min(from, now) {
        changes.append(CountChange(at: at, from: from, to: lowest))
        changes.append(CountChange(at: at, from: lowest, to: now))
      } else if let from = value, from != now {
        changes.append(CountChange(at: at, from: from, to: now))
      }
      value = now
      lowest = .max
    }
    return changes
  }
}

extension CountChange {
  /// `8 -> 4`, or `8 -> 0, since Deployment web was deleted`: what the deletion of the workload made of a count, and its
  /// return, is no scaling.
  func text(in cluster: ClusterHistory?) -> String {
    let absence = cluster?.absences.first {
      $0.isOfWorkload && at.latest >= $0.deleted.earliest
        && $0.recreated.map { [at] in at.earliest <= $0.latest } ?? true
    }
    let numbers = "\(from) -> \(to)"
    guard let absence else { return numbers }
    let cause = to < from ? "was deleted" : "was made anew"
    return "\(numbers), since \(absence.kind) \(absence.name) \(cause)"
  }
}

/// The facts behind a verdict on a count.
enum CountEvidence {
  /// The value at the start of a window and each change in it, at most a dozen.
  static func changes(
    of count: Expectation.ReplicaCount, _ envelope: CountEnvelope, _ run: RunView, in window: InstantBounds
  ) -> [Evidence] {
    var rows: [Evidence] = []
    if let range = envelope.range(at: window.earliest) {
      rows.append(
        Evidence(at: InstantBounds(exactly: window.earliest), "\(text(range)) \(count.rawValue) at the start"))
    }
    let changes = CountChange.changes(of: envelope).filter {
      $0.at.latest >= window.earliest && $0.at.earliest <= window.latest
    }
    for change in changes.prefix(12) {
      rows.append(Evidence(at: change.at, "\(count.rawValue) replicas \(change.text(in: run.timeline.cluster))"))
    }
    if changes.count > 12 { rows.append(Evidence("and \((changes.count - 12).of("further change"))")) }
    return rows
  }

  static func gaps(_ run: RunView, resource: String, in window: InstantBounds) -> [Evidence] {
    run.gaps(in: resource, from: window.earliest, to: window.latest).map { gap in
      let (start, end) = (gap.stretch.earliest, gap.stretch.latest)
      let cause = gap.cause.map { ": \($0)" } ?? ""
      return Evidence(
        at: InstantBounds(max(start, .zero), min(end, max(run.timeline.lastInstant, start, .zero))),
        "nothing certain was heard of \(resource)\(cause)")
    }
  }

  /// Changes of the wanted count in a window that somebody else than the autoscaler made, by name.
  static func byOthers(_ run: RunView, in window: InstantBounds) -> [Evidence] {
    OtherScaling.all(in: run.timeline.cluster?.workload ?? [])
      .filter { $0.at.latest >= window.earliest && $0.at.earliest <= window.latest }.prefix(12)
      .map { Evidence(at: $0.at, $0.sentence) }
  }

  static func text(_ range: ClosedRange<Int>) -> String {
    range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
  }
}
