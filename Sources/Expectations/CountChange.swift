import KubernetesObjects
import Profiles
import RunTimeline

/// A change of a count from one value to another.
struct CountChange: Equatable {
  var at: InstantBounds
  var from: Int
  var to: Int
  /// Whether it certainly took place, and not only may have.
  var isCertain = true
  /// What the deletion of the workload made of the count, or its return: no scaling.
  var isAbsence = false

  /// The changes of a count that were seen, in the order in which they happened: of values that were seen one after
  /// another each change, of a sum what is certain at last.
  static func changes(of envelope: CountEnvelope) -> [CountChange] {
    if envelope.stays == nil { return betweenCertainStretches(of: envelope) }
    return envelope.steps.compactMap { step in
      step.values.map {
        CountChange(at: step.at, from: $0.from, to: $0.to, isAbsence: step.isDeletion || step.isReturn)
      }
    }
  }

  /// All falls of a count that were seen or may have taken place. One that some history has is among them, but for those
  /// in stretches in which nothing is known.
  static func falls(of envelope: CountEnvelope) -> [CountChange] {
    let certain = envelope.stays == nil ? betweenCertainStretches(of: envelope).filter { $0.to < $0.from } : []
    return envelope.steps.filter(\.isFall).map { step in
      if let values = step.values {
        return CountChange(at: step.at, from: values.from, to: values.to, isAbsence: step.isDeletion)
      }
      let whole = certain.first { $0.at.earliest <= step.at.earliest && step.at.latest <= $0.at.latest }
      let before = envelope.range(at: step.at.earliest - .microseconds(1)) ?? envelope.range(at: step.at.earliest)
      let from = whole?.from ?? before?.upperBound ?? 1
      return CountChange(at: step.at, from: from, to: whole?.to ?? from - 1, isCertain: step.isCertain)
    }
  }

  /// From each stretch in which a range is one value to the next such stretch.
  private static func betweenCertainStretches(of envelope: CountEnvelope) -> [CountChange] {
    var changes: [CountChange] = []
    var value: Int?
    var since: Duration?
    for segment in envelope.segments {
      guard let range = segment.range else {
        (value, since) = (nil, nil)
        continue
      }
      guard range.lowerBound == range.upperBound else {
        since = since ?? segment.start
        continue
      }
      if let from = value, from != range.lowerBound {
        changes.append(
          CountChange(at: InstantBounds(since ?? segment.start, segment.start), from: from, to: range.lowerBound))
      }
      (value, since) = (range.lowerBound, nil)
    }
    return changes
  }
}

extension CountChange {
  /// `8 -> 4`, or `8 -> 0, since Deployment web was deleted`: what the deletion of the workload made of a count, and its
  /// return, is no scaling.
  func text(of envelope: CountEnvelope, in cluster: ClusterHistory?) -> String {
    let numbers = "\(from) -> \(to)"
    if envelope.stays != nil, !isAbsence { return numbers }
    let absence = cluster?.absences.first {
      $0.isOfWorkload && at.latest >= $0.deleted.earliest
        && $0.recreated.map { [at] in at.earliest <= $0.latest } ?? true
    }
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
    let changes = CountChange.changes(of: envelope).filter { $0.at.meets(window) }
    for change in changes.prefix(12) {
      let text = change.text(of: envelope, in: run.timeline.cluster)
      rows.append(Evidence(at: change.at, "\(count.rawValue) replicas \(text)"))
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
    OtherScaling.all(in: run.timeline.cluster?.workload ?? []).filter { $0.at.meets(window) }.prefix(12)
      .map { Evidence(at: $0.at, $0.sentence) }
  }

  static func text(_ range: ClosedRange<Int>) -> String {
    range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
  }
}
