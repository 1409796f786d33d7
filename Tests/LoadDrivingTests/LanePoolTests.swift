import LoadFacts
import Testing

@testable import LoadDriving

@Suite("Lanes of connections")
struct LanePoolTests {
  /// The passage of a request for which a lane may be added.
  private func take(_ pool: inout LanePool, at now: Int64 = 0) throws -> LanePool.Passage {
    let passage = pool.take(at: now, growing: true)
    return try #require(passage)
  }

  private func pool(
    _ policy: ConnectionPolicy, lanes: Int = 10, endpoints: [Int] = [0], isMultiplexed: Bool = false
  ) -> LanePool {
    LanePool(
      policy: policy, worker: 0, workers: 1, endpoints: endpoints, maximumLanes: lanes, isMultiplexed: isMultiplexed)
  }

  /// The lane that carries one request from beginning to end, whose connection then stands.
  private func carry(_ pool: inout LanePool, at now: Int64 = 0) throws -> LanePool.Passage {
    let passage = try take(&pool, at: now)
    end(passage, &pool, at: now)
    return passage
  }

  /// A request ends with an answer.
  private func end(_ passage: LanePool.Passage, _ pool: inout LanePool, at now: Int64 = 0) {
    let lane = passage.lane
    let opens = pool.lanes[lane].openedAt == nil || passage.connection.opensConnection
    _ = pool.lanes[lane].count(
      ConnectionUse(opened: opens ? 1 : 0, localPort: lane + 1, isClosed: passage.connection.closesConnection),
      isExpected: passage.expectsConnection, at: now)
    if passage.connection.closesConnection { pool.lanes[lane].closed(localPort: lane + 1) }
    pool.leave(lane)
  }

  /// Opens so many connections at once.
  private func open(_ count: Int, _ pool: inout LanePool, at now: Int64 = 0) throws {
    let passages = try (0..<count).map { _ in try take(&pool, at: now) }
    for passage in passages { end(passage, &pool, at: now) }
  }

  @Test("requests one after the other go round over all idle connections, least recently used first")
  func spread() throws {
    var pool = pool(ConnectionPolicy())
    try open(4, &pool)
    #expect(try (0..<8).map { _ in try carry(&pool).lane } == [0, 1, 2, 3, 0, 1, 2, 3])
  }

  @Test("most recently used first keeps to one connection")
  func narrow() throws {
    var pool = pool(ConnectionPolicy(choice: .mostRecentlyUsed))
    try open(4, &pool)
    #expect(try Set((0..<8).map { _ in try carry(&pool).lane }).count == 1)
  }

  @Test("so many connections as the minimum are opened before one is used again")
  func minimum() throws {
    var pool = pool(ConnectionPolicy(minimum: 3))
    #expect(try (0..<4).map { _ in try carry(&pool).lane } == [0, 1, 2, 0])
  }

  @Test("there are never more lanes than allowed, and none is given out twice")
  func maximum() throws {
    var pool = pool(ConnectionPolicy(), lanes: 2)
    let first = try take(&pool)
    let second = try take(&pool)
    #expect(first.lane != second.lane)
    #expect(pool.take(at: 0, growing: true) == nil)
    pool.leave(first.lane)
    #expect(pool.take(at: 0, growing: true)?.lane == first.lane)
  }

  @Test("a request that finds no free connection gets a new one only when one may be added")
  func growth() throws {
    var pool = pool(ConnectionPolicy(minimum: 1))
    #expect(pool.take(at: 0, growing: false) == nil)
    let first = try take(&pool)
    #expect(pool.take(at: 0, growing: false) == nil)
    end(first, &pool)
    #expect(pool.take(at: 0, growing: false)?.lane == first.lane)
  }

  private static let second: Int64 = 1_000_000_000

  /// The lanes that are given up at an instant.
  private func retired(_ pool: inout LanePool, at now: Int64) -> [Int] {
    var lanes: [Int] = []
    while let lane = pool.retireSurplus(at: now) {
      pool.lanes[lane].beginAnew()
      lanes.append(lane)
    }
    return lanes
  }

