import GRDB

/// The tables of a recording and how they came to be, version by version.
///
/// A file bears its version in `user_version` and ScaleProof's mark in `application_id`. All tables are STRICT, so that
/// a value of the wrong type is refused when it is written and not read as zero. All instants are whole microseconds of
/// run time (columns `…_us`), the time since the run began.
enum RecordingSchema {
  /// `SPrf`, as SQLite wants it for `application_id`.
  static let applicationID: Int64 = 0x5350_7266

  /// The statements that lead from each version to the next; the first makes version 1 of an empty file. A step that was
  /// released never changes, since files of its version lie on disks.
  static let steps: [String] = [
    tables + RecordingViews.first, connections + RecordingViews.second,
    causes + RecordingViews.third, RecordingViews.fourth,
    workloads + RecordingViews.fifth,
    sources + measurements + several + RecordingViews.sixth,
    RecordingViews.seventh,
    faults + RecordingViews.eighth,
    actions,
  ]

  static var version: Int { steps.count }

  /// Brings a database to the newest version.
  static func migrate(_ database: Database, steps: [String] = Self.steps) throws {
    let current = try version(of: database)
    guard current < steps.count else { return }
    try database.inTransaction {
      for step in steps[current...] { try database.execute(sql: step) }
      try database.execute(sql: "PRAGMA user_version = \(steps.count); PRAGMA application_id = \(applicationID)")
      return .commit
    }
  }

  static func version(of database: Database) throws -> Int {
    try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
  }

  /// Refuses files of other programs, of newer versions of this one, and of versions that never were.
  static func check(_ database: Database, path: String, known: Int = Self.version) throws {
    let mark = try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    guard mark == applicationID else {
      throw RecordingError.notARecording(path: path, reason: "it is an SQLite file of another program")
    }
    let version = try version(of: database)
    guard version <= known else { throw RecordingError.newerSchema(path: path, version: version, known: known) }
    guard version > 0 else {
      throw RecordingError.damaged(path: path, reason: "its schema version is \(version), and the first was 1")
    }
  }

