import Arrivals
import Curl
import LoadDriving
import LoadFacts
import LoadGeneration
import TestServers
import Testing

@Suite("Redirects are followed as RFC 9110 says, and everything else is left as it was", .timeLimit(.minutes(10)))
struct RedirectTests {
  private struct Case: CustomTestStringConvertible, Sendable {
    let method: String
    let status: Int
    /// What arrives at the new place.
    let expected: String
    let keepsBody: Bool

    var testDescription: String { "\(method) \(status)" }
  }

  private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

  /// RFC 9110, sections 15.4.2 to 15.4.9. By a 301 or a 302 only a POST becomes a GET.
  private static let cases = methods.flatMap { method in
    [301, 302, 303, 307, 308].map { status in
      let expected =
        switch (status, method) {
        case (301...302, "POST"): "GET"
        case (303, "HEAD"): "HEAD"
        case (303, _): "GET"
        default: method
        }
      return Case(
        method: method, status: status, expected: expected,
        keepsBody: expected == method && !["GET", "HEAD"].contains(method))
    }
  }

  private func run(
    _ url: String, _ routes: [Route], redirects: Int, requests: Int = 1, tls: TLSSettings = .standard,
    connections: ConnectionPolicy = ConnectionPolicy(), connectTo: [String] = []
  ) async throws -> (log: SnapshotLog, connections: [ConnectionTally]) {
    let log = SnapshotLog()
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: url, connectTo: connectTo, tls: tls, connectTimeout: .seconds(30), requestTimeout: .seconds(30),
        drainTimeout: .seconds(60), routes: routes,
        schedule: try constant(Double(requests * routes.count) * 10, for: .milliseconds(100)),
        connections: connections, redirects: redirects, maxInFlight: 1, maxLateness: .seconds(30)))
    let summary = try await generator.run { log.append($0) }
    expectConservation(log, summary)
    return (log, log.all.flatMap(\.connections))
  }

  private func route(_ name: String, _ method: String, _ path: String, body: RequestText? = nil) -> Route {
    Route(
      name: name, method: method, path: RequestText(path),
      headers: [
        ("Authorization", "Bearer sesame"), ("Cookie", "id=7"), ("X-Trace", RequestText([.uuid])),
      ] + (body == nil ? [] : [("Content-Type", "application/json")]), body: body)
  }

  @Test("each method at each status")
  func methods() async throws {
    let server = try PythonServer.redirecting()
    let routes = Self.cases.map { one in
      route(
        one.testDescription, one.method, "/moved/\(one.status)?/landed/\(one.method)/\(one.status)",
        body: ["GET", "HEAD"].contains(one.method) ? nil : RequestText([.literal("{\"id\": "), .uuid, .literal("}")]))
    }

    let run = try await run(server.url, routes, redirects: 1)

    #expect(
      run.log.counts.values.reduce(0, +) == Self.cases.count && run.log.counts.keys.allSatisfy { $0.hasSuffix(" 200") })
    let arrived = try server.arrived()
    for one in Self.cases {
      let first = try #require(
        arrived.first { $0.method == one.method && $0.path.hasPrefix("/moved/\(one.status)?") }, "\(one)")
      let landed = arrived.filter { $0.path == "/landed/\(one.method)/\(one.status)" }
      #expect(landed.map(\.method) == [one.expected], "\(one)")
      #expect(landed.map(\.body) == [one.keepsBody ? first.body : ""], "\(one)")
      #expect(landed.first?.headers["content-type"] == (one.keepsBody ? "application/json" : nil), "\(one)")
      #expect(landed.first?.headers["content-length"] == (one.keepsBody ? "\(first.body.utf8.count)" : nil), "\(one)")
      // The same request: neither its credentials nor its values have changed.
      for name in ["authorization", "cookie", "x-trace", "host"] {
        #expect(first.headers[name] != nil && landed.first?.headers[name] == first.headers[name], "\(one): \(name)")
      }
    }
  }

  @Test("the request after one that was redirected is as if none had been, over the same connection")
  func afterwards() async throws {
    let server = try PythonServer.redirecting()
    let routes = [
      route("moved", "PUT", "/moved/303?/landed", body: "{}"), route("plain", "PUT", "/plain", body: "{}"),
    ]

    let run = try await run(server.url, routes, redirects: 1, requests: 5)

    #expect(run.log.counts == ["moved 200": 5, "plain 200": 5])
    let arrived = try server.arrived()
    #expect(arrived.count { $0.path == "/plain" && $0.method == "PUT" && $0.body == "{}" } == 5)
    #expect(arrived.count { $0.path == "/moved/303?/landed" && $0.method == "PUT" && $0.body == "{}" } == 5)
    #expect(arrived.count { $0.path == "/landed" && $0.method == "GET" && $0.body == "" } == 5)
    #expect(run.connections.reduce(0) { $0 + $1.opened } == 1)
    #expect(run.connections.reduce(0) { $0 + $1.closedByPeer } == 0)
  }

  @Test("another host learns neither credentials nor cookies, and the connection to it is none to the target")
  func otherHost() async throws {
    let other = try PythonServer.redirecting()
    let server = try PythonServer.redirecting()
    let routes = [302, 307].map { route("\($0)", "PUT", "/moved/\($0)?\(other.url)/landed", body: "{}") }

    let run = try await run(server.url, routes, redirects: 1, requests: 2)

    #expect(run.log.counts == ["302 200": 2, "307 200": 2])
    let landed = try other.arrived()
    #expect(landed.map(\.method) == ["PUT", "PUT", "PUT", "PUT"] && landed.allSatisfy { $0.body == "{}" })
    #expect(landed.allSatisfy { $0.headers["authorization"] == nil && $0.headers["cookie"] == nil })
    #expect(landed.allSatisfy { $0.headers["host"] == "127.0.0.1:\(other.port)" && $0.headers["x-trace"] != nil })
    #expect(try server.arrived().allSatisfy { $0.headers["authorization"] == "Bearer sesame" })
    #expect(run.connections.reduce(0) { $0 + $1.opened } == 1)
  }

  @Test("back at the target the credentials are there again")
  func thereAndBack() async throws {
    let other = try PythonServer.redirecting()
    let server = try PythonServer.redirecting()

    let run = try await run(
      server.url, [route("one", "GET", "/moved/302?\(other.url)/moved/302?\(server.url)/landed")], redirects: 2)

    #expect(run.log.counts == ["one 200": 1])
    #expect(try other.arrived().map { $0.headers["authorization"] } == [nil])
    #expect(try server.arrived().map { $0.headers["authorization"] } == ["Bearer sesame", "Bearer sesame"])
  }

  @Test("as many redirects as allowed are followed, and one more is a failure of its own class", arguments: [1, 3, 20])
  func limit(redirects: Int) async throws {
    let server = try PythonServer.redirecting()
    let routes = [
      route("enough", "GET", "/chain/\(redirects)"), route("one more", "GET", "/chain/\(redirects + 1)"),
    ]

    let run = try await run(server.url, routes, redirects: redirects)

    #expect(run.log.counts == ["enough 200": 1, "one more too many redirects": 1])
    #expect(try server.arrived().count == 2 * (redirects + 1))
  }

  @Test("an answer that is no redirect is an answer, whatever place it names", arguments: [300, 304, 305])
  func noRedirect(status: Int) async throws {
    let server = try PythonServer.redirecting()

    let run = try await run(server.url, [route("one", "HEAD", "/moved/\(status)?/landed")], redirects: 5)

    #expect(run.log.counts == ["one \(status)": 1])
    #expect(try server.arrived().count == 1)
  }

  @Test("the body of a redirect is not what is checked")
  func checks() async throws {
    let server = try PythonServer.redirecting()
    var route = route("one", "GET", "/moved/302?/landed")
    route.checks = AnswerChecks(bodyContains: ["ok"], maximumSize: 2)

    #expect(try await run(server.url, [route], redirects: 1, requests: 3).log.counts == ["one 200": 3])
  }

  @Test("the rules for connections hold for redirects too")
  func connections() async throws {
    let server = try PythonServer.redirecting()
    let routes = [route("one", "GET", "/moved/302?/landed")]

    let fresh = try await run(
      server.url, routes, redirects: 1, requests: 3, connections: ConnectionPolicy(reuse: false))
    let kept = try await run(server.url, routes, redirects: 1, requests: 3)

    #expect(fresh.log.counts == ["one 200": 3] && kept.log.counts == ["one 200": 3])
    #expect(fresh.connections.reduce(0) { $0 + $1.opened } == 6)
    #expect(kept.connections.reduce(0) { $0 + $1.opened } == 1)
    #expect(kept.connections.reduce(0) { $0 + $1.reused } == 5)
  }

  @Test("a target under another name is still the target", arguments: ["https://localhost", "https://127.0.0.1"])
  func serverName(host: String) async throws {
    let nginx = try NginxServer()
    let tls = TLSSettings(authority: .file(nginx.authorityFile), serverName: "api.example.com")

    let run = try await run(
      "\(host):\(nginx.tlsPort)", [route("one", "GET", "/moved")], redirects: 1, requests: 3, tls: tls)

    #expect(run.log.counts == ["one 200": 3])
    #expect(run.connections.reduce(0) { $0 + $1.opened } == 1)
  }
}
