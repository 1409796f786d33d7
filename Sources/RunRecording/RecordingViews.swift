/// The views for people who open a recording with `sqlite3`. Times are seconds of run time, latencies milliseconds.
enum RecordingViews {
  /// Of schema version 1. Its `timeline` is made by the second step, which replaces it.
  static let first = replicas(of: "'deployments'") + latency + errors + pods
  /// Of schema version 2.
  static let second = connections + failures + generatorHealth + "DROP VIEW IF EXISTS timeline;\n" + timeline

  /// Of schema version 3.
  static let third =
    "DROP VIEW latency;\n" + latencyWithCauses + "DROP VIEW generator_health;\n" + generatorHealthWithCauses

  /// Of schema version 4.
  static let fourth = "DROP VIEW timeline;\nDROP VIEW pods;\n" + podsWithRequests + timelineOfRequests

  /// Of schema version 5.
  static let fifth =
    "DROP VIEW timeline;\nDROP VIEW replicas;\n" + replicasWithDeletions + timelineOfDeletions

  /// Of schema version 6.
  static let sixth =
    latencyOfSources + errorsOfSources + "DROP VIEW generator_health;\n" + generatorHealthOfSources + measurements
    + "DROP VIEW timeline;\nDROP VIEW replicas;\n" + replicasOfWorkloads + timelineOfWorkloads

  /// Of schema version 7: deletions of workloads of whatever kind.
  static let seventh = "DROP VIEW timeline;\n" + timelineOfAllKinds
  /// Of schema version 8.
  static let eighth = "DROP VIEW timeline;\n" + timelineOfFaults

  /// - Parameter resource: the plural of the workload's resource, in SQL.
  private static func replicas(of resource: String) -> String {
    """
    CREATE VIEW replicas AS
      -- The counts of the workload after each change that was seen: one row for each version of the Deployment or the
      -- autoscaler. seconds: when it was received.
      WITH change AS (
        SELECT observation.id, received_us, deployment, autoscaler FROM observation, run
        WHERE object IS NOT NULL AND kind <> 'deleted'
          AND (resource = \(resource) AND observation.name = deployment
            OR resource = 'horizontalpodautoscalers' AND observation.name = autoscaler)
      ), pair AS (
        SELECT id, received_us,
          (SELECT max(id) FROM observation WHERE resource = \(resource) AND name = deployment
            AND object IS NOT NULL AND id <= change.id) AS deployment_id,
          (SELECT max(id) FROM observation WHERE resource = 'horizontalpodautoscalers' AND name = autoscaler
            AND object IS NOT NULL AND id <= change.id) AS autoscaler_id
        FROM change
      )
      SELECT pair.received_us / 1e6 AS seconds,
        json_extract(d.object, '$.spec.replicas') AS wanted,
        CASE WHEN d.id IS NOT NULL THEN ifnull(json_extract(d.object, '$.status.replicas'), 0) END AS current,
        CASE WHEN d.id IS NOT NULL THEN ifnull(json_extract(d.object, '$.status.readyReplicas'), 0) END AS ready,
        CASE WHEN d.id IS NOT NULL THEN ifnull(json_extract(d.object, '$.status.availableReplicas'), 0) END AS available,
        CASE WHEN d.id IS NOT NULL THEN ifnull(json_extract(d.object, '$.status.updatedReplicas'), 0) END AS updated,
        json_extract(a.object, '$.status.desiredReplicas') AS recommended
      FROM pair LEFT JOIN observation d ON d.id = deployment_id LEFT JOIN observation a ON a.id = autoscaler_id
      ORDER BY pair.id;

    """
  }

  private static let measurements = """
    CREATE VIEW measurements AS
      -- The figures behind the verdicts of the newest evaluation, with what was asked of each.
      SELECT verdict.name AS expectation, verdict.verdict, measurement.name, unit, lowest, highest, relation, bound
      FROM verdict JOIN measurement ON verdict_id = verdict.id
      WHERE judging = (SELECT max(judging) FROM verdict) ORDER BY verdict.id, position;

    """

  private static let latency = """
    CREATE VIEW latency AS
      -- Requests of each interval and route, and their latency in milliseconds from the moment each was due.
      SELECT start_us / 1e6 AS seconds, route, offered, sent, completed AS count, failed, dropped,
        p50_us / 1e3 AS p50_ms, p95_us / 1e3 AS p95_ms, p99_us / 1e3 AS p99_ms, max_us / 1e3 AS max_ms
      FROM load_interval WHERE outcome = '' ORDER BY start_us, id;

    """

