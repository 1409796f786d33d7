package import Expectations
import KubernetesObjects
import LoadFacts
import RunTimeline
import Statistics
import Units

/// A run and its verdicts as JSON, for programs.
///
/// Schema `scaleproof.report/1`, which `Reports/report.schema.json` tells member by member. Members keep their order; a
/// later version of the schema with the same number only adds members. What is not known is `null`, never zero.
package enum JSONReport {
  package static let schema = "scaleproof.report/1"

  package static func render(
    _ run: RunAnalysis, _ judgements: [Judgement], by profile: JudgedProfile = JudgedProfile()
  ) -> String {
    let timeline = run.timeline
    let headline = Headline(timeline, judgements, by: profile)
    let load = run.load
    let facts: [(String, OrderedJSON)] = [
      ("schema", .string(schema)),
      ("verdict", .optional(headline.verdict) { .string($0.rawValue) }),
      ("headline", .string(headline.sentence)),
      ("incomplete", .optional(headline.incomplete) { .string($0) }),
      ("notes", .array(headline.notes.map { .string($0) })),
      ("judgedBy", .string(profile.source ?? timeline.run.profileSource)),
      ("run", description(timeline)),
      ("expectations", .array(judgements.map(expectation))),
      ("inferences", .array((SeveralInferences(judgements)?.rows ?? []).map(inference))),
      ("totals", .optional(load.total, totals)),
      ("attribution", .optional(run.attribution, attribution)),
      ("generator", JSONGenerator.text(timeline)),
      ("connections", .array(ConnectionTotal.totals(timeline.connections).map(connection))),
      ("phases", .array(timeline.phases.map { phase($0, load, timeline) })),
      ("actions", .array(timeline.actions.map(action))),
      ("faults", .array(timeline.faults.map(fault))),
    ]
    let several: [(String, OrderedJSON)] = [
      ("workloads", .array(run.workloadName == nil ? [] : run.ofEachWorkload.map(named))), ("load", series(load)),
    ]
    return OrderedJSON.object(facts + workload(run) + several).pretty
  }

  /// What is known of the workload in focus.
  private static func workload(_ run: RunAnalysis) -> [(String, OrderedJSON)] {
    let timeline = run.timeline
    return [
      ("rollouts", .array((timeline.cluster?.rollouts ?? []).map(rollout))),
      ("absences", .array((timeline.cluster?.absences ?? []).map(absence))),
      ("gaps", .array(timeline.cluster.map { gaps($0, until: timeline.lastInstant) } ?? [])),
      ("replicas", timeline.cluster.map(replicas) ?? .null),
      ("corridor", .array(run.corridor.map(corridor) ?? [])),
      ("decisions", .array(run.decisionMarks.map(decision))),
      ("pods", .array((timeline.cluster?.pods ?? []).map(pod))),
    ]
  }

  /// One of several workloads.
  private static func named(_ run: RunAnalysis) -> OrderedJSON {
    let watched = run.timeline.run.cluster?.workloads.first
    let names: [(String, OrderedJSON)] = [
      ("name", .optional(run.workloadName) { .string($0) }),
      ("workload", .optional(watched) { .string($0.reference.text) }),
      ("autoscaler", .optional(watched?.autoscaler) { .string($0) }),
    ]
    return .object(names + workload(run))
  }

  private static func description(_ timeline: Timeline) -> OrderedJSON {
    let run = timeline.run
    return .object([
      ("name", .string(run.name)),
      ("toolVersion", .string(run.toolVersion)),
      ("profileSource", .string(run.profileSource)),
      ("startedAt", .string(run.startedAt.description)),
      ("timeScale", .number(run.timeScale)),
      ("endedAt", .optional(run.endedAt, OrderedJSON.seconds)),
      ("endReason", .optional(run.endReason) { .string($0.rawValue) }),
      ("endDetail", .optional(run.endDetail) { .string($0) }),
      ("lastInstant", .seconds(timeline.lastInstant)),
      ("cluster", .optional(run.cluster, cluster)),
      ("environment", .object(run.environment.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
    ])
  }

  private static func cluster(_ cluster: ClusterDescription) -> OrderedJSON {
    .object([
      ("context", .string(cluster.context)), ("namespace", .string(cluster.namespace)),
      ("workload", .string(cluster.workload.text)),
      ("autoscaler", .optional(cluster.autoscaler) { .string($0) }),
      ("serverVersion", .optional(cluster.serverVersion) { .string($0) }),
    ])
  }

  private static func expectation(_ judgement: Judgement) -> OrderedJSON {
    .object([
      ("name", .string(judgement.name)), ("kind", .string(judgement.kind)),
      ("expected", .string(judgement.expected)), ("verdict", .string(judgement.verdict.rawValue)),
      ("finding", .string(judgement.finding)), ("reason", .optional(judgement.reason) { .string($0) }),
      ("window", bounds(judgement.window)),
      ("evidence", .array(judgement.evidence.map { .record([("at", bounds($0.at)), ("text", .string($0.text))]) })),
      ("measurements", .array(judgement.measurements.map(measurement))),
    ])
  }

  private static func measurement(_ measurement: Judgement.Measurement) -> OrderedJSON {
    .record([
      ("name", .string(measurement.name)), ("unit", .string(measurement.unit.rawValue)),
      ("lowest", .optional(measurement.lowest) { .exact($0) }),
      ("highest", .optional(measurement.highest) { .exact($0) }),
      (
        "limit",
        .optional(measurement.limit) { limit in
          .record([("relation", .string(limit.relation.rawValue)), ("value", .exact(limit.value))])
        }
      ),
    ])
  }

  private static func inference(_ row: SeveralInferences.Row) -> OrderedJSON {
    .record([
      ("name", .string(row.name)), ("verdict", .string(row.verdict.rawValue)), ("pValue", .exact(row.pValue)),
      ("adjusted", .exact(row.adjusted)), ("risk", .exact(row.risk)), ("isRefuted", .bool(row.isRefuted)),
    ])
  }

  private static func attribution(_ attribution: Attribution) -> OrderedJSON {
    .object([
      ("failed", .integer(attribution.failed)), ("requests", .integer(attribution.requests)),
      ("causes", .row(attribution.causes.map { .string($0.rawValue) })),
      ("advice", .optional(attribution.advice) { .string($0) }),
      ("triggers", .array(attribution.rows.map(trigger))),
    ])
  }

  private static func trigger(_ row: Attribution.Row) -> OrderedJSON {
    .record([
      ("trigger", .string(row.trigger.rawValue)), ("subject", .optional(row.subject) { .string($0) }),
      ("moments", .row(row.moments.map { bounds($0) })),
      ("failed", .integer(row.failed)), ("share", .number(row.share)), ("pValue", .exact(row.pValue)),
      ("adjusted", .exact(row.adjusted)),
      (
        "fraction",
        .optional(row.fraction) {
          .record([("value", .number($0.value)), ("lower", .number($0.lower)), ("upper", .number($0.upper))])
        }
      ),
      ("outcomes", .row(row.outcomes.map { .string($0) })), ("median", .milliseconds(row.median.map(WallTime.init))),
      ("contradiction", .optional(row.contradiction) { .string($0.rawValue) }),
    ])
  }

  private static func totals(_ point: LoadPoint) -> OrderedJSON {
    let failures = point.failures.sorted { $0.key < $1.key }.map { ($0.key, OrderedJSON.integer($0.value)) }
    return .object([
      ("wallSeconds", .number(point.wallSeconds)),
      ("offered", .integer(point.offered)), ("sent", .integer(point.sent)), ("dropped", .integer(point.dropped)),
      ("stopped", .integer(point.stopped)), ("late", .integer(point.late)), ("succeeded", .integer(point.succeeded)),
      ("failed", .integer(point.failed)),
      ("failures", .record(failures)), ("latency", latency(point)),
      ("latencyOfAllAtLeast", latencyOfAll(point)),
    ])
  }

  /// Failed and unanswered requests count with the time that they had waited.
  private static func latencyOfAll(_ point: LoadPoint) -> OrderedJSON {
    .record(
      [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999)].map { name, quantile in
        (name, .milliseconds(point.latencyOfAll.lowest(quantile).map(WallTime.init)))
      })
  }

  private static func latency(_ point: LoadPoint) -> OrderedJSON {
    guard !point.latency.isEmpty else { return .null }
    return .record(
      [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999), ("max", 1)].map { name, quantile in
        (name, .milliseconds(point.latency.wallQuantile(quantile)))
      })
  }

  private static func connection(_ total: ConnectionTotal) -> OrderedJSON {
    .record([
      ("address", .string(total.address)), ("opened", .integer(total.opened)), ("reused", .integer(total.reused)),
      ("closedByPeer", .integer(total.closedByPeer)),
      ("requestsPerConnection", .optional(total.requestsPerConnection) { .number($0) }),
      ("mostRequests", .integer(total.mostRequests)), ("compressed", .integer(total.compressed)),
    ])
  }

  private static func corridor(_ corridor: ReplicaCorridor) -> [OrderedJSON] {
    corridor.stretches.map { .row([.seconds($0.from), .seconds($0.to), .integer($0.low), .integer($0.high)]) }
  }

  private static func decision(_ mark: DecisionMark) -> OrderedJSON {
    .record([
      ("at", bounds(mark.at)), ("from", .integer(mark.from)), ("to", .integer(mark.to)),
      ("boundBy", .string(mark.row.rawValue)),
      ("facts", .record(mark.facts.map { ($0.name, .string($0.text)) })), ("alike", .integer(mark.repeats)),
    ])
  }

  private static func phase(_ phase: PhaseSpan, _ load: LoadSeries, _ timeline: Timeline) -> OrderedJSON {
    let window = load.window(of: phase)
    return .object([
      ("name", .string(phase.name)), ("stream", .string(phase.stream)),
      ("users", .optional(phase.users) { .integer($0) }), ("think", .optional(phase.think) { .number($0.seconds) }),
      ("plannedStart", .seconds(phase.plannedStart)),
      ("plannedEnd", .seconds(phase.plannedEnd)), ("startRate", .number(phase.startRate)),
      ("endRate", .number(phase.endRate)), ("start", .optional(phase.start, OrderedJSON.seconds)),
      ("end", .optional(phase.end, OrderedJSON.seconds)), ("totals", .optional(window?.certain, totals)),
      (
        "perhaps",
        .optional(window?.perhaps) { .record([("offered", .integer($0.offered)), ("failed", .integer($0.failed))]) }
      ),
    ])
  }

  private static func fault(_ fault: FaultSpan) -> OrderedJSON {
    .record([
      ("summary", .string(fault.summary)), ("plannedAt", .optional(fault.plannedAt, OrderedJSON.seconds)),
      ("condition", .optional(fault.condition) { .string($0) }),
      ("lasts", .optional(fault.lasts, OrderedJSON.seconds)),
      ("began", .optional(fault.began, OrderedJSON.seconds)), ("ended", .optional(fault.ended, OrderedJSON.seconds)),
      ("problem", .optional(fault.problem) { .string($0) }),
    ])
  }

  private static func action(_ action: ActionSpan) -> OrderedJSON {
    .object([
      ("name", .string(action.name)), ("summary", .string(action.summary)), ("plannedAt", .seconds(action.plannedAt)),
      ("sent", .optional(action.sent, OrderedJSON.seconds)),
      ("answered", .optional(action.answered, OrderedJSON.seconds)),
      ("condition", .optional(action.condition) { .string($0) }),
      ("problem", .optional(action.problem) { .string($0) }),
      (
        "requests",
        .array(
          action.requests.map { request in
            .object([
              ("request", .string(request.line)), ("sent", .seconds(request.sent)),
              ("answered", .seconds(request.answered)), ("problem", .optional(request.problem) { .string($0) }),
            ])
          })
      ),
    ])
  }

  private static func rollout(_ rollout: Rollout) -> OrderedJSON {
    .object([
      ("image", .optional(rollout.image) { .string($0) }), ("generation", .integer(Int(rollout.generation))),
      ("started", bounds(rollout.started)), ("completed", bounds(rollout.completed)),
      ("stalled", bounds(rollout.stalled)), ("superseded", bounds(rollout.superseded)),
      ("undoneTo", .optional(rollout.undoneTo) { .string($0) }),
    ])
  }

  private static func absence(_ absence: Absence) -> OrderedJSON {
    .record([
      ("kind", .string(absence.kind)), ("name", .string(absence.name)), ("deleted", bounds(absence.deleted)),
      ("recreated", bounds(absence.recreated)), ("recreatedBy", .optional(absence.recreatedBy) { .string($0) }),
    ])
  }

  private static func gaps(_ cluster: ClusterHistory, until end: Duration) -> [OrderedJSON] {
    cluster.observationGaps.sorted { $0.key < $1.key }.flatMap { resource, gaps in
      gaps.map { gap in
        .record([
          ("resource", .string(resource)), ("from", .seconds(max(gap.stretch.earliest, .zero))),
          ("to", gap.stretch.latest > end ? .null : .seconds(gap.stretch.latest)),
          ("cause", .optional(gap.cause) { .string($0) }),
        ])
      }
    }
  }

  private static func replicas(_ cluster: ClusterHistory) -> OrderedJSON {
    func steps(_ envelope: CountEnvelope) -> OrderedJSON {
      .array(
        envelope.segments.map { segment in
          .row([
            .seconds(segment.start), .optional(segment.range) { .integer($0.lowerBound) },
            .optional(segment.range) { .integer($0.upperBound) },
          ])
        })
    }
    return .object([
      ("wanted", steps(cluster.wantedReplicas)), ("recommended", steps(cluster.recommendedReplicas)),
      ("current", steps(cluster.currentReplicas)), ("ready", steps(cluster.readyReplicas)),
      ("available", steps(cluster.availableReplicas)), ("updated", steps(cluster.updatedReplicas)),
      ("endpoints", steps(cluster.readyEndpoints)),
    ])
  }

  private static func pod(_ pod: PodLifeline) -> OrderedJSON {
    .record([
      ("name", .string(pod.name)), ("version", .string(PodChart.versionName(pod))), ("created", bounds(pod.created)),
      ("started", bounds(pod.started)), ("ready", .row(pod.ready.map { .row([bounds($0.from), bounds($0.to)]) })),
      ("deleteRequested", bounds(pod.deleteRequested)), ("removed", bounds(pod.removed)),
      ("restarts", .integer(pod.restarts)),
    ])
  }

  private static func series(_ load: LoadSeries) -> OrderedJSON {
    let columns = [
      "start", "end", "wallSeconds", "offered", "sent", "dropped", "late", "succeeded", "failed", "p50", "p95", "p99",
      "max",
    ]
    return .object([
      ("columns", .row(columns.map { .string($0) })),
      ("rows", .array(load.points.map(row))),
    ])
  }

  private static func row(_ point: LoadPoint) -> OrderedJSON {
    let quantiles = point.latency.quantiles([0.5, 0.95, 0.99, 1]).map { OrderedJSON.milliseconds(WallTime($0)) }
    let counts = [point.offered, point.sent, point.dropped, point.late, point.succeeded, point.failed]
    return .row(
      [.seconds(point.start), .seconds(point.end), .number(point.wallSeconds)] + counts.map { .integer($0) }
        + (quantiles.isEmpty ? [.null, .null, .null, .null] : quantiles))
  }

  private static func bounds(_ bounds: InstantBounds?) -> OrderedJSON {
    .optional(bounds) { .row([.seconds($0.earliest), .seconds($0.latest)]) }
  }
}