  private static let tables = """
    CREATE TABLE run (
      -- What was run: one row.
      id INTEGER PRIMARY KEY CHECK (id = 1),
      name TEXT NOT NULL,
      tool_version TEXT NOT NULL,
      profile_text TEXT NOT NULL,        -- as the user wrote it, secrets replaced
      profile_source TEXT NOT NULL,
      started_at_us INTEGER NOT NULL,    -- wall clock at run time zero, microseconds since 1970
      started_at_exact INTEGER NOT NULL, -- 0 when that is known to the second only
      time_scale REAL NOT NULL,          -- run time that passes in a second of wall time
      ended_us INTEGER,                  -- NULL when the run was killed
      end_reason TEXT,                   -- completed, interrupted, failed
      context TEXT, namespace TEXT, deployment TEXT, autoscaler TEXT, server_version TEXT,
      environment TEXT NOT NULL          -- JSON object: whatever else explains the run
    ) STRICT;

    CREATE TABLE phase (
      -- Phases of the load, as planned and as they came.
      position INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      planned_start_us INTEGER NOT NULL, planned_end_us INTEGER NOT NULL,
      start_rate REAL NOT NULL, end_rate REAL NOT NULL, -- requests per wall second
      start_us INTEGER, end_us INTEGER
    ) STRICT;

    CREATE TABLE action (
      -- What the run did to the cluster.
      position INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      summary TEXT NOT NULL,
      planned_us INTEGER NOT NULL,
      sent_us INTEGER, answered_us INTEGER,
      generation INTEGER,                -- metadata.generation of the Deployment after the action
      problem TEXT                       -- why it failed, if it did
    ) STRICT;

    CREATE TABLE load_interval (
      -- What became of the requests that were due in an interval. For each interval and route there is one row of
      -- totals, whose outcome is '', and one row for each outcome and version of those that ended.
      id INTEGER PRIMARY KEY,
      start_us INTEGER NOT NULL, end_us INTEGER NOT NULL,
      route TEXT NOT NULL,
      outcome TEXT NOT NULL,             -- '' for the totals; an HTTP status, or a word such as timeout
      version TEXT NOT NULL,             -- the version that answered, '' where it is not known
      offered INTEGER, sent INTEGER, dropped INTEGER, late INTEGER, -- in totals only
      failed INTEGER NOT NULL,           -- outcomes: 1 if the route counts it as a failure; totals: how many failed
      completed INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      p50_us INTEGER, p95_us INTEGER, p99_us INTEGER, max_us INTEGER, -- latency from the moment of being due
      from_due BLOB, from_send BLOB,     -- mergeable histograms; not in totals
      UNIQUE (start_us, route, outcome, version)
    ) STRICT;

    CREATE TABLE failure (
      -- The first failed requests of each interval, whole.
      id INTEGER PRIMARY KEY,
      due_us INTEGER NOT NULL, sent_us INTEGER, completed_us INTEGER NOT NULL,
      route TEXT NOT NULL, outcome TEXT NOT NULL,
      curl_code INTEGER, system_error INTEGER, status INTEGER, local_port INTEGER,
      remote_address TEXT, pod TEXT, version TEXT
    ) STRICT;

    CREATE TABLE observation (
      -- What the API server said, in the order in which it came.
      id INTEGER PRIMARY KEY,
      sent_us INTEGER NOT NULL, received_us INTEGER NOT NULL,
      resource TEXT NOT NULL,            -- plural: pods
      kind TEXT NOT NULL,                -- list, listed, added, modified, deleted, bookmark, gap
      name TEXT, uid TEXT, resource_version TEXT,
      object TEXT,                       -- JSON; NULL in a list that shows the version recorded before
      message TEXT                       -- why a read failed
    ) STRICT;
    CREATE INDEX observation_of_object ON observation (resource, name, id) WHERE object IS NOT NULL;

    CREATE TABLE clock_offset (
      -- Bounds of the API server's clock less ours, as they narrowed.
      id INTEGER PRIMARY KEY,
      at_us INTEGER NOT NULL,
      low_us INTEGER NOT NULL, high_us INTEGER NOT NULL,
      skew_us INTEGER NOT NULL           -- how far the clocks inside the control plane may be apart
    ) STRICT;

    CREATE TABLE generator (
      -- What the load generator saw of itself.
      id INTEGER PRIMARY KEY,
      start_us INTEGER NOT NULL, end_us INTEGER NOT NULL,
      lateness_p50_us INTEGER NOT NULL, lateness_p99_us INTEGER NOT NULL, lateness_max_us INTEGER NOT NULL,
      process_cpu REAL NOT NULL, busiest_worker_cpu REAL NOT NULL, -- CPU seconds per wall second
      connections_opened INTEGER NOT NULL, in_flight INTEGER NOT NULL, queued INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE verdict (
      -- What was judged. Each evaluation of the recording adds a set of rows with the next number in judging.
      id INTEGER PRIMARY KEY,
      judging INTEGER NOT NULL,
      judged_at_us INTEGER NOT NULL,     -- wall clock, microseconds since 1970
      tool_version TEXT NOT NULL,
      name TEXT NOT NULL, kind TEXT NOT NULL, expected TEXT NOT NULL,
      verdict TEXT NOT NULL,             -- pass, fail, inconclusive
      finding TEXT NOT NULL, reason TEXT,
      window_start_us INTEGER, window_end_us INTEGER
    ) STRICT;
    CREATE TABLE verdict_evidence (
      -- The facts behind a verdict.
      verdict_id INTEGER NOT NULL REFERENCES verdict (id),
      position INTEGER NOT NULL,
      earliest_us INTEGER, latest_us INTEGER,
      text TEXT NOT NULL,
      PRIMARY KEY (verdict_id, position)
    ) STRICT;

    """