  @Test("connections that the load of the last ten seconds did not need are given up, the longest idle first")
  func surplus() throws {
    var pool = pool(ConnectionPolicy(), lanes: 100)
    try open(100, &pool)
    // Four at a time from now on.
    for second in 0..<10 {
      try open(4, &pool, at: Int64(second) * Self.second)
      #expect(retired(&pool, at: Int64(second) * Self.second).isEmpty, "second \(second)")
    }
    let next = try carry(&pool, at: 10 * Self.second).lane

    let lanes = retired(&pool, at: 10 * Self.second)

    // Four, a quarter more and one are kept.
    #expect(lanes.count == 94 && pool.activeLanes == 6)
    #expect(lanes == (1...94).map { (next + $0) % 100 })
    #expect(retired(&pool, at: 11 * Self.second).isEmpty)
    #expect(pool.mayGrow)
  }

  @Test("a lane that was given up is used again before there is a new one, and opens a connection")
  func revival() throws {
    var pool = pool(ConnectionPolicy(), lanes: 100)
    try open(10, &pool)
    #expect(retired(&pool, at: 20 * Self.second).count == 9)

    let passages = try (0..<11).map { _ in try take(&pool, at: 20 * Self.second) }

    #expect(Set(passages.map(\.lane)) == Set(0...10))
    #expect(passages.count { !$0.expectsConnection } == 10)
  }

  @Test("the minimum of connections, and those in use, are never given up", arguments: [false, true])
  func kept(isMultiplexed: Bool) throws {
    var pool = pool(ConnectionPolicy(minimum: 20, streams: 4), lanes: 100, isMultiplexed: isMultiplexed)
    try open(80, &pool)
    #expect(pool.activeLanes >= 20)
    _ = retired(&pool, at: 20 * Self.second)
    #expect(pool.activeLanes == 20)
    let passages = try (0..<20).map { _ in try take(&pool, at: 40 * Self.second) }
    #expect(retired(&pool, at: 60 * Self.second).isEmpty)
    for passage in passages { end(passage, &pool) }
  }

  @Test("where the most recently used is chosen, the others grow idle until the server closes them")
  func idle() throws {
    var pool = pool(ConnectionPolicy(choice: .mostRecentlyUsed), lanes: 100)
    try open(100, &pool)
    #expect(retired(&pool, at: 20 * Self.second).isEmpty)
  }

  @Test("over HTTP/2 as many connections are kept as the streams of the load fill")
  func surplusStreams() throws {
    var pool = pool(ConnectionPolicy(streams: 10), lanes: 100, isMultiplexed: true)
    try open(1000, &pool)
    #expect(pool.activeLanes == 100)
    try open(95, &pool, at: 15 * Self.second)

    _ = retired(&pool, at: 25 * Self.second - 1)

    #expect(pool.activeLanes == 10 + 2 + 1)
  }

  @Test("the requests of a connection are counted apart from those of the one that takes its place")
  func mostRequests() throws {
    var pool = pool(ConnectionPolicy(streams: 100), isMultiplexed: true)
    let lane = try take(&pool).lane
    // The server retires one connection while streams of it are on their way, and the next one begins.
    #expect([7001, 7001, 7002, 7001, 7002].map { pool.lanes[lane].used(localPort: $0) } == [1, 2, 1, 3, 2])
    pool.lanes[lane].closed(localPort: 7001)
    #expect(pool.lanes[lane].used(localPort: 7002) == 3)
    pool.lanes[lane].closed(localPort: 7002)
    #expect(pool.lanes[lane].used(localPort: 7001) == 1, "the system uses a port again")
  }

  @Test("a connection is closed with its last request, and the next one opens another")
  func rotationByCount() throws {
    var pool = pool(ConnectionPolicy(maximumRequests: 3))
    let closes = try (0..<6).map { _ in try carry(&pool).connection.closesConnection }
    #expect(closes == [false, false, true, false, false, true])
  }

