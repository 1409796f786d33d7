package import Arrivals
package import Curl
package import LoadDriving
import LoadFacts

/// Everything that a ``LoadGenerator`` needs to know. All times are wall time, but for those of what it tells.
package struct LoadPlan: Sendable {
  /// Scheme, host and port, without a path: `https://api.example.com`.
  package var baseURL: String
  /// The URL that answers name the target by, where ``baseURL`` bears another name for the certificate's sake.
  var publicURL: String?
  /// Each a `HOST:PORT` to connect to in place of the host of ``baseURL``; connections are spread over several. Name
  /// checks and the Host header keep to the URL.
  package var connectTo: [String]
  /// What makes the connections to the target in our place; `nil` for nothing.
  package var proxy: Proxy?
  /// The proxies for other hosts, to which redirects may lead.
  package var proxies: ProxyEnvironment
  package var httpVersion: HTTPVersion
  package var tls: TLSSettings
  /// For name lookup, connection and TLS handshake.
  package var connectTimeout: Duration
  /// For the whole request, from its sending.
  package var requestTimeout: Duration
  /// How long to wait for answers after the last request was due; later ones count as unfinished.
  package var drainTimeout: Duration
  package var routes: [Route]
  /// Side by side, all from the start of the load. No route in two of them.
  package var streams: [LoadStream]
  package var feeds: [DataFeed]
  package var connections: ConnectionPolicy
  /// Asks for bodies packed by gzip, and unpacks them.
  package var acceptsGzip: Bool
  /// How many redirects of one request are followed.
  package var redirects: Int
  /// In which requests are counted, from the start of the load; in run time.
  package var intervals: CountingIntervals
  /// Run time that passes in a second of wall time. What the generator tells of the load is in run time.
  package var timeScale: Double
  /// Which process it is, see ``LoadSnapshot``.
  package var source: String
  /// The most requests in flight, over all workers. Beyond, requests wait in a queue with their due time kept.
  package var maxInFlight: Int
  /// How long after its due time a request may still be sent; beyond, it is dropped and counted.
  package var maxLateness: Duration
  /// A request that is sent more than this after its due time counts as late.
  package var lateAfter: Duration
  package var workers: Int
  /// Decides the random parts of requests. The arrivals have their own seed.
  package var seed: UInt64
  /// The response header that names the pod.
  package var podHeader: String?
  /// The response header that names the version.
  package var versionHeader: String?
  /// How many failures per interval and outcome are kept in detail.
  package var failureSamplesPerInterval: Int
  package var userAgent: String

  package init(
    baseURL: String, connectTo: [String] = [], proxy: Proxy? = nil, proxies: ProxyEnvironment = .none,
    httpVersion: HTTPVersion = .http1_1, tls: TLSSettings = .standard,
    connectTimeout: Duration = .seconds(5), requestTimeout: Duration = .seconds(10),
    drainTimeout: Duration = .seconds(10), routes: [Route], streams: [LoadStream], feeds: [DataFeed] = [],
    connections: ConnectionPolicy = ConnectionPolicy(), acceptsGzip: Bool = false, redirects: Int = 0,
    intervals: CountingIntervals = CountingIntervals(length: .seconds(1)), timeScale: Double = 1, source: String = "",
    maxInFlight: Int = 1000, maxLateness: Duration = .seconds(1),
    lateAfter: Duration = LoadInterval.lateAfter, workers: Int = 1, seed: UInt64 = 0, podHeader: String? = nil,
    versionHeader: String? = nil, failureSamplesPerInterval: Int = 5, userAgent: String = "scaleproof"
  ) {
    self.baseURL = baseURL
    self.connectTo = connectTo
    self.proxy = proxy
    self.proxies = proxies
    self.httpVersion = httpVersion
    self.tls = tls
    self.connectTimeout = connectTimeout
    self.requestTimeout = requestTimeout
    self.drainTimeout = drainTimeout
    self.routes = routes
    self.streams = streams
    self.feeds = feeds
    self.connections = connections
    self.acceptsGzip = acceptsGzip
    self.redirects = redirects
    self.intervals = intervals
    self.timeScale = timeScale
    self.source = source
    self.maxInFlight = maxInFlight
    self.maxLateness = maxLateness
    self.lateAfter = lateAfter
    self.workers = workers
    self.seed = seed
    self.podHeader = podHeader
    self.versionHeader = versionHeader
    self.failureSamplesPerInterval = failureSamplesPerInterval
    self.userAgent = userAgent
  }

  /// How what the workers count is told.
  package var naming: FactNaming {
    FactNaming(routes: routes.map(\.name), intervals: intervals, timeScale: timeScale, source: source)
  }

  /// ``intervals`` on the clock of the workers.
  package var wallIntervals: CountingIntervals { intervals.onTheWall(timeScale: timeScale) }

  /// When the last stream ends.
  var duration: Duration { streams.duration }
}