  private static let errors = """
    CREATE VIEW errors AS
      -- How many requests of each interval failed, by route, outcome and the version that answered.
      SELECT start_us / 1e6 AS seconds, route, outcome, nullif(version, '') AS version, completed AS count
      FROM load_interval WHERE outcome <> '' AND failed = 1 AND completed > 0 ORDER BY start_us, id;

    """

  private static let pods = """
    CREATE VIEW pods AS
      -- The life of each pod that was seen. created, ready and deletion are the cluster's own times (whole seconds of
      -- its clock, less our start and the middle of its offset from ours); removed is when the deletion was received.
      WITH pod AS (
        SELECT o.id, o.uid, o.kind, o.received_us, o.name, o.object,
          run.started_at_us / 1e6
            + ifnull((SELECT (low_us + high_us) / 2e6 FROM clock_offset ORDER BY id DESC LIMIT 1), 0) AS zero,
          (SELECT unixepoch(json_extract(value, '$.lastTransitionTime')) FROM json_each(object, '$.status.conditions')
            WHERE json_extract(value, '$.type') = 'Ready' AND json_extract(value, '$.status') = 'True') AS ready_at
        FROM observation o, run WHERE o.resource = 'pods' AND o.object IS NOT NULL
      )
      SELECT name,
        round(min(unixepoch(json_extract(object, '$.metadata.creationTimestamp'))) - zero, 3) AS created,
        round(min(ready_at) - zero, 3) AS ready,
        round(max(unixepoch(json_extract(object, '$.metadata.deletionTimestamp'))
          - ifnull(json_extract(object, '$.metadata.deletionGracePeriodSeconds'), 0)) - zero, 3) AS deletion,
        max(CASE WHEN kind = 'deleted' THEN received_us END) / 1e6 AS removed
      FROM pod GROUP BY uid ORDER BY min(id);

    """

  private static let connections = """
    CREATE VIEW connections AS
      -- The connections to each address over the whole run. requests_per_connection is the mean.
      SELECT address, sum(opened) AS opened, sum(reused) AS reused, sum(closed_by_peer) AS closed_by_peer,
        round((sum(opened) + sum(reused)) * 1.0 / nullif(sum(opened), 0), 2) AS requests_per_connection,
        max(most_requests) AS most_requests, sum(compressed) AS compressed
      FROM connection GROUP BY address ORDER BY address;

    """

  private static let failures = """
    CREATE VIEW failures AS
      -- The first failed requests of each interval. Times after seconds are milliseconds of wall time since the transfer
      -- began, each counted from the beginning; NULL where a point was not reached, or not needed on a connection that
      -- stood already.
      SELECT due_us / 1e6 AS seconds, route, outcome, status, curl_code, system_error, pod, version, remote_address,
        local_port, reused_connection AS reused,
        CASE WHEN reused_connection = 1 THEN NULL ELSE nullif(looked_up_us, 0) / 1e3 END AS lookup_ms,
        CASE WHEN reused_connection = 1 THEN NULL ELSE nullif(connected_us, 0) / 1e3 END AS connect_ms,
        CASE WHEN reused_connection = 1 THEN NULL ELSE nullif(handshaken_us, 0) / 1e3 END AS tls_ms,
        nullif(first_byte_us, 0) / 1e3 AS first_byte_ms, nullif(ended_after_us, 0) / 1e3 AS end_ms
      FROM failure ORDER BY id;

    """

  private static let generatorHealth = """
    CREATE VIEW generator_health AS
      -- What the load generator saw of itself. CPU and delays in percent of one core, steal in percent of all.
      SELECT end_us / 1e6 AS seconds, lateness_p50_us / 1e3 AS lateness_p50_ms, lateness_p99_us / 1e3 AS lateness_p99_ms,
        lateness_max_us / 1e3 AS lateness_max_ms, in_flight, queued, round(process_cpu * 100, 1) AS process_cpu,
        round(busiest_worker_cpu * 100, 1) AS worker_cpu, round(run_queue_delay * 100, 1) AS run_queue_delay,
        round(steal * 100, 1) AS steal, connections_opened, open_connections, ephemeral_ports_used, ephemeral_ports
      FROM generator ORDER BY id;

    """

