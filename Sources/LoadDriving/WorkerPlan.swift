import Arrivals

/// What one worker has to do: its share of a load, and the limits within which it does it.
package struct WorkerPlan: Sendable {
  /// Number of the worker, from 0, and how many there are.
  package var worker: Int
  package var workers: Int
  /// The start of the load in nanoseconds of the transport's clock.
  package var start: Int64
  /// Side by side, all from the start of the load.
  package var streams: [LoadStream]
  /// By stream.
  package var rotations: [RouteRotation]
  /// By route.
  package var expected: [ExpectedStatuses]
  package var connections: ConnectionPolicy
  /// Whether a connection carries several requests at a time.
  package var isMultiplexed: Bool
  /// In which requests are counted, from the start of the load.
  package var intervals: CountingIntervals
  /// The most requests of this worker in flight. Beyond, requests wait in a queue with their due time kept.
  package var maxInFlight: Int
  /// The most connections of this worker.
  package var maxLanes: Int
  /// How long after its due time a request may still be sent; beyond, it is dropped and counted.
  package var maxLateness: Duration
  /// A request that is sent more than this after its due time counts as late.
  package var lateAfter: Duration
  /// For name lookup, connection and TLS handshake.
  package var connectTimeout: Duration
  /// For the whole request, from its sending.
  package var requestTimeout: Duration
  /// How long to wait for answers after the last request was due; later ones count as unfinished.
  package var drainTimeout: Duration
  /// How many failures per interval and outcome are kept in detail.
  package var failureSamplesPerInterval: Int

  package init(
    worker: Int = 0, of workers: Int = 1, start: Int64 = 0, streams: [LoadStream], rotations: [RouteRotation],
    expected: [ExpectedStatuses], connections: ConnectionPolicy, isMultiplexed: Bool, intervals: CountingIntervals,
    maxInFlight: Int, maxLanes: Int, maxLateness: Duration, lateAfter: Duration, connectTimeout: Duration,
    requestTimeout: Duration, drainTimeout: Duration, failureSamplesPerInterval: Int
  ) {
    self.worker = worker
    self.workers = workers
    self.start = start
    self.streams = streams
    self.rotations = rotations
    self.expected = expected
    self.connections = connections
    self.isMultiplexed = isMultiplexed
    self.intervals = intervals
    self.maxInFlight = maxInFlight
    self.maxLanes = maxLanes
    self.maxLateness = maxLateness
    self.lateAfter = lateAfter
    self.connectTimeout = connectTimeout
    self.requestTimeout = requestTimeout
    self.drainTimeout = drainTimeout
    self.failureSamplesPerInterval = failureSamplesPerInterval
  }

  /// When the last stream ends, after the start of the load.
  package var duration: Duration { streams.duration }

  /// The most requests that are in flight at a time, by number and by connections.
  var places: Int { min(maxInFlight, maxLanes * connections.requestsAtOnce(isMultiplexed: isMultiplexed)) }
}
