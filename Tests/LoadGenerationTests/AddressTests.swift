import Arrivals
import Curl
import LoadDriving
import LoadFacts
import LoadGeneration
import TestServers
import Testing

@Suite("Load over several addresses", .serialized, .timeLimit(.minutes(10)))
struct AddressTests {
  @Test("both of two addresses get half of the connections and of the requests, and are reported as the server saw it")
  func bothGetTraffic() async throws {
    let nginx = try NginxServer()
    let addresses = ["127.0.0.1:\(nginx.port)", "127.0.0.2:\(nginx.port)"]
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: "http://api.example.com", connectTo: addresses, routes: [Route(name: "ok", path: "/ok")],
        schedule: try constant(1000, for: .seconds(1)), connections: ConnectionPolicy(minimum: 8, maximum: 8),
        maxLateness: .seconds(30)))
    let log = SnapshotLog()

    let summary = try await generator.run { log.append($0) }

    var requests: [String: Int] = [:]
    var connections: [String: Set<Substring>] = [:]
    for line in try nginx.stopAndReadLog() {
      let address = "\(line[6]):\(nginx.port)"
      requests[address, default: 0] += 1
      connections[address, default: []].insert(line[4])
    }
    #expect(summary.failed == 0)
    #expect(Set(requests.keys) == Set(addresses))
    for address in addresses {
      let tallies = log.all.flatMap(\.connections).filter { $0.address == address }
      #expect(connections[address]?.count == 4)
      #expect(tallies.reduce(0) { $0 + $1.opened } == 4)
      #expect(tallies.reduce(0) { $0 + $1.opened + $1.reused } == requests[address])
      // The longest idle connection is next, so they take turns unless answers overtake each other.
      #expect((400...600).contains(requests[address] ?? 0))
    }
  }

  @Test("an address at which nobody listens fails its own share of the requests only")
  func oneIsDown() async throws {
    let nginx = try NginxServer()
    let unused = try UnusedPort(host: 2)
    let closed = "127.0.0.2:\(unused.port)"
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: nginx.url, connectTo: ["127.0.0.1:\(nginx.port)", closed], routes: [Route(name: "ok", path: "/ok")],
        schedule: try constant(200, for: .seconds(1)), connections: ConnectionPolicy(reuse: false),
        maxLateness: .seconds(30)))
    let log = SnapshotLog()

    let summary = try await generator.run { log.append($0) }

    #expect(Set(log.counts.keys) == ["ok 200", "ok connect refused"])
    #expect(log.counts["ok 200"] == (try nginx.stopAndReadLog().count))
    #expect((80...120).contains(log.counts["ok 200"] ?? 0))
    expectConservation(log, summary)
  }
}
