import Arrivals
import Curl
import LoadDriving
import LoadFacts
import LoadGeneration

extension LoadPlan {
  /// A plan of one open stream over all routes.
  init(
    baseURL: String, connectTo: [String] = [], httpVersion: HTTPVersion = .http1_1, tls: TLSSettings = .standard,
    connectTimeout: Duration = .seconds(5), requestTimeout: Duration = .seconds(10),
    drainTimeout: Duration = .seconds(10), routes: [Route], schedule: ArrivalSchedule, feeds: [DataFeed] = [],
    connections: ConnectionPolicy = ConnectionPolicy(), acceptsGzip: Bool = false, redirects: Int = 0,
    interval: Duration = .seconds(1), maxInFlight: Int = 1000, maxLateness: Duration = .seconds(1), workers: Int = 1,
    seed: UInt64 = 0, podHeader: String? = nil, versionHeader: String? = nil, failureSamplesPerInterval: Int = 5,
    userAgent: String = "scaleproof"
  ) {
    self.init(
      baseURL: baseURL, connectTo: connectTo, httpVersion: httpVersion, tls: tls, connectTimeout: connectTimeout,
      requestTimeout: requestTimeout, drainTimeout: drainTimeout, routes: routes,
      streams: [LoadStream(routes: Array(routes.indices), model: .open(schedule))], feeds: feeds,
      connections: connections, acceptsGzip: acceptsGzip, redirects: redirects,
      intervals: CountingIntervals(length: interval),
      maxInFlight: maxInFlight, maxLateness: maxLateness, workers: workers, seed: seed, podHeader: podHeader,
      versionHeader: versionHeader, failureSamplesPerInterval: failureSamplesPerInterval, userAgent: userAgent)
  }
}
