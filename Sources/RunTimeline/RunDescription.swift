package import KubernetesObjects

/// What a run was: one row of the recording.
package struct RunDescription: Sendable, Equatable {
  package var name: String
  package var toolVersion: String
  /// The profile as its user wrote it, secrets replaced.
  package var profileText: String
  /// Where the profile came from, for messages.
  package var profileSource: String
  /// Wall-clock time at run time zero.
  package var startedAt: KubernetesTime
  /// Run time that passes in one second of wall time: 1 against a real cluster.
  package var timeScale: Double
  /// Run time at which the run ended; `nil` when it was killed.
  package var endedAt: Duration?
  package var endReason: EndReason?
  /// What exactly ended the run: which stop rule and why, or what failed; `nil` where there is no more to say.
  package var endDetail: String?
  /// Where the workload lives; `nil` for a run without a cluster.
  package var cluster: ClusterDescription?
  /// Whatever else explains the run: versions of libraries, worker count, seed, limits.
  package var environment: [String: String]

  package init(
    name: String, toolVersion: String, profileText: String, profileSource: String = "", startedAt: KubernetesTime,
    timeScale: Double = 1, endedAt: Duration? = nil, endReason: EndReason? = nil,
    endDetail: String? = nil, cluster: ClusterDescription? = nil, environment: [String: String] = [:]
  ) {
    self.name = name
    self.toolVersion = toolVersion
    self.profileText = profileText
    self.profileSource = profileSource
    self.startedAt = startedAt
    self.timeScale = timeScale
    self.endedAt = endedAt
    self.endReason = endReason
    self.endDetail = endDetail
    self.cluster = cluster
    self.environment = environment
  }

  /// The key of ``environment`` that names the watch log of which a recording was made.
  package static let importSource = "imported from"

  /// Whether the recording was made of a watch log that somebody else took.
  package var isImported: Bool { environment[Self.importSource] != nil }

  /// The key of ``environment`` that says of a simulated run what its clock was; others have none.
  package static let clock = "clock"

  /// Whether it took place in virtual time, and no request was sent.
  package var isVirtual: Bool { environment[Self.clock] != nil }

  /// The key of ``environment`` that names the resources of which the log does not tell when its lines came.
  package static let arrivalsMissing = "without times of arrival"

  /// What was observed of the run's cluster, to which observations are yet to be given.
  ///
  /// - Parameter clock: the API server's; `nil` where nothing is known of it.
  package func objects(clock: ServerClock?) -> ObservedObjects {
    ObservedObjects(clock: clock ?? ServerClock(runStart: startedAt), withoutArrivals: withoutArrivals)
  }

  /// Plurals of the resources whose observations were received at the latest when they say, and perhaps earlier.
  package var withoutArrivals: Set<String> {
    Set((environment[Self.arrivalsMissing] ?? "").split(separator: ",").map { $0.filter { $0 != " " } })
  }
}

/// Why a run ended.
package enum EndReason: String, Sendable, Equatable, Codable {
  /// All phases and actions are done.
  case completed
  /// The user pressed Ctrl-C, or the process was asked to terminate.
  case interrupted
  /// The generator or the observer failed in a way that makes the rest of the run worthless.
  case failed
  /// A stop rule of the profile ended the load.
  case aborted
}

/// Where the workloads under test live.
package struct ClusterDescription: Sendable, Equatable {
  /// The kubeconfig context, or `simulated`.
  package var context: String
  package var namespace: String
  package var workloads: WatchedWorkloads
  /// `gitVersion` of the API server.
  package var serverVersion: String?

  package init(
    context: String, namespace: String, workload: WorkloadReference, autoscaler: String? = nil,
    serverVersion: String? = nil
  ) {
    self.init(
      context: context, namespace: namespace,
      workloads: WatchedWorkloads(WatchedWorkload(workload, autoscaler: autoscaler)), serverVersion: serverVersion)
  }

  package init(context: String, namespace: String, workloads: WatchedWorkloads, serverVersion: String? = nil) {
    self.context = context
    self.namespace = namespace
    self.workloads = workloads
    self.serverVersion = serverVersion
  }

  /// The workload that is in focus: the only one, or the one that is looked at.
  package var workload: WorkloadReference {
    get { workloads.first.reference }
    set { workloads.first.reference = newValue }
  }

  /// Name of its HorizontalPodAutoscaler, if one is watched.
  package var autoscaler: String? {
    get { workloads.first.autoscaler }
    set { workloads.first.autoscaler = newValue }
  }
}