  private static let latencyWithCauses = """
    CREATE VIEW latency AS
      -- Requests of each interval and route, and their latency in milliseconds from the moment each was due. dropped is by
      -- whatever cause; stopped were waiting to be sent when the load was stopped.
      SELECT start_us / 1e6 AS seconds, route, offered, sent, completed AS count, failed, dropped,
        p50_us / 1e3 AS p50_ms, p95_us / 1e3 AS p95_ms, p99_us / 1e3 AS p99_ms, max_us / 1e3 AS max_ms,
        (SELECT ifnull(sum(o.completed), 0) FROM load_interval o WHERE o.start_us = t.start_us AND o.route = t.route
          AND o.outcome = 'dropped: target') AS dropped_by_target,
        (SELECT ifnull(sum(o.completed), 0) FROM load_interval o WHERE o.start_us = t.start_us AND o.route = t.route
          AND o.outcome = 'stopped') AS stopped
      FROM load_interval t WHERE outcome = '' ORDER BY start_us, id;

    """

  private static let generatorHealthWithCauses = """
    CREATE VIEW generator_health AS
      -- What the load generator saw of itself. CPU and delays in percent of one core, steal in percent of all. The
      -- lateness of the machine is what the target had no part in; places_held_since is in seconds of run time.
      SELECT end_us / 1e6 AS seconds, lateness_p50_us / 1e3 AS lateness_p50_ms, lateness_p99_us / 1e3 AS lateness_p99_ms,
        lateness_max_us / 1e3 AS lateness_max_ms, in_flight, queued, round(process_cpu * 100, 1) AS process_cpu,
        round(busiest_worker_cpu * 100, 1) AS worker_cpu, round(run_queue_delay * 100, 1) AS run_queue_delay,
        round(steal * 100, 1) AS steal, connections_opened, open_connections, ephemeral_ports_used, ephemeral_ports,
        machine_lateness_p99_us / 1e3 AS machine_lateness_p99_ms, longest_pause_us / 1e3 AS longest_pause_ms, places,
        places_held_since_us / 1e6 AS places_held_since
      FROM generator ORDER BY id;

    """

  /// A percentile of several processes together cannot be worked out of theirs, so that each has a row.
  private static let latencyOfSources =
    latencyWithCauses
    .rewriting("each interval and route,", as: "each interval, route and process that sent them (source),")
    .rewriting("o.route = t.route\n", as: "o.route = t.route AND o.source = t.source\n")
    .rewriting("AND o.outcome = 'stopped') AS stopped", as: "AND o.outcome = 'stopped') AS stopped, source")

  private static let errorsOfSources =
    errors
    .rewriting("completed AS count", as: "sum(completed) AS count")
    .rewriting(
      "completed > 0 ORDER BY start_us, id",
      as: "completed > 0\n  GROUP BY start_us, route, outcome, version ORDER BY start_us, min(id)")

  private static let generatorHealthOfSources =
    generatorHealthWithCauses
    .rewriting("AS places_held_since\n", as: "AS places_held_since, source\n")

  private static let timeline = """
    CREATE VIEW timeline AS
      -- Everything that happened, in order.
      SELECT seconds, what, subject, detail FROM (
        SELECT 0 AS rank, start_us / 1e6 AS seconds, 'phase starts' AS what, ltrim(stream || '/' || name, '/') AS subject,
          ifnull(users || ' users, ' || (think_us / 1e6) || ' s of think time', start_rate || '/s to ' || end_rate || '/s')
            AS detail
        FROM phase WHERE start_us IS NOT NULL
        UNION ALL
        SELECT -1, end_us / 1e6, 'phase ends', ltrim(stream || '/' || name, '/'), NULL FROM phase WHERE end_us IS NOT NULL
        UNION ALL
        SELECT 1, sent_us / 1e6, 'action', name, summary || ifnull(' FAILED: ' || problem, '')
        FROM action WHERE sent_us IS NOT NULL
        UNION ALL
        SELECT 2, seconds, 'rescale', NULL, before || ' -> ' || wanted
        FROM (SELECT seconds, wanted, lag(wanted) OVER () AS before FROM replicas) WHERE before <> wanted
        UNION ALL
        SELECT 3, created, 'pod created', name, NULL FROM pods WHERE created IS NOT NULL
        UNION ALL
        SELECT 4, ready, 'pod ready', name, NULL FROM pods WHERE ready IS NOT NULL
        UNION ALL
        SELECT 5, deletion, 'pod deletion', name, NULL FROM pods WHERE deletion IS NOT NULL
        UNION ALL
        SELECT 6, removed, 'pod removed', name, NULL FROM pods WHERE removed IS NOT NULL
        UNION ALL
        SELECT 7, received_us / 1e6, 'event ' || ifnull(json_extract(object, '$.reason'), ''),
          json_extract(object, '$.involvedObject.kind') || ' ' || json_extract(object, '$.involvedObject.name'),
          json_extract(object, '$.message')
        FROM observation WHERE resource = 'events' AND kind IN ('added', 'modified') AND object IS NOT NULL
        UNION ALL
        SELECT 8, received_us / 1e6, 'gap', resource, message FROM observation WHERE kind = 'gap'
        UNION ALL
        SELECT 9, ended_us / 1e6, 'run ends', name, end_reason || ifnull(': ' || end_detail, '')
        FROM run WHERE ended_us IS NOT NULL
      ) ORDER BY seconds, rank;

    """