  /// Version 2: connections, closed-model load, stop rules, and what a failure and a slow generator were made of.
  private static let connections = """
    ALTER TABLE run ADD COLUMN end_detail TEXT;                       -- which stop rule, or what failed
    ALTER TABLE phase ADD COLUMN stream TEXT NOT NULL DEFAULT '';     -- '' in a run with one stream of load
    ALTER TABLE phase ADD COLUMN users INTEGER;                       -- closed model; its rates are 0
    ALTER TABLE phase ADD COLUMN think_us INTEGER;                    -- closed model, wall time

    -- When a failed transfer reached each point, in microseconds of wall time after it began; 0 was not reached.
    ALTER TABLE failure ADD COLUMN looked_up_us INTEGER;
    ALTER TABLE failure ADD COLUMN connected_us INTEGER;
    ALTER TABLE failure ADD COLUMN handshaken_us INTEGER;
    ALTER TABLE failure ADD COLUMN request_ready_us INTEGER;
    ALTER TABLE failure ADD COLUMN first_byte_us INTEGER;
    ALTER TABLE failure ADD COLUMN ended_after_us INTEGER;
    ALTER TABLE failure ADD COLUMN reused_connection INTEGER;         -- 1 when the connection stood already

    ALTER TABLE generator ADD COLUMN steal REAL;                      -- share of all CPU time, 0 to 1
    ALTER TABLE generator ADD COLUMN run_queue_delay REAL;            -- of the worst worker, seconds per wall second
    ALTER TABLE generator ADD COLUMN open_connections INTEGER;
    ALTER TABLE generator ADD COLUMN ephemeral_ports_used INTEGER;
    ALTER TABLE generator ADD COLUMN ephemeral_ports INTEGER;         -- how many there are

    CREATE TABLE connection (
      -- What became of the connections to each address in an interval.
      id INTEGER PRIMARY KEY,
      start_us INTEGER NOT NULL, end_us INTEGER NOT NULL,
      address TEXT NOT NULL,
      opened INTEGER NOT NULL,
      reused INTEGER NOT NULL,           -- requests on a connection that stood already
      closed_by_peer INTEGER NOT NULL,
      most_requests INTEGER NOT NULL,    -- on one connection, since the run began
      compressed INTEGER NOT NULL        -- answers whose body was packed
    ) STRICT;

    """

  /// Version 3: who made requests wait, and which profile each judging went by.
  private static let causes = """
    ALTER TABLE load_interval ADD COLUMN late_by_machine INTEGER;     -- in totals only

    ALTER TABLE generator ADD COLUMN machine_lateness_p99_us INTEGER; -- what this machine took of the lateness
    ALTER TABLE generator ADD COLUMN machine_lateness_max_us INTEGER;
    ALTER TABLE generator ADD COLUMN longest_pause_us INTEGER;        -- in which an answer can have lain unread
    ALTER TABLE generator ADD COLUMN places INTEGER;                  -- requests that could be in flight
    ALTER TABLE generator ADD COLUMN places_held_since_us INTEGER;    -- run time; NULL when no request waited

    CREATE TABLE judging (
      -- The profile that each set of verdicts went by; none for those of older versions.
      judging INTEGER PRIMARY KEY,
      profile_source TEXT NOT NULL,
      profile_text TEXT NOT NULL         -- secrets replaced
    ) STRICT;

    """

  /// Version 6: which process each fact of the load is of, and how late each request left.
  private static let sources = """
    DROP VIEW latency;
    DROP VIEW errors;
    CREATE TABLE load_interval_of_source (
      -- What became of the requests that were due in an interval. For each interval, route and source there is one row of
      -- totals, whose outcome is '', and one row for each outcome and version of those that ended.
      id INTEGER PRIMARY KEY,
      start_us INTEGER NOT NULL, end_us INTEGER NOT NULL,
      route TEXT NOT NULL,
      source TEXT NOT NULL,              -- the process that sent them, '' for the one that recorded
      outcome TEXT NOT NULL,             -- '' for the totals; an HTTP status, or a word such as read timeout
      version TEXT NOT NULL,             -- the version that answered, '' where it is not known
      offered INTEGER, sent INTEGER, dropped INTEGER, late INTEGER, late_by_machine INTEGER, -- in totals only
      failed INTEGER NOT NULL,           -- outcomes: 1 if the route counts it as a failure; totals: how many failed
      completed INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      p50_us INTEGER, p95_us INTEGER, p99_us INTEGER, max_us INTEGER, -- latency from the moment of being due
      from_due BLOB, from_send BLOB,     -- mergeable histograms; not in totals
      UNIQUE (start_us, route, source, outcome, version)
    ) STRICT;
    INSERT INTO load_interval_of_source
      SELECT id, start_us, end_us, route, '', outcome, version, offered, sent, dropped, late, late_by_machine, failed,
        completed, bytes, p50_us, p95_us, p99_us, max_us, from_due, from_send
      FROM load_interval;
    DROP TABLE load_interval;
    ALTER TABLE load_interval_of_source RENAME TO load_interval;

    ALTER TABLE failure ADD COLUMN source TEXT NOT NULL DEFAULT '';
    ALTER TABLE connection ADD COLUMN source TEXT NOT NULL DEFAULT '';
    ALTER TABLE generator ADD COLUMN source TEXT NOT NULL DEFAULT '';
    ALTER TABLE generator ADD COLUMN lateness BLOB;         -- mergeable histogram; NULL where only figures were recorded
    ALTER TABLE generator ADD COLUMN machine_lateness BLOB; -- of that, what this machine took

    """

