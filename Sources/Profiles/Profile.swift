package import Arrivals
package import Units

/// What a user asks for: a target, a cluster, requests, load, actions and expectations; validated.
package struct Profile: Sendable, Equatable {
  package var name: String
  /// The file it was read from, for messages and reports.
  package var source: String
  package var target: Target
  /// `nil` for a run that looks at no cluster.
  package var cluster: ClusterReference?
  package var requests: [RequestRoute]
  package var load: LoadSettings
  package var actions: [PlannedAction]
  package var expectations: [Expectation]
}

/// Where requests go and how connections are made.
package struct Target: Sendable, Equatable {
  /// Scheme, host and port; paths are those of the requests.
  package var url: String
  /// `host:port` to connect to in place of the URL's, while Host header, SNI and certificate check keep the URL's.
  package var connectTo: String?
  package var http: HTTPVersion
  package var tls: TLS
  package var connectTimeout: Duration
  package var requestTimeout: Duration
  /// Requests that may be unanswered at one time before further ones wait.
  package var maxInFlight: Int
  /// How long a request may wait for its turn before it is dropped and counted.
  package var maxLateness: Duration
  /// Response headers that say which pod and which version answered.
  package var podHeader: String?
  package var versionHeader: String?

  package enum HTTPVersion: String, Sendable, Equatable, CaseIterable {
    case http1 = "1.1"
    case http2 = "2"
  }

  package struct TLS: Sendable, Equatable {
    package var verify: Bool
    package var caFile: String?
    package var clientCertificate: String?
    package var clientKey: String?
    package var serverName: String?

    package init(
      verify: Bool = true, caFile: String? = nil, clientCertificate: String? = nil, clientKey: String? = nil,
      serverName: String? = nil
    ) {
      self.verify = verify
      self.caFile = caFile
      self.clientCertificate = clientCertificate
      self.clientKey = clientKey
      self.serverName = serverName
    }
  }
}

/// The cluster that is watched: a context of the kubeconfig, or the embedded simulated one.
package struct ClusterReference: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// A kubeconfig context; `nil` is the current one.
    case context(String?)
    case simulated(Simulation)
  }

  package var kind: Kind
  /// `nil` takes the namespace of the context.
  package var namespace: String?
  /// Name of the Deployment.
  package var deployment: String
  package var autoscaler: String?

  /// The embedded cluster: manifests and what the real thing would have decided by its nature.
  package struct Simulation: Sendable, Equatable {
    /// Files or folders, as written, relative to the profile.
    package var manifests: [String]
    /// Run time that passes in one second of wall time.
    package var timeScale: Double
    /// CPU that one request costs a pod, and how long it takes without load.
    package var cpuPerRequest: Duration
    package var serviceTime: Duration
    package var imagePull: Duration
    package var containerStart: Duration
    /// From the termination of a pod to the moment the Ingress stops sending to it.
    package var endpointDelay: Duration
    /// How long a container answers after it was told to stop.
    package var keepsServing: Duration
    package var metricsResolution: Duration
    package var metricsWindow: Duration
  }
}

/// One kind of request and its share of the load.
package struct RequestRoute: Sendable, Equatable {
  package var name: String
  package var weight: Int
  package var method: String
  package var path: Template
  package var headers: [Header]
  package var body: Template?
  /// Statuses that count as success.
  package var expectedStatuses: [ClosedRange<Int>]

  package struct Header: Sendable, Equatable {
    package var name: String
    package var value: Template
  }
}

/// A text with places that are filled in for each request, compiled once.
package struct Template: Sendable, Equatable {
  package enum Piece: Sendable, Equatable {
    case literal(String)
    /// `{{int LOW HIGH}}`: a whole number, both ends included.
    case integer(ClosedRange<Int>)
    /// `{{uuid}}`
    case uuid
    /// `{{seq}}`: the number of the request in the run, from 0.
    case sequence
    /// `{{env NAME}}`: read once when the run starts; never recorded.
    case environment(String)
  }

  package var pieces: [Piece]

  package init(pieces: [Piece]) {
    self.pieces = pieces
  }
}

package struct LoadSettings: Sendable, Equatable {
  package enum Arrivals: String, Sendable, Equatable, CaseIterable {
    case uniform
    case poisson
  }

  package var arrivals: Arrivals
  package var seed: UInt64
  /// Durations are run time, rates are per wall second.
  package var phases: [LoadPhase]
  /// `nil` lets the program choose.
  package var workers: Int?
}

/// Something that the run does to the cluster at a planned time.
package struct PlannedAction: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// A rolling update to other images, by name of the container.
    case setImage([String: String])
    /// A rolling update without a change of images, as `kubectl rollout restart` does it.
    case restart
  }

  package var name: String
  package var at: Moment
  package var kind: Kind
}

/// A point of the run: `surge.start`, `surge + 120s`, `release.end`, `30s`.
package struct Moment: Sendable, Equatable {
  package enum Anchor: Sendable, Equatable {
    case runStart
    case phaseStart(String)
    case phaseEnd(String)
    case actionStart(String)
    case actionEnd(String)
  }

  package var anchor: Anchor
  package var offset: Duration

  package init(_ anchor: Anchor, offset: Duration = .zero) {
    self.anchor = anchor
    self.offset = offset
  }
}

/// A stretch of the run: a phase, an action with all that it started, or everything.
package enum Window: Sendable, Equatable {
  case run
  case phase(String)
  case action(String)
}
