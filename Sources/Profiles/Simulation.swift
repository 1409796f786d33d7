package import ApplicationNature
package import KubernetesObjects

/// The embedded cluster: its manifests, and what the real thing would have decided by its nature.
package struct Simulation: Sendable, Equatable {
  /// Files or folders, as written, relative to the profile.
  package var manifests: [String]
  /// Run time that passes in one second of wall time.
  package var timeScale: Double
  /// Whom the run acts as: it has the rights then that roles and bindings among the manifests give them; `nil` for an
  /// administrator.
  package var user: String?
  /// What the applications of all pods are like.
  package var application = ApplicationChange()
  /// How the applications of some versions differ from that, by the tag of their image.
  package var versions: [String: ApplicationChange] = [:]
  package var nodes = SimulatedNodes()
  package var ingress = SimulatedIngress()
  /// Custom and external metrics, by name.
  package var metrics: [String: SimulatedMetric] = [:]
  package var faults: [PlannedFault] = []

  package var imagePull: Duration?
  package var containerStart: Duration?
  /// How long each init container takes.
  package var initContainers: Duration?
  package var metricsResolution: Duration?
  package var metricsWindow: Duration?
  package var metricsLag: Duration?

  /// The embedded cluster with its defaults, at the speed of the wall clock.
  package init(manifests: [String], timeScale: Double = 1) {
    self.manifests = manifests
    self.timeScale = timeScale
  }
}

/// The nodes of a simulated cluster, as far as a profile says so.
package struct SimulatedNodes: Sendable, Equatable {
  package var count: Int?
  /// What each has for pods: thousandths of a core, bytes, and pods.
  package var cpu: Int64?
  package var memory: Int64?
  package var pods: Int?
  /// How many there may be, and how long it takes to add one.
  package var max: Int?
  package var addingTakes: Duration?
  /// How many stay in any case, and after how long one is taken away that is hardly used; `nil` has all stay.
  package var min: Int?
  package var removedAfter: Duration?

  package init() {}
}

/// The Ingress of a simulated cluster, as far as a profile says so.
package struct SimulatedIngress: Sendable, Equatable {
  package enum Balancing: String, Sendable, CaseIterable {
    case requests, connections
  }

  package var balances: Balancing?
  package var retries: Int?
  /// From a change of the endpoints to the moment the Ingress acts on it.
  package var endpointDelay: Duration?
  /// From a change of an Ingress or a Service to the moment the Ingress acts on it.
  package var ruleDelay: Duration?
  /// How long it keeps a connection to a pod that nothing goes over. Wall time.
  package var keepsConnections: Duration?

  package init() {}
}

/// Where a custom or external metric comes from.
package enum SimulatedMetric: Sendable, Equatable {
  package enum Measured: String, Sendable, CaseIterable {
    case requests, waiting
  }

  /// A value at a run time.
  package struct Point: Sendable, Equatable {
    package var at: Duration
    package var value: Double
  }

  case measured(Measured)
  case course([Point])
  /// Messages come at a rate that changes with time, and each ready pod works off `perPod` of them in a second of run time;
  /// pods of some versions take none.
  case backlog(arrivals: [Point], perPod: Double, notBy: [String])
}

/// Something that goes wrong in a simulated cluster at a time, for a while or for good.
package struct PlannedFault: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// The applications of a version change, or all of them.
    case application(ApplicationChange, version: String?)
    /// A metric is not there: `resource`, `custom` or `external` for all of that API, or the name of one.
    case metricsMissing(String)
    case metricsStale
    case endpointDelay(Duration)
    /// A node is gone, by its number from 1.
    case nodeLost(Int)
    case controllersDown
    case apiErrors(SimulatedAPIErrors)
    /// Open watches of some resources are cut, once or every so often. Run time.
    case watchesDropped(resources: [String], every: Duration?)
    case watchesSilent(resources: [String])
    case write(ForeignWrite)
  }

  package var kind: Kind
  /// When it begins; with a condition, from when that is waited for.
  package var at: Moment
  /// What has to come true before it begins; `nil` for one that begins at its time.
  package var when: StartCondition?
  /// What the profile calls the workload of the condition; `nil` where there is one only, or it is about none.
  package var of: String?
  /// Run time; `nil` for good.
  package var lasts: Duration?
}

/// Errors that the API of a simulated cluster gives to a part of the requests of its clients.
package struct SimulatedAPIErrors: Sendable, Equatable {
  package enum Verb: String, Sendable, CaseIterable {
    case get, list, watch, create, update, patch, delete, deletecollection
  }

  package static let statuses = [429, 500, 503, 504]

  /// One of ``statuses``.
  package var status: Int
  /// From 0 to 1.
  package var share: Double
  /// Whole seconds of wall time that a client is asked to wait; `nil` for nothing said.
  package var retryAfter: Int?
  /// Empty for all.
  package var verbs: Set<Verb> = []
  /// As written; empty for all.
  package var resources: [String] = []

  package init(status: Int, share: Double = 1, retryAfter: Int? = nil) {
    self.status = status
    self.share = share
    self.retryAfter = retryAfter
  }
}

/// What somebody else does to an object, beside the run.
package struct ForeignWrite: Sendable, Equatable {
  package enum Deed: Sendable, Equatable {
    /// The fields that change, as in a merge patch (RFC 7386).
    case patch(kind: String, name: String, fields: JSONValue)
    case create(JSONValue)
    case delete(kind: String, name: String)
  }

  /// The name under which it writes.
  package var by: String
  package var deed: Deed
  /// What is patched or created, with the places of its fields.
  package var written: Manifest?

  /// Where it is written makes no other write of it.
  package static func == (left: ForeignWrite, right: ForeignWrite) -> Bool {
    left.by == right.by && left.deed == right.deed
  }
}
