import AutoscalerModel
import Expectations
import RunTimeline
import Units

/// The charts of a page, one below the other on one time axis, under a strip that names phases and actions.
struct ChartStack: Sendable {
  private let frame: ChartFrame
  private let charts: [Chart]
  private let decisions: DecisionLane?
  private let pods: PodChart?
  /// Drawn in a section of its own, and read out with the others.
  let generator: GeneratorCharts

  init(
    _ timeline: Timeline, load: LoadSeries, frame: ChartFrame, settings: ControllerSettings = .defaults
  ) {
    self.frame = frame
    var charts: [Chart] = []
    if !load.points.isEmpty {
      charts = [
        LoadCharts.rate(load, timeline, frame), LoadCharts.latency(load, timeline, frame),
        LoadCharts.failures(load, frame),
      ]
    }
    let record = ScalingRecord(timeline, settings: settings)
    if let cluster = timeline.cluster {
      charts.append(ReplicaChart.chart(cluster, corridor: record.map { ReplicaCorridor($0) }, frame))
    }
    self.charts = charts
    pods = timeline.cluster.flatMap { $0.pods.isEmpty ? nil : PodChart($0, timeline) }
    decisions = record.flatMap { DecisionLane($0) }
    generator = GeneratorCharts(timeline, load: load, frame: frame)
  }

  var html: HTML {
    let pictures =
      charts.map { $0.html(in: frame) } + [decisions?.html(in: frame) ?? .empty, pods?.html(in: frame) ?? .empty]
    return """
      <section id="charts" class="charts" aria-labelledby="charts-heading" tabindex="0">
      <h2 id="charts-heading">The run over time</h2>
      <p class="hint">Point at a chart, or use the arrow keys, to read all charts at one moment. Escape ends it.</p>
      \(strip)
      \(pictures)
      <p id="announcement" class="unseen" role="status" aria-live="polite"></p>
      </section>
      """
  }

  /// Names of phases, actions and failed expectations over the charts, where they are in time.
  private var strip: HTML {
    let streams = frame.streams.map { stream -> HTML in
      let phases = frame.phases.filter { $0.stream == stream }.map(phaseLabel)
      return "<div class=\"strip-row\">\(phases)</div>"
    }
    let actions = frame.actions.map { action -> HTML in
      """
      <span class="action\(side(action.at))" style="left:\(frame.time.percent(action.at))%" \
      title="\(action.label) at \(action.at.preciseClock)">\(action.label)</span>
      """
    }
    let absences = frame.absences.map { absence -> HTML in
      """
      <span class="action absence\(side(absence.at))" style="left:\(frame.time.percent(absence.at))%" \
      title="\(absence.label) at \(absence.at.preciseClock)">\(absence.label)</span>
      """
    }
    let failures = frame.failures.map { failure -> HTML in
      // Named where no other mark is near enough to be written over.
      let isAlone = !frame.failures.contains { other in
        (other.at != failure.at || other.label != failure.label)
          && abs(frame.time.percent(other.at) - frame.time.percent(failure.at)) < 30
      }
      let name: HTML = isAlone ? "\(failure.label)" : .empty
      return """
        <a class="failed\(side(failure.at))" style="left:\(frame.time.percent(failure.at))%" href="#\(failure.target ?? "")" \
        title="\(failure.label) failed at \(failure.at.preciseClock)"><span>✕</span> \(name)</a>
        """
    }
    return """
      <div class="strip"><div class="strip-inner">\(streams)
      <div class="strip-row">\(actions)\(absences)</div>
      <div class="strip-row">\(failures)<output id="now" class="now" hidden></output></div></div></div>
      """
  }

  private func phaseLabel(_ phase: ChartFrame.Phase) -> HTML {
    let left = frame.time.percent(phase.from)
    let name = phase.stream.isEmpty ? phase.name : "\(phase.stream): \(phase.name)"
    return """
      <span class="phase" style="left:\(left)%;width:\(frame.time.percent(phase.to) - left)%" \
      title="\(name): \(phase.from.clock) to \(phase.to.clock)">\(name)</span>
      """
  }

  /// Labels near the right end are written to the left of their mark.
  private func side(_ instant: Duration) -> HTML {
    frame.time.percent(instant) > 85 ? " leftwards" : ""
  }

  /// What the script needs to show values at the pointer.
  var data: JSONText {
    .record([
      ("end", .seconds(frame.time.end)),
      (
        "phases",
        .row(
          frame.phases.map {
            .row([.string($0.name.plainLine), .seconds($0.from), .seconds($0.to), .string($0.stream.plainLine)])
          })
      ),
      ("charts", .row((charts + generator.charts).map(\.data))),
      ("pods", pods?.data ?? .null),
    ])
  }
}
