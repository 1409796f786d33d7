import Synchronization
import Testing

@testable import LoadGeneration

@Suite("Lanes of connections")
struct LanePoolTests {
  private static let target = HostAndPort("shop.example:443")

  private func pool(
    _ policy: ConnectionPolicy, lanes: Int = 10, addresses: [String] = ["10.0.0.1"], isMultiplexed: Bool = false
  ) throws -> LanePool {
    let target = try #require(Self.target)
    let book = AddressBook(places: [target]) { _, port in addresses.map { Endpoint(address: $0, port: port) } }
    return LanePool(
      policy: policy, worker: 0, workers: 1, target: target, book: book, maximumLanes: lanes,
      isMultiplexed: isMultiplexed)
  }

  /// The lane that carries one request from beginning to end, whose connection then stands.
  private func carry(_ pool: inout LanePool, at now: Int64 = 0) throws -> LanePool.Passage {
    let passage = try #require(try pool.take(at: now, growing: true))
    end(passage, &pool, at: now)
    return passage
  }

  /// A request ends with an answer.
  private func end(_ passage: LanePool.Passage, _ pool: inout LanePool, at now: Int64 = 0) {
    let lane = passage.lane
    if lane.openedAt == nil || passage.opensConnection { lane.openedAt = now }
    _ = lane.used(localPort: lane.number + 1)
    if passage.closesConnection {
      lane.openedAt = nil
      lane.closed(localPort: lane.number + 1)
    }
    pool.leave(lane)
  }