  @Test("a connection that is too old is replaced before its next request")
  func rotationByAge() throws {
    var pool = pool(ConnectionPolicy(maximumAge: .seconds(2)))
    let opens = try [0, 1, 2, 3, 4].map { try carry(&pool, at: $0 * 1_000_000_000).connection.opensConnection }
    #expect(opens == [false, false, true, false, true])
  }

  @Test("without reuse each request opens and closes its connection")
  func fresh() throws {
    var pool = pool(ConnectionPolicy(reuse: false), endpoints: [0, 1])
    let passages = try (0..<4).map { _ in
      let passage = try carry(&pool)
      return (passage.connection.opensConnection, passage.connection.closesConnection, passage.connection.endpoint)
    }
    #expect(passages.allSatisfy { $0.0 && $0.1 })
    #expect(Set(passages.map(\.2)) == [0, 1], "and both addresses have their turn")
  }

  @Test("HTTP/2 fills a connection up to its streams before it opens another")
  func streams() throws {
    var pool = pool(ConnectionPolicy(streams: 3), isMultiplexed: true)
    #expect(
      try (0..<7).map { _ in try take(&pool).lane } == [0, 0, 0, 1, 1, 1, 2])
  }

  @Test("HTTP/2 lets a connection run empty before its last request closes it")
  func draining() throws {
    var pool = pool(ConnectionPolicy(maximumRequests: 3, streams: 10), lanes: 3, isMultiplexed: true)
    let first = try take(&pool)
    let second = try take(&pool)
    // The third would be the last of lane 0, which two others are still using.
    #expect(pool.take(at: 0, growing: true)?.lane == 1)
    end(first, &pool)
    end(second, &pool)
    let all = try (0..<3).map { _ in try take(&pool) }
    let last = try #require(all.first { $0.lane == 0 })
    #expect(last.connection.closesConnection)
    #expect(all.filter { $0.lane == 0 }.count == 1, "nothing rides along with the last request")
  }

  @Test("connections are spread over the endpoints; when one is gone its lanes go elsewhere and leave their connection")
  func endpoints() throws {
    var pool = pool(ConnectionPolicy(), endpoints: [0, 1])
    try open(4, &pool)
    #expect(pool.lanes.map(\.endpoint) == [0, 1, 0, 1])

    pool.refresh([1, 2])
    let choices = try (0..<4).map { _ in try carry(&pool).connection }

    #expect(choices.map(\.endpoint) == [1, 1, 2, 1])
    #expect(choices.map(\.edition) == [2, 1, 2, 1])
    #expect(choices.map(\.abandoned) == [1, 0, 1, 0])
  }

  @Test(
    "what a request did to its connection is counted",
    arguments: [
      (ConnectionUse(opened: 1, localPort: 7), false, ConnectionCount(opened: 1, mostRequests: 1)),
      (ConnectionUse(opened: 1, localPort: 7), true, ConnectionCount(opened: 1, closedByPeer: 1, mostRequests: 1)),
      (
        ConnectionUse(localPort: 7, isCompressed: true), true,
        ConnectionCount(reused: 1, mostRequests: 1, compressed: 1)
      ),
      (ConnectionUse(localPort: 7, failure: .timeout), true, ConnectionCount(reused: 1, mostRequests: 1)),
      (
        ConnectionUse(localPort: 7, failure: .idleClosed), true,
        ConnectionCount(reused: 1, closedByPeer: 1, mostRequests: 1)
      ),
      (ConnectionUse(failure: .connectRefused), true, ConnectionCount(closedByPeer: 1)),
      (ConnectionUse(failure: .connectRefused), false, ConnectionCount()),
    ])
  func counts(use: ConnectionUse, isExpected: Bool, expected: ConnectionCount) throws {
    var pool = pool(ConnectionPolicy())
    let lane = try take(&pool).lane
    if isExpected { _ = pool.lanes[lane].count(ConnectionUse(opened: 1, localPort: 9), isExpected: false, at: 4) }
    #expect(pool.lanes[lane].count(use, isExpected: isExpected, at: 5) == expected)
    #expect((pool.lanes[lane].openedAt == nil) == (use.failure != nil))
  }
}
