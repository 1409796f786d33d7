import Arrivals
import Curl
import LoadFacts
import LoadGeneration
import TestServers
import Testing

@Suite("A hundred thousand requests", .serialized, .timeLimit(.minutes(10)))
struct ExactCountTests {
  @Test(
    "each is counted under its route and status as in the access log, over the connections that the server saw",
    arguments: [HTTPVersion.http1_1, .http2])
  func countsEqualAccessLog(_ version: HTTPVersion) async throws {
    let nginx = try NginxServer()
    let paths = ["/ok", "/missing", "/busy", "/created"]
    // As fast as the machine goes: what is not sent in time waits and is sent later.
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: version == .http2 ? nginx.tlsURL : nginx.url, httpVersion: version,
        tls: TLSSettings(authority: .file(nginx.authorityFile)), requestTimeout: .seconds(60),
        drainTimeout: .seconds(120),
        routes: zip(paths, [5, 2, 2, 1]).map { Route(name: $0, weight: $1, path: RequestText($0)) },
        schedule: try constant(20_000, for: .seconds(5)), maxInFlight: 64, maxLateness: .seconds(120), workers: 2))
    let log = SnapshotLog()

    let summary = try await generator.run { log.append($0) }

    var expected: [String: Int] = [:]
    var requestsByConnection: [Substring: Int] = [:]
    for line in try nginx.stopAndReadLog() {
      expected["\(line[1]) \(line[2])", default: 0] += 1
      requestsByConnection[line[4], default: 0] += 1
      #expect(line[3] == (version == .http2 ? "HTTP/2.0" : "HTTP/1.1"))
    }
    #expect(summary.offered == 100_000 && summary.sent == 100_000)
    #expect(log.counts == expected)
    #expect(expected == ["/ok 200": 50_000, "/missing 404": 20_000, "/busy 503": 20_000, "/created 201": 10_000])
    expectConservation(log, summary)
    let connections = log.all.flatMap(\.connections)
    #expect(connections.reduce(0) { $0 + $1.opened } == requestsByConnection.count)
    #expect(connections.reduce(0) { $0 + $1.opened + $1.reused } == 100_000)
    #expect(connections.map(\.mostRequests).max() == requestsByConnection.values.max())
  }
}
