import Curl
import Units

/// The lanes of one worker: which connection carries the next request.
struct LanePool {
  /// What a request does to the connection of its lane.
  struct Passage {
    let lane: ConnectionLane
    /// It goes over a connection of its own making even if one stands.
    var opensConnection = false
    /// The connection is closed after it.
    var closesConnection = false
    /// A connection was thought to stand for it.
    var expectsConnection = false
  }

  private let policy: ConnectionPolicy
  private let worker: Int
  private let target: HostAndPort?
  private let book: AddressBook
  private let maximumLanes: Int
  private let minimumLanes: Int
  /// The most requests at one time on a lane.
  private let room: Int
  private let maximumAge: Int64
  private let maximumRequests: Int
  private(set) var lanes: [ConnectionLane] = []
  /// Numbers of the lanes with room, the longest idle first.
  private var available = LaneQueue()
  /// Endpoints that the latest lookup found.
  private var current: [Int]
  /// Endpoints take turns; workers begin at different ones.
  private var turn: Int

  /// - Parameters:
  ///   - target: `nil` where requests go to one host only.
  ///   - maximumLanes: the share of this worker.
  ///   - isMultiplexed: whether a connection carries several requests at a time.
  init(
    policy: ConnectionPolicy, worker: Int, workers: Int, target: HostAndPort?, book: AddressBook, maximumLanes: Int,
    isMultiplexed: Bool
  ) {
    self.policy = policy
    self.worker = worker
    self.target = target
    self.book = book
    self.maximumLanes = maximumLanes
    minimumLanes = min((policy.minimum + workers - 1 - worker) / workers, maximumLanes)
    room = isMultiplexed && policy.reuse ? max(policy.streams, 1) : 1
    maximumAge = policy.maximumAge?.nanoseconds ?? .max
    maximumRequests = policy.maximumRequests ?? .max
    turn = worker
    current = book.current
  }

  /// Takes notice of a change of addresses.
  mutating func refresh() {
    current = book.current
  }

  /// Whether any address is known.
  var hasAddress: Bool { !current.isEmpty }

  /// The lane for the next request, which counts as in flight from now on; `nil` when none has room.
  mutating func take(at now: Int64) throws(CurlError) -> Passage? {
    if lanes.count < minimumLanes { return enter(try addLane()) }
    while let number = policy.choice == .leastRecentlyUsed ? available.popFirst() : available.popLast() {
      let lane = lanes[number]
      lane.isListed = false
      if let passage = try passage(through: lane, at: now) { return passage }
    }
    guard lanes.count < maximumLanes else { return nil }
    return enter(try addLane())
  }

  /// A request has left its lane.
  mutating func leave(_ lane: ConnectionLane) {
    lane.inFlight -= 1
    if lane.isDraining, lane.inFlight > 0 { return }
    lane.isDraining = false
    list(lane)
  }

  /// The passage through a lane with room; `nil` when it must be empty first.
  private mutating func passage(through lane: ConnectionLane, at now: Int64) throws(CurlError) -> Passage? {
    let isGone = !current.contains(lane.endpoint)
    let isTooOld = lane.openedAt.map { now - $0 >= maximumAge } ?? false
    let isLast = lane.carried + 1 >= maximumRequests
    guard lane.inFlight == 0 || !(isGone || isTooOld || isLast) else {
      lane.isDraining = true
      return nil
    }
    if isGone {
      let next = nextEndpoint()
      try lane.abandon(for: next, at: book.endpoint(next))
      return enter(lane)
    }
    let isBroken = policy.reuse && lane.openedAt == nil && lane.carried == 0
    if isTooOld || !policy.reuse || isBroken {
      let next = nextEndpoint()
      if next != lane.endpoint {
        // After a failure over HTTP/2 the connection may still stand.
        if isBroken {
          try lane.abandon(for: next, at: book.endpoint(next))
        } else {
          try lane.move(to: next, at: book.endpoint(next))
        }
      }
    }
    if isTooOld {
      lane.openedAt = nil
      lane.carried = 0
      return enter(lane, opensConnection: true)
    }
    return enter(lane)
  }

  private mutating func enter(_ lane: ConnectionLane, opensConnection: Bool = false) -> Passage {
    var passage = Passage(lane: lane, opensConnection: opensConnection, expectsConnection: lane.openedAt != nil)
    lane.inFlight += 1
    lane.carried += 1
    if !policy.reuse {
      passage.opensConnection = true
      passage.closesConnection = true
    } else if lane.carried >= maximumRequests {
      passage.closesConnection = true
      lane.isDraining = true
      return passage
    }
    if lane.inFlight < room { list(lane) }
    return passage
  }

  private mutating func list(_ lane: ConnectionLane) {
    guard !lane.isListed, lane.inFlight < room else { return }
    lane.isListed = true
    available.append(lane.number)
  }

  private mutating func addLane() throws(CurlError) -> ConnectionLane {
    let endpoint = nextEndpoint()
    let lane = try ConnectionLane(
      number: lanes.count, worker: worker, target: target, endpoint: endpoint, at: book.endpoint(endpoint))
    lanes.append(lane)
    return lane
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
