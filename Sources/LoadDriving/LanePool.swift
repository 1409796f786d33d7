import Units

/// The lanes of one worker: which connection carries the next request.
struct LanePool {
  /// What a request does to the connection of its lane.
  struct Passage {
    /// What the transport has to know of it.
    var connection: ConnectionChoice
    /// A connection was thought to stand for it.
    let expectsConnection: Bool

    var lane: Int { connection.lane }
  }

  private let policy: ConnectionPolicy
  private let maximumLanes: Int
  private let minimumLanes: Int
  /// The most requests at one time on a lane.
  private let room: Int
  private let maximumAge: Int64
  private let maximumRequests: Int
  /// By number. Changed where they stand: nothing is retained for a request.
  var lanes: [ConnectionLane] = []
  /// Numbers of the lanes with room, the longest idle first.
  private var available = LaneQueue()
  /// Numbers of the lanes that the load did not need any longer; the latest is used again first.
  private var retired: [Int] = []
  private var inFlight = 0
  private var recentInFlight = RecentPeak()
  /// Endpoints that connections may go to now.
  private var current: [Int]
  /// Endpoints take turns; workers begin at different ones.
  private var turn: Int

  /// - Parameters:
  ///   - endpoints: those that connections may go to.
  ///   - maximumLanes: the share of this worker.
  ///   - isMultiplexed: whether a connection carries several requests at a time.
  init(
    policy: ConnectionPolicy, worker: Int, workers: Int, endpoints: [Int], maximumLanes: Int, isMultiplexed: Bool
  ) {
    self.policy = policy
    self.maximumLanes = maximumLanes
    minimumLanes = min((policy.minimum + workers - 1 - worker) / workers, maximumLanes)
    room = policy.requestsAtOnce(isMultiplexed: isMultiplexed)
    maximumAge = policy.maximumAge?.nanoseconds ?? .max
    maximumRequests = policy.maximumRequests ?? .max
    turn = worker
    current = endpoints
  }

  /// Takes notice of a change of addresses.
  mutating func refresh(_ endpoints: [Int]) {
    current = endpoints
  }

  /// Whether there is anything to connect to.
  var hasEndpoint: Bool { !current.isEmpty }

  /// Lanes that are in use or could be at once.
  var activeLanes: Int { lanes.count - retired.count }

  /// Whether there may be more lanes than there are.
  var mayGrow: Bool { activeLanes < maximumLanes }

  /// The lane for the next request, which counts as in flight from now on; `nil` when none has room.
  ///
  /// - Parameter growing: whether a lane may be added.
  mutating func take(at now: Int64, growing: Bool) -> Passage? {
    if activeLanes < minimumLanes { return growing ? grow(at: now) : nil }
    while let number = policy.choice == .leastRecentlyUsed ? available.popFirst() : available.popLast() {
      lanes[number].isListed = false
      if let passage = passage(through: number, at: now) { return passage }
    }
    return growing && mayGrow ? grow(at: now) : nil
  }

  /// A request has left its lane.
  mutating func leave(_ lane: Int) {
    lanes[lane].inFlight -= 1
    inFlight -= 1
    if lanes[lane].isDraining, lanes[lane].inFlight > 0 { return }
    lanes[lane].isDraining = false
    list(lane)
  }

  /// Gives up a lane that the load of the last ten seconds did not need, the longest idle first: after a moment in which many
  /// requests waited, the connections that only it needed are closed again.
  ///
  /// - Returns: the number of the lane, whose connection is to be closed; `nil` when there is none.
  mutating func retireSurplus(at now: Int64) -> Int? {
    recentInFlight.record(inFlight, at: now)
    // Of the other choice it is the point that most connections grow idle.
    guard policy.choice == .leastRecentlyUsed else { return nil }
    let lanesNeeded = (recentInFlight.value + room - 1) / room
    // A quarter more, so that a load that varies a little does not open and close all the time.
    guard activeLanes > max(minimumLanes, lanesNeeded + lanesNeeded / 4 + 1), let number = available.popFirst() else {
      return nil
    }
    guard lanes[number].inFlight == 0 else {
      available.append(number)
      return nil
    }
    lanes[number].isListed = false
    retired.append(number)
    return number
  }

  /// The passage through a lane with room; `nil` when it must be empty first.
  private mutating func passage(through lane: Int, at now: Int64) -> Passage? {
    let isGone = !current.contains(lanes[lane].endpoint)
    let isTooOld = lanes[lane].openedAt.map { now - $0 >= maximumAge } ?? false
    let isLast = lanes[lane].carried + 1 >= maximumRequests
    guard lanes[lane].inFlight == 0 || !(isGone || isTooOld || isLast) else {
      lanes[lane].isDraining = true
      return nil
    }
    if isGone {
      lanes[lane].abandon(for: nextEndpoint())
      return enter(lane, at: now)
    }
    let isBroken = policy.reuse && lanes[lane].openedAt == nil && lanes[lane].inFlight == 0
    if isTooOld || !policy.reuse || isBroken {
      let next = nextEndpoint()
      if next != lanes[lane].endpoint {
        // After a failure over HTTP/2 the connection may still stand.
        if isBroken {
          lanes[lane].abandon(for: next)
        } else {
          lanes[lane].move(to: next)
        }
      }
    }
    if isTooOld {
      lanes[lane].beginAnew()
      return enter(lane, at: now, opensConnection: true)
    }
    return enter(lane, at: now)
  }

  private mutating func enter(_ lane: Int, at now: Int64, opensConnection: Bool = false) -> Passage {
    var passage = Passage(
      connection: ConnectionChoice(
        lane: lane, endpoint: lanes[lane].endpoint, edition: lanes[lane].edition, abandoned: lanes[lane].abandoned,
        opensConnection: opensConnection || !policy.reuse, closesConnection: !policy.reuse),
      expectsConnection: lanes[lane].openedAt != nil)
    lanes[lane].inFlight += 1
    inFlight += 1
    recentInFlight.record(inFlight, at: now)
    if policy.reuse, lanes[lane].carried >= maximumRequests {
      passage.connection.closesConnection = true
      lanes[lane].isDraining = true
      return passage
    }
    if lanes[lane].inFlight < room { list(lane) }
    return passage
  }

  private mutating func list(_ lane: Int) {
    guard !lanes[lane].isListed, lanes[lane].inFlight < room else { return }
    lanes[lane].isListed = true
    available.append(lane)
  }

  /// The passage through a new lane, or one that was retired.
  private mutating func grow(at now: Int64) -> Passage? {
    if let number = retired.popLast() { return passage(through: number, at: now) }
    lanes.append(ConnectionLane(number: lanes.count, endpoint: nextEndpoint()))
    return enter(lanes.count - 1, at: now)
  }

  private mutating func nextEndpoint() -> Int {
    defer { turn += 1 }
    return current[turn % current.count]
  }
}

/// Numbers of lanes in a ring that grows when it is full and never shrinks.
private struct LaneQueue {
  private var ring = [Int](repeating: 0, count: 64)
  private var head = 0
  private var count = 0

  mutating func append(_ number: Int) {
    if count == ring.count {
      ring = Array(ring[head...]) + Array(ring[..<head]) + [Int](repeating: 0, count: count)
      head = 0
    }
    ring[(head + count) % ring.count] = number
    count += 1
  }

  mutating func popFirst() -> Int? {
    guard count > 0 else { return nil }
    defer {
      head = (head + 1) % ring.count
      count -= 1
    }
    return ring[head]
  }

  mutating func popLast() -> Int? {
    guard count > 0 else { return nil }
    count -= 1
    return ring[(head + count) % ring.count]
  }
}