  private static let podsWithRequests = """
    CREATE VIEW pods AS
      -- The life of each pod that was seen. created, ready and delete_requested are the cluster's own times (whole seconds
      -- of its clock, less our start and the middle of its offset from ours); removed is when the deletion was received.
      -- delete_requested is what the first version tells that is going: at the end the kubelet deletes the pod once more,
      -- with a grace period of 0 and a later time.
      WITH pod AS (
        SELECT o.id, o.uid, o.kind, o.received_us, o.name, o.object,
          run.started_at_us / 1e6
            + ifnull((SELECT (low_us + high_us) / 2e6 FROM clock_offset ORDER BY id DESC LIMIT 1), 0) AS zero,
          unixepoch(json_extract(object, '$.metadata.deletionTimestamp'))
            - ifnull(json_extract(object, '$.metadata.deletionGracePeriodSeconds'), 0) AS asked_at,
          (SELECT unixepoch(json_extract(value, '$.lastTransitionTime')) FROM json_each(object, '$.status.conditions')
            WHERE json_extract(value, '$.type') = 'Ready' AND json_extract(value, '$.status') = 'True') AS ready_at
        FROM observation o, run WHERE o.resource = 'pods' AND o.object IS NOT NULL
      ), asked AS (
        -- The other columns are those of the row with the lowest id (SQLite, "Bare columns in an aggregate query").
        SELECT uid, asked_at, min(id) FROM pod WHERE asked_at IS NOT NULL GROUP BY uid
      )
      SELECT name,
        round(min(unixepoch(json_extract(object, '$.metadata.creationTimestamp'))) - zero, 3) AS created,
        round(min(ready_at) - zero, 3) AS ready,
        round((SELECT asked_at FROM asked WHERE asked.uid = pod.uid) - zero, 3) AS delete_requested,
        max(CASE WHEN kind = 'deleted' THEN received_us END) / 1e6 AS removed
      FROM pod GROUP BY uid ORDER BY min(id);

    """

  private static let timelineOfRequests = timeline.rewriting(
    "SELECT 5, deletion, 'pod deletion', name, NULL FROM pods WHERE deletion IS NOT NULL",
    as:
      "SELECT 5, delete_requested, 'pod deletion requested', name, NULL FROM pods WHERE delete_requested IS NOT NULL")

  /// A deletion is a row as well, after which nothing is counted until the object is made anew.
  private static let replicasWithDeletions = replicas(of: "(SELECT workload_kind || 's' FROM run)")
    .rewriting("WHERE object IS NOT NULL AND kind <> 'deleted'", as: "WHERE object IS NOT NULL")
    .rewriting("d ON d.id = deployment_id", as: "d ON d.id = deployment_id AND d.kind <> 'deleted'")
    .rewriting("a ON a.id = autoscaler_id", as: "a ON a.id = autoscaler_id AND a.kind <> 'deleted'")
    .rewriting("seconds: when it was received.", as: "seconds: when it was received; NULL: it was deleted.")

  /// The deletions of the workload and its autoscaler, and when objects of their names came into being again.
  private static let timelineOfDeletions = timelineOfRequests.rewriting(
    "SELECT 3, created, 'pod created', name, NULL FROM pods WHERE created IS NOT NULL",
    as: """
      SELECT 2, received_us / 1e6, CASE o.kind WHEN 'deleted' THEN 'deleted' ELSE 'made anew' END,
          CASE o.resource WHEN 'deployments' THEN 'Deployment ' WHEN 'statefulsets' THEN 'StatefulSet '
            ELSE 'HorizontalPodAutoscaler ' END || o.name, NULL
        FROM observation o, run
        WHERE o.object IS NOT NULL
          AND (o.resource = workload_kind || 's' AND o.name = deployment
            OR o.resource = 'horizontalpodautoscalers' AND o.name = autoscaler)
          AND (o.kind = 'deleted'
            OR o.kind = 'added' AND EXISTS (SELECT 1 FROM observation e WHERE e.resource = o.resource AND e.name = o.name
              AND e.object IS NOT NULL AND e.id < o.id AND e.kind = 'deleted' AND e.uid <> o.uid))
        UNION ALL
        SELECT 3, created, 'pod created', name, NULL FROM pods WHERE created IS NOT NULL
      """)

