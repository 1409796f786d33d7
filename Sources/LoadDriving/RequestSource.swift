import Arrivals
import Units

/// The requests of one stream that are due on one worker, in order of time.
struct RequestSource {
  private let stream: Int
  private let routes: [Int]
  private let rotation: RouteRotation
  private let intervals: CountingIntervals
  private let start: Int64
  /// In an open stream.
  private var arrivals: ArrivalSequence?
  private var nextArrival: Arrival?
  /// In a closed one.
  private var users: UserPool?
  /// When the next request is due, in nanoseconds of the transport's clock; `nil` when none is known.
  private(set) var nextDue: Int64?
  /// The interval of the latest request, and when it begins and ends, in nanoseconds after the start of the load.
  private var interval = 0
  private var intervalBounds: Range<Int64>

  init(_ stream: Int, of plan: WorkerPlan) {
    self.stream = stream
    rotation = plan.rotations[stream]
    start = plan.start
    routes = plan.streams[stream].routes
    intervals = plan.intervals
    intervalBounds = intervals.start(of: 0)..<intervals.start(of: 1)
    switch plan.streams[stream].model {
    case .open(let schedule):
      arrivals = schedule.arrivals(worker: plan.worker, of: plan.workers)
      nextArrival = arrivals?.next()
    case .closed(let phases):
      users = UserPool(phases: phases, worker: plan.worker, workers: plan.workers)
    }
    note()
  }

  /// Has ``nextDue`` follow a change. It is asked for several times a request, and of each stream.
  private mutating func note() { nextDue = (nextArrival?.due ?? users?.nextDue).map { start + $0 } }

  /// Takes the next request.
  mutating func take() -> PendingRequest? {
    defer { note() }
    if let arrival = nextArrival {
      nextArrival = arrivals?.next()
      return pending(arrival: arrival.index, due: arrival.due, user: nil)
    }
    return users?.next().map { pending(arrival: $0.arrival, due: $0.due, user: $0.user) }
  }

  /// A request of this stream has ended: its user goes on, if it had one.
  mutating func ended(_ pending: PendingRequest, at now: Int64, failed: Bool) {
    guard let user = pending.user else { return }
    users?.finished(user, at: now - start, failed: failed)
    note()
  }

  mutating func stop() {
    nextArrival = nil
    arrivals = nil
    // Users whose answers are still to come must not come back either.
    users = nil
    note()
  }

  private mutating func pending(arrival: Int, due: Int64, user: UserPool.User?) -> PendingRequest {
    if !intervalBounds.contains(due) {
      interval = intervals.number(at: due)
      intervalBounds = intervals.start(of: interval)..<intervals.start(of: interval + 1)
    }
    return PendingRequest(
      stream: stream, arrival: arrival, ordinal: rotation.ordinal(ofArrival: arrival), user: user, due: start + due,
      interval: interval, route: routes[rotation.route(ofArrival: arrival)])
  }
}