  /// Opens so many connections at once.
  private func open(_ count: Int, _ pool: inout LanePool, at now: Int64 = 0) throws {
    let passages = try (0..<count).map { _ in try #require(try pool.take(at: now, growing: true)) }
    for passage in passages { end(passage, &pool, at: now) }
  }

  @Test("requests one after the other go round over all idle connections, least recently used first")
  func spread() throws {
    var pool = try pool(ConnectionPolicy())
    try open(4, &pool)
    #expect(try (0..<8).map { _ in try carry(&pool).lane.number } == [0, 1, 2, 3, 0, 1, 2, 3])
  }

  @Test("most recently used first keeps to one connection")
  func narrow() throws {
    var pool = try pool(ConnectionPolicy(choice: .mostRecentlyUsed))
    try open(4, &pool)
    #expect(try Set((0..<8).map { _ in try carry(&pool).lane.number }).count == 1)
  }

  @Test("so many connections as the minimum are opened before one is used again")
  func minimum() throws {
    var pool = try pool(ConnectionPolicy(minimum: 3))
    #expect(try (0..<4).map { _ in try carry(&pool).lane.number } == [0, 1, 2, 0])
  }

  @Test("there are never more lanes than allowed, and none is given out twice")
  func maximum() throws {
    var pool = try pool(ConnectionPolicy(), lanes: 2)
    let first = try #require(try pool.take(at: 0, growing: true))
    let second = try #require(try pool.take(at: 0, growing: true))
    #expect(first.lane !== second.lane)
    #expect(try pool.take(at: 0, growing: true) == nil)
    pool.leave(first.lane)
    #expect(try pool.take(at: 0, growing: true)?.lane === first.lane)
  }

  @Test("a request that finds no free connection gets a new one only when one may be added")
  func growth() throws {
    var pool = try pool(ConnectionPolicy(minimum: 1))
    #expect(try pool.take(at: 0, growing: false) == nil)
    let first = try #require(try pool.take(at: 0, growing: true))
    #expect(try pool.take(at: 0, growing: false) == nil)
    end(first, &pool)
    #expect(try pool.take(at: 0, growing: false)?.lane === first.lane)
  }

  private static let second: Int64 = 1_000_000_000

  /// The lanes that are given up at an instant.
  private func retired(_ pool: inout LanePool, at now: Int64) -> [Int] {
    var lanes: [Int] = []
    while let lane = pool.retireSurplus(at: now) {
      lane.beginAnew()
      lanes.append(lane.number)
    }
    return lanes
  }

  @Test("connections that the load of the last ten seconds did not need are given up, the longest idle first")
  func surplus() throws {
    var pool = try pool(ConnectionPolicy(), lanes: 100)
    try open(100, &pool)
    // Four at a time from now on.
    for second in 0..<10 {
      try open(4, &pool, at: Int64(second) * Self.second)
      #expect(retired(&pool, at: Int64(second) * Self.second).isEmpty, "second \(second)")
    }
    let next = try carry(&pool, at: 10 * Self.second).lane.number

    let lanes = retired(&pool, at: 10 * Self.second)

    // Four, a quarter more and one are kept.
    #expect(lanes.count == 94 && pool.activeLanes == 6)
    #expect(lanes == (1...94).map { (next + $0) % 100 })
    #expect(retired(&pool, at: 11 * Self.second).isEmpty)
    #expect(pool.mayGrow)
  }

  @Test("a lane that was given up is used again before there is a new one, and opens a connection")
  func revival() throws {
    var pool = try pool(ConnectionPolicy(), lanes: 100)
    try open(10, &pool)
    #expect(retired(&pool, at: 20 * Self.second).count == 9)

    let passages = try (0..<11).map { _ in try #require(try pool.take(at: 20 * Self.second, growing: true)) }

    #expect(Set(passages.map(\.lane.number)) == Set(0...10))
    #expect(passages.count { !$0.expectsConnection } == 10)
  }

  @Test("the minimum of connections, and those in use, are never given up", arguments: [false, true])
  func kept(isMultiplexed: Bool) throws {
    var pool = try pool(ConnectionPolicy(minimum: 20, streams: 4), lanes: 100, isMultiplexed: isMultiplexed)
    try open(80, &pool)
    #expect(pool.activeLanes >= 20)
    _ = retired(&pool, at: 20 * Self.second)
    #expect(pool.activeLanes == 20)
    let passages = try (0..<20).map { _ in try #require(try pool.take(at: 40 * Self.second, growing: true)) }
    #expect(retired(&pool, at: 60 * Self.second).isEmpty)
    for passage in passages { end(passage, &pool) }
  }

  @Test("where the most recently used is chosen, the others grow idle until the server closes them")
  func idle() throws {
    var pool = try pool(ConnectionPolicy(choice: .mostRecentlyUsed), lanes: 100)
    try open(100, &pool)
    #expect(retired(&pool, at: 20 * Self.second).isEmpty)
  }

  @Test("over HTTP/2 as many connections are kept as the streams of the load fill")
  func surplusStreams() throws {
    var pool = try pool(ConnectionPolicy(streams: 10), lanes: 100, isMultiplexed: true)
    try open(1000, &pool)
    #expect(pool.activeLanes == 100)
    try open(95, &pool, at: 15 * Self.second)

    _ = retired(&pool, at: 25 * Self.second - 1)

    #expect(pool.activeLanes == 10 + 2 + 1)
  }

  @Test("the requests of a connection are counted apart from those of the one that takes its place")
  func mostRequests() throws {
    var pool = try pool(ConnectionPolicy(streams: 100), isMultiplexed: true)
    let lane = try #require(try pool.take(at: 0, growing: true)).lane
    // The server retires one connection while streams of it are on their way, and the next one begins.
    #expect([7001, 7001, 7002, 7001, 7002].map { lane.used(localPort: $0) } == [1, 2, 1, 3, 2])
    lane.closed(localPort: 7001)
    #expect(lane.used(localPort: 7002) == 3)
    lane.closed(localPort: 7002)
    #expect(lane.used(localPort: 7001) == 1, "the system uses a port again")
  }

  @Test("a connection is closed with its last request, and the next one opens another")
  func rotationByCount() throws {
    var pool = try pool(ConnectionPolicy(maximumRequests: 3))
    let closes = try (0..<6).map { _ in try carry(&pool).closesConnection }
    #expect(closes == [false, false, true, false, false, true])
  }

  @Test("a connection that is too old is replaced before its next request")
  func rotationByAge() throws {
    var pool = try pool(ConnectionPolicy(maximumAge: .seconds(2)))
    let opens = try [0, 1, 2, 3, 4].map { try carry(&pool, at: $0 * 1_000_000_000).opensConnection }
    #expect(opens == [false, false, true, false, true])
  }

  @Test("without reuse each request opens and closes its connection")
  func fresh() throws {
    var pool = try pool(ConnectionPolicy(reuse: false), addresses: ["10.0.0.1", "10.0.0.2"])
    let passages = try (0..<4).map { _ in
      let passage = try carry(&pool)
      return (passage.opensConnection, passage.closesConnection, passage.lane.endpoint)
    }
    #expect(passages.allSatisfy { $0.0 && $0.1 })
    #expect(Set(passages.map(\.2)) == [0, 1], "and both addresses have their turn")
  }

  @Test("HTTP/2 fills a connection up to its streams before it opens another")
  func streams() throws {
    var pool = try pool(ConnectionPolicy(streams: 3), isMultiplexed: true)
    #expect(
      try (0..<7).map { _ in try #require(try pool.take(at: 0, growing: true)).lane.number } == [0, 0, 0, 1, 1, 1, 2])
  }

  @Test("HTTP/2 lets a connection run empty before its last request closes it")
  func draining() throws {
    var pool = try pool(ConnectionPolicy(maximumRequests: 3, streams: 10), lanes: 3, isMultiplexed: true)
    let first = try #require(try pool.take(at: 0, growing: true))
    let second = try #require(try pool.take(at: 0, growing: true))
    // The third would be the last of lane 0, which two others are still using.
    #expect(try pool.take(at: 0, growing: true)?.lane.number == 1)
    end(first, &pool)
    end(second, &pool)
    let all = try (0..<3).map { _ in try #require(try pool.take(at: 0, growing: true)) }
    let last = try #require(all.first { $0.lane.number == 0 })
    #expect(last.closesConnection)
    #expect(all.filter { $0.lane.number == 0 }.count == 1, "nothing rides along with the last request")
  }

  @Test("connections are spread over the addresses; when one is gone its lanes go elsewhere under another name")
  func addresses() throws {
    let target = try #require(Self.target)
    let current = Mutex(["10.0.0.1", "10.0.0.2"])
    let book = AddressBook(places: [target]) { _, port in
      current.withLock { $0 }.map { Endpoint(address: $0, port: port) }
    }
    var pool = LanePool(
      policy: ConnectionPolicy(), worker: 0, workers: 1, target: target, book: book, maximumLanes: 10,
      isMultiplexed: false)
    try open(4, &pool)
    #expect(pool.lanes.map(\.endpoint) == [0, 1, 0, 1])

    current.withLock { $0 = ["10.0.0.2", "10.0.0.3"] }
    book.refresh()
    pool.refresh()
    let editions = pool.lanes.map(\.edition)
    for _ in 0..<4 { _ = try carry(&pool) }

    #expect(pool.lanes.allSatisfy { book.endpoint($0.endpoint).address != "10.0.0.1" })
    #expect(zip(pool.lanes, editions).map { $0.edition > $1 } == [true, false, true, false])
  }

  @Test("an outage of the name service changes nothing")
  func outage() throws {
    let target = try #require(Self.target)
    let isDown = Mutex(false)
    let book = AddressBook(places: [target]) { _, port in
      isDown.withLock { $0 } ? [] : [Endpoint(address: "10.0.0.1", port: port)]
    }
    isDown.withLock { $0 = true }
    book.refresh()
    #expect(book.current == [0])
  }

  @Test("of a name with addresses of both kinds the kind that answers is used, once and for all")
  func kinds() throws {
    let target = try #require(Self.target)
    let asked = Mutex<[String]>([])
    let book = AddressBook(
      places: [target],
      lookup: { _, port in ["::1", "127.0.0.1", "127.0.0.2"].map { Endpoint(address: $0, port: port) } },
      answers: { endpoint in
        asked.withLock { $0.append(endpoint.address) }
        return !endpoint.isIPv6
      })
    book.refresh()

    #expect(book.current.map { book.endpoint($0).address } == ["127.0.0.1", "127.0.0.2"])
    #expect(asked.withLock { $0 } == ["::1", "127.0.0.1"])
  }
}
