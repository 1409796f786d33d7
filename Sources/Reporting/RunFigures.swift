import Expectations
import RunTimeline
import Statistics
import Units

/// The headline numbers of a run.
struct RunFigures: Sendable {
  struct Row: Sendable {
    let name: String
    let value: String
    /// What the value is made of.
    var detail = ""
  }

  let rows: [Row]

  init(_ run: RunAnalysis) {
    let (timeline, load) = (run.timeline, run.load)
    var rows: [Row] = []
    if let total = load.total {
      let peak = load.points.compactMap(\.offeredRate).max() ?? 0
      rows.append(Row(name: "requests", value: total.offered.grouped, detail: "highest rate \(peak.rateText)/s"))
      rows.append(
        Row(
          name: "answered as expected",
          value: total.offered > 0 ? percentText(total.succeeded, of: total.offered) : "–",
          detail: "\(total.failed.grouped) failed"
            + (total.dropped > 0 ? ", of them \(total.dropped.grouped) not sent in time" : "")
            + (total.droppedByTarget > 0
              ? " (\(total.droppedByTarget.grouped) since the target held all places)" : "")
            + (total.stopped > 0 ? "; \(total.stopped.grouped) not sent at the stop" : "")))
      if let latency = Self.latency(total, timeline) { rows.append(latency) }
    }
    for (label, each) in WorkloadLabel.all(run) {
      guard let cluster = each.timeline.cluster else { continue }
      if let extent = cluster.readyReplicas.extentForPeople(from: .zero, to: timeline.span) {
        rows.append(
          Row(
            name: label.title("ready replicas"), value: extent.text, detail: cluster.pods.count.counted("pod") + " seen"
          ))
      }
      for rollout in cluster.rollouts.prefix(2) {
        rows.append(
          Row(
            name: label.title("rollout"), value: rollout.roundLengthText,
            detail: rollout.completed == nil
              ? "from \(rollout.started.middle.clock)" : "\(rollout.lengthText), from \(rollout.started.middle.clock)"))
      }
    }
    rows.append(
      Row(
        name: "run time", value: timeline.span.lengthText, detail: timeline.run.endReason?.rawValue ?? "no end recorded"
      ))
    self.rows = rows
  }

  /// The percentile of all requests, in which those without an answer count with what they had waited; that of the
  /// successful ones stands beside it where it is another.
  private static func latency(_ total: LoadPoint, _ timeline: Timeline) -> Row? {
    let model = ClosedModel(timeline).map { $0.isWhole ? ", closed model" : ", in part closed model" } ?? ""
    let median = total.latency.wallQuantile(0.5).map { "median \($0.text)" } ?? "none succeeded"
    let ofGood = total.latency.wallQuantile(0.99)
    guard let value = LatencyOfAllText.texts(total, [0.99]).first, value != "–" else { return nil }
    if total.latencyOfAll.count == total.latency.count, let ofGood, value == ofGood.text {
      return Row(name: "latency p99", value: value, detail: "\(median)\(model)")
    }
    let beside = ofGood.map { "of the \(total.succeeded.grouped) successful: p99 \($0.text), " } ?? ""
    return Row(
      name: "latency p99 of all \(total.latencyOfAll.count.grouped)", value: value, detail: "\(beside)\(median)\(model)"
    )
  }
}

extension CountEnvelope {
  /// The counts that were there for certain; where none is certain, those that may have been there.
  func extentForPeople(from start: Duration, to end: Duration) -> ClosedRange<Int>? {
    let certain = pieces(from: start, to: end).compactMap(\.range).filter { $0.count == 1 }.map(\.lowerBound)
    guard let low = certain.min(), let high = certain.max() else { return extent(from: start, to: end) }
    return low...high
  }
}

extension Rollout {
  /// What became of a rollout in a few words.
  var stateText: String {
    if completed != nil { return "complete" }
    let undo = undoneTo.map { "undone to revision \($0)" }
    if stalled != nil { return ["stalled", undo].compactMap { $0 }.joined(separator: ", ") }
    return undo ?? (superseded != nil ? "superseded" : "not complete")
  }

  /// About how long it took, in whole seconds.
  var roundLengthText: String {
    guard let completed else { return lengthText }
    let length = completed.elapsed(since: started)
    let middle = (max(length.shortest, .zero) + length.longest) / 2
    return Duration.seconds(middle.seconds.rounded()).lengthText
  }

  /// How long it took, as far as that is known.
  var lengthText: String {
    guard let completed else { return stateText }
    let length = completed.elapsed(since: started)
    let shortest = max(length.shortest, .zero)
    if (length.longest - shortest).seconds < 1 { return length.longest.tenths.lengthText }
    return "\(shortest.tenths.lengthText) to \(length.longest.tenths.lengthText)"
  }
}

extension Duration {
  /// Rounded to a tenth of a second.
  fileprivate var tenths: Duration { .milliseconds(Int64((seconds * 10).rounded()) * 100) }
}