  private static let replicasOfWorkloads = """
    CREATE VIEW replicas AS
      -- The counts of each workload after each change that was seen: one row for each version of it or of its autoscaler.
      -- seconds: when it was received; NULL: it was deleted. workload: what the profile calls it, where it names several.
      WITH change AS (
        SELECT id, received_us, position, called, workload_kind || 's' AS plural, workload_name, autoscaler
        FROM observation, workload
        WHERE object IS NOT NULL
          AND (resource = workload_kind || 's' AND name = workload_name
            OR resource = 'horizontalpodautoscalers' AND name = autoscaler)
      ), pair AS (
        SELECT id, received_us, position, called,
          (SELECT max(id) FROM observation WHERE resource = plural AND name = workload_name
            AND object IS NOT NULL AND id <= change.id) AS version_id,
          (SELECT max(id) FROM observation WHERE resource = 'horizontalpodautoscalers' AND name = autoscaler
            AND object IS NOT NULL AND id <= change.id) AS autoscaler_id
        FROM change
      )
      SELECT pair.received_us / 1e6 AS seconds,
        json_extract(w.object, '$.spec.replicas') AS wanted,
        CASE WHEN w.id IS NOT NULL THEN ifnull(json_extract(w.object, '$.status.replicas'), 0) END AS current,
        CASE WHEN w.id IS NOT NULL THEN ifnull(json_extract(w.object, '$.status.readyReplicas'), 0) END AS ready,
        CASE WHEN w.id IS NOT NULL THEN ifnull(json_extract(w.object, '$.status.availableReplicas'), 0) END AS available,
        CASE WHEN w.id IS NOT NULL THEN ifnull(json_extract(w.object, '$.status.updatedReplicas'), 0) END AS updated,
        json_extract(a.object, '$.status.desiredReplicas') AS recommended, called AS workload
      FROM pair LEFT JOIN observation w ON w.id = version_id AND w.kind <> 'deleted'
        LEFT JOIN observation a ON a.id = autoscaler_id AND a.kind <> 'deleted'
      ORDER BY pair.id, position;

    """

  private static let timelineOfWorkloads =
    timelineOfDeletions
    .rewriting(
      "SELECT 2, seconds, 'rescale', NULL, before || ' -> ' || wanted",
      as: "SELECT 2, seconds, 'rescale', workload, before || ' -> ' || wanted"
    )
    .rewriting(
      "SELECT seconds, wanted, lag(wanted) OVER () AS before",
      as: "SELECT seconds, workload, wanted, lag(wanted) OVER (PARTITION BY workload) AS before"
    )
    .rewriting("FROM observation o, run\n", as: "FROM observation o, workload\n")
    .rewriting("o.name = deployment\n", as: "o.name = workload_name\n")

  private static let timelineOfAllKinds = timelineOfWorkloads.rewriting(
    "WHEN 'statefulsets' THEN 'StatefulSet '\n",
    as:
      "WHEN 'statefulsets' THEN 'StatefulSet '\n            WHEN 'replicasets' THEN 'ReplicaSet ' WHEN 'rollouts' THEN 'Rollout '\n"
  )
  private static let timelineOfFaults = timelineOfAllKinds.rewriting(
    "SELECT 2, seconds, 'rescale', workload,",
    as: """
      SELECT 1, began_us / 1e6, 'fault begins', summary, ifnull('when ' || condition, '') || ifnull(' FAILED: ' || problem, '')
        FROM fault WHERE began_us IS NOT NULL
        UNION ALL
        SELECT 1, ended_us / 1e6, 'fault ends', summary, NULL FROM fault WHERE ended_us > began_us
        UNION ALL
        SELECT 2, seconds, 'rescale', workload,
      """)
}

extension String {
  /// The text of a view with a part of it written anew. The part has to stand there: one that is not found would leave the
  /// view as it was, and nobody would be told.
  fileprivate func rewriting(_ part: String, as new: String) -> String {
    precondition(contains(part), "no view says: \(part)")
    return replacing(part, with: new)
  }
}
