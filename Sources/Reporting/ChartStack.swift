import Expectations
import RunTimeline
import Units

/// The charts of a page, one below the other on one time axis, under a strip that names phases and actions.
struct ChartStack: Sendable {
  private let frame: ChartFrame
  private let charts: [Chart]
  private let workloads: [WorkloadCharts]
  /// Drawn in a section of its own, and read out with the others.
  let generator: GeneratorCharts

  /// What is drawn of one workload.
  private struct WorkloadCharts: Sendable {
    let replicas: Chart?
    let decisions: DecisionLane?
    let pods: PodChart?
  }

  init(_ run: RunAnalysis, frame: ChartFrame) {
    let (timeline, load) = (run.timeline, run.load)
    self.frame = frame
    var charts: [Chart] = []
    if !load.points.isEmpty {
      charts = [
        LoadCharts.rate(load, timeline, frame), LoadCharts.latency(load, timeline, frame),
        LoadCharts.failures(load, frame),
      ]
    }
    self.charts = charts
    workloads = WorkloadLabel.all(run).map { label, run in
      WorkloadCharts(
        replicas: run.timeline.cluster.map {
          ReplicaChart.chart($0, corridor: run.corridor, label: label, frame)
        },
        decisions: DecisionLane(run.decisionMarks, label: label),
        pods: run.timeline.cluster.flatMap {
          $0.pods.isEmpty ? nil : PodChart($0, run.timeline, label: label, attribution: run.attribution)
        })
    }
    generator = GeneratorCharts(timeline, load: load, frame: frame)
  }

  var html: HTML {
    let pictures =
      charts.map { $0.html(in: frame) }
      + workloads.flatMap { each in
        [each.replicas?.html(in: frame), each.decisions?.html(in: frame), each.pods?.html(in: frame)].compactMap { $0 }
      }
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
    let marks =
      frame.actions.map { StripLabel($0, kind: "action", at: frame.time) }
      + frame.absences.map { StripLabel($0, kind: "action absence", at: frame.time) }
      + frame.faults.map {
        StripLabel(
          name: $0.label, title: $0.sentence, kind: "action fault", position: frame.time.percent($0.from))
      }
    let failures = frame.failures.map { StripLabel($0, kind: "failed", at: frame.time) }
    let lanes = StripLabel.lanes(marks) + StripLabel.lanes(failures)
    let rows = lanes.map { lane -> HTML in "<div class=\"strip-row\">\(lane.map(\.html))</div>" }
    return """
      <div class="strip"><div class="strip-inner">\(streams)
      \(rows)<div class="strip-row"><output id="now" class="now" hidden></output></div></div></div>
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

  /// What the script needs to show values at the pointer.
  var data: OrderedJSON {
    .record([
      ("end", .seconds(frame.time.end)),
      (
        "phases",
        .row(
          frame.phases.map {
            .row([.string($0.name.plainLine), .seconds($0.from), .seconds($0.to), .string($0.stream.plainLine)])
          })
      ),
      ("charts", .row((charts + workloads.compactMap(\.replicas) + generator.charts).map(\.data))),
      ("pods", .row(workloads.compactMap { $0.pods?.data })),
    ])
  }
}