  /// Version 5: workloads that are no Deployments, whose name is in the column `deployment` all the same.
  private static let workloads = """
    ALTER TABLE run ADD COLUMN workload_kind TEXT NOT NULL DEFAULT 'deployment'; -- deployment, statefulset

    """

  /// Version 6: the figures behind verdicts.
  private static let measurements = """
    CREATE TABLE measurement (
      -- The figures behind a verdict: what decided, and what stands beside that.
      verdict_id INTEGER NOT NULL REFERENCES verdict (id),
      position INTEGER NOT NULL,
      name TEXT NOT NULL,                -- readyReplicas.reachedAfter
      unit TEXT NOT NULL,                -- s, ms, ratio, count, requests/s
      lowest REAL, highest REAL,         -- between which it lies; NULL where nothing bounds it
      relation TEXT, bound REAL,         -- what is asked of it: <= 90; NULL where nothing follows from it
      PRIMARY KEY (verdict_id, position),
      CHECK ((relation IS NULL) = (bound IS NULL))
    ) STRICT;

    """

  /// Version 8: what was made to go wrong in a simulated cluster.
  private static let faults = """
    CREATE TABLE fault (
      -- What was made to go wrong in a simulated cluster, as planned and as it came.
      position INTEGER PRIMARY KEY,
      summary TEXT NOT NULL,
      planned_us INTEGER,                -- NULL where that depends on the cluster
      condition TEXT,                    -- what had to come true before
      lasts_us INTEGER,                  -- NULL for good
      began_us INTEGER, ended_us INTEGER,
      problem TEXT                       -- why it did not come to pass as declared
    ) STRICT;

    """

  /// Version 6: several workloads of one run. The first one stands in `run` as well.
  private static let several = """
    CREATE TABLE workload (
      -- The workloads that were watched.
      position INTEGER PRIMARY KEY,
      called TEXT,                       -- what the profile calls it; NULL in a run with one
      workload_kind TEXT NOT NULL,       -- deployment, statefulset
      workload_name TEXT NOT NULL,
      autoscaler TEXT
    ) STRICT;
    INSERT INTO workload SELECT 0, NULL, workload_kind, deployment, autoscaler FROM run WHERE deployment IS NOT NULL;

    ALTER TABLE action ADD COLUMN workload TEXT; -- what the profile calls the workload it was done to

    """

  /// Version 9: actions of more kinds, and what each of them asked of the API server.
  private static let actions = """
    ALTER TABLE action ADD COLUMN condition TEXT; -- what was waited for, from planned_us on
    -- what it does to the pods: rollout, change, replicas, pods or none
    ALTER TABLE action ADD COLUMN effect TEXT NOT NULL DEFAULT 'rollout';
    ALTER TABLE action ADD COLUMN replicas INTEGER; -- the count that was set
    ALTER TABLE action ADD COLUMN pods TEXT;        -- JSON list of the names of pods that were taken away

    CREATE TABLE action_request (
      -- What actions asked of the API server.
      action INTEGER NOT NULL,           -- position of the action
      position INTEGER NOT NULL,
      request TEXT NOT NULL,             -- method and path
      sent_us INTEGER NOT NULL, answered_us INTEGER NOT NULL,
      problem TEXT,                      -- why it was refused, if it was
      PRIMARY KEY (action, position)
    ) STRICT;

    """
}
