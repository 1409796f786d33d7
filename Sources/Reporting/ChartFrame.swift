import Expectations
import RunTimeline
import Units

/// What all charts of a page have in common: the time axis, and the phases, actions and failed moments on it.
struct ChartFrame: Sendable {
  struct Mark: Sendable {
    let at: Duration
    let label: String
    /// Where a click leads: the row of the expectation.
    let target: String?
  }

  struct Phase: Sendable {
    let stream: String
    let name: String
    let from: Duration
    let to: Duration
  }

  /// Something that was made to go wrong.
  struct Fault: Sendable {
    let from: Duration
    /// The same as its begin for one that is over at once.
    let to: Duration
    let label: String

    /// `node 1 lost from 00:30 to 01:30`.
    var sentence: String { to > from ? "\(label) from \(from.clock) to \(to.clock)" : "\(label) at \(from.clock)" }
  }

  let time: TimeAxis
  let phases: [Phase]
  let actions: [Mark]
  /// When the Deployment or its autoscaler was deleted, and when it was made anew.
  let absences: [Mark]
  let failures: [Mark]
  let faults: [Fault]

  init(_ timeline: Timeline, _ judgements: [Judgement]) {
    let time = TimeAxis(end: timeline.span)
    self.time = time
    phases = timeline.phases.compactMap { phase in
      phase.start.map {
        Phase(stream: phase.stream, name: phase.name, from: $0, to: min(phase.end ?? time.end, time.end))
      }
    }
    actions = timeline.actions.compactMap { action in
      action.sent.map { Mark(at: $0, label: action.name, target: nil) }
    }
    let areSeveral = timeline.clusters.count > 1
    absences = timeline.clusters.flatMap(\.absences).flatMap { absence in
      let object = areSeveral ? "\(absence.kind) \(absence.name)" : absence.kind
      let gone = Mark(at: absence.mark?.at ?? absence.deleted.middle, label: "\(object) deleted", target: nil)
      let back = absence.recreated.map { Mark(at: $0.middle, label: "\(object) made anew", target: nil) }
      return [gone] + (back.map { [$0] } ?? [])
    }
    faults = timeline.faults.compactMap { fault in
      guard let began = fault.began, began <= time.end else { return nil }
      return Fault(from: began, to: min(fault.ended ?? time.end, time.end), label: fault.summary)
    }
    failures = judgements.enumerated().compactMap { index, judgement in
      guard judgement.verdict == .fail, let moment = judgement.moment else { return nil }
      return Mark(at: min(moment, time.end), label: judgement.name, target: "expectation-\(index + 1)")
    }
  }

  /// Names of the streams of load, in the order of their first phases.
  var streams: [String] {
    phases.reduce(into: []) { names, phase in if !names.contains(phase.stream) { names.append(phase.stream) } }
  }

  /// What went wrong meanwhile, for those who do not see the bands; `nil` where nothing did.
  var faultSentence: String? {
    faults.isEmpty ? nil : "Made to go wrong: \(faults.map(\.sentence).joined(separator: "; "))."
  }

  /// The part of a picture that lies behind its data. Of several streams, the phases of the first are shaded.
  func backdrop(height: Double) -> HTML {
    var picture: HTML = "<g class=\"backdrop\" aria-hidden=\"true\">"
    let first = streams.first
    for (index, phase) in phases.filter({ $0.stream == first }).enumerated() {
      let x = time.percent(phase.from)
      picture += """
        <rect class="phase-band \(index.isMultiple(of: 2) ? "plain" : "shaded")" x="\(x)%" y="0" \
        width="\(time.percent(phase.to) - x)%" height="\(height)"/>
        """
    }
    for fault in faults where fault.to > fault.from {
      let x = time.percent(fault.from)
      picture += """
        <rect class="fault-band" x="\(x)%" y="0" width="\(time.percent(fault.to) - x)%" height="\(height)"/>
        """
    }
    for tick in time.ticks {
      let x = time.percent(tick)
      picture += "<line class=\"grid\" x1=\"\(x)%\" x2=\"\(x)%\" y1=\"0\" y2=\"\(height)\"/>"
    }
    return picture + "</g>"
  }

  /// The marks that go over the data, and the line that follows the pointer.
  func foreground(height: Double) -> HTML {
    var picture: HTML = "<g class=\"marks\" aria-hidden=\"true\">"
    for fault in faults {
      for instant in Set([fault.from, fault.to]).sorted() where instant < time.end || instant == fault.from {
        let x = time.percent(instant)
        picture += "<line class=\"fault-mark\" x1=\"\(x)%\" x2=\"\(x)%\" y1=\"0\" y2=\"\(height)\"/>"
      }
    }
    for action in actions {
      let x = time.percent(action.at)
      picture += "<line class=\"action-mark\" x1=\"\(x)%\" x2=\"\(x)%\" y1=\"0\" y2=\"\(height)\"/>"
    }
    for absence in absences {
      let x = time.percent(absence.at)
      picture += "<line class=\"absence-mark\" x1=\"\(x)%\" x2=\"\(x)%\" y1=\"0\" y2=\"\(height)\"/>"
    }
    for failure in failures {
      let x = time.percent(failure.at)
      picture += "<line class=\"failure-mark\" x1=\"\(x)%\" x2=\"\(x)%\" y1=\"0\" y2=\"\(height)\"/>"
    }
    picture += "<line class=\"cursor\" x1=\"0\" x2=\"0\" y1=\"0\" y2=\"\(height)\"/>"
    return picture + "</g>"
  }

  /// Labels of the time axis below a plot.
  func timeLabels(height: Double) -> HTML {
    let ticks = time.ticks
    let isLong = ticks.contains { $0.clock.count > 5 }
    var labels: HTML = "<g class=\"axis time-axis\(isLong ? " long" : "")\">"
    for (index, tick) in ticks.enumerated() {
      let x = time.percent(tick)
      let anchor: HTML = x < 1 ? "start" : x > 97.5 ? "end" : "middle"
      // Where the page is narrow, every second or fourth label is shown.
      let rank: HTML = index.isMultiple(of: 4) ? "" : index.isMultiple(of: 2) ? " class=\"second\"" : " class=\"odd\""
      labels += "<text\(rank) x=\"\(x)%\" y=\"\(height + 14)\" text-anchor=\"\(anchor)\">\(tick.clock)</text>"
    }
    return labels + "</g>"
  }
}
