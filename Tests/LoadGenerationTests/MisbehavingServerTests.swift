import Arrivals
import Curl
import LoadDriving
import LoadFacts
import LoadGeneration
import Synchronization
import TestServers
import Testing

@Suite(
  "Each way in which a server misbehaves has its class, and the run goes on", .serialized, .timeLimit(.minutes(10)))
struct MisbehavingServerTests {
  private struct Run {
    let log: SnapshotLog
    let summary: LoadSummary
    let connections: [ConnectionTally]
  }

  /// As a rule 40 requests within 200 ms.
  ///
  /// - Parameter timeout: for the connection and for the answer; short for a server that lets it pass.
  private func run(
    _ url: String, _ version: HTTPVersion = .http1_1, tls: TLSSettings = .standard, redirects: Int = 0,
    method: String = "GET", path: RequestText = "/", connections: ConnectionPolicy = ConnectionPolicy(),
    inFlight: Int = 10,
    acceptsGzip: Bool = false, requests: Int = 40, rate: Double = 200, timeout: Duration = .seconds(30)
  ) async throws -> Run {
    let log = SnapshotLog()
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: url, httpVersion: version, tls: tls, connectTimeout: timeout, requestTimeout: timeout,
        drainTimeout: .seconds(60), routes: [Route(name: "any", method: method, path: path)],
        schedule: try constant(rate, for: .seconds(Double(requests) / rate)), connections: connections,
        acceptsGzip: acceptsGzip,
        redirects: redirects,
        maxInFlight: inFlight, maxLateness: .seconds(30)))
    let summary = try await generator.run { log.append($0) }
    expectConservation(log, summary)
    return Run(log: log, summary: summary, connections: log.all.flatMap(\.connections))
  }

  @Test(
    "over HTTP/1.1",
    arguments: [
      (Misbehaviour.closesWithoutAnswer, "empty reply"),
      (.resetsBeforeAnswer, "reset before response"),
      (.resetsDuringAnswer, "reset during response"),
      (.closesDuringAnswer, "reset during response"),
      (.isNoHTTPServer, "protocol"),
      (.sendsBadStatusLine, "protocol"),
      (.sendsEndlessHeader, "too large"),
      (.sendsBadChunk, "protocol"),
      (.trickles, "read timeout"),
      (.neverAnswers, "read timeout"),
    ])
  func http1(_ misbehaviour: Misbehaviour, outcome: String) async throws {
    let server = try ScriptedServer(misbehaviour)

    let run = try await run(server.url, inFlight: 40, timeout: outcome == "read timeout" ? .seconds(1) : .seconds(30))

    #expect(run.log.counts == ["any \(outcome)": 40])
    #expect(run.log.failures.allSatisfy { $0.curlCode != nil && $0.remoteAddress == "127.0.0.1:\(server.port)" })
  }

  @Test("a kept connection that the server has closed is replaced and counted, and no request fails")
  func closedWhileIdle() async throws {
    let server = try ScriptedServer(.closesIdleConnections)

    let run = try await run(server.url, inFlight: 1)

    #expect(run.log.counts == ["any 200": 40])
    #expect(run.connections.reduce(0) { $0 + $1.opened } == 40)
    #expect(run.connections.reduce(0) { $0 + $1.closedByPeer } == 39)
  }

  @Test(
    "a server that closes kept connections under the next request costs no failure, and serves each request once",
    arguments: [false, true], ["GET", "PUT"])
  func closedUnderRequest(closesByReset: Bool, method: String) async throws {
    let trap = RequestTrap(closesByReset: closesByReset)
    let server = try ScriptedServer { trap.serve($0) }

    let run = try await run(
      server.url, method: method, path: RequestText([.literal("/"), .sequenceNumber]), inFlight: 1, requests: 400)

    #expect(run.log.counts == ["any 200": 400])
    let served = trap.answered.withLock { $0 }
    #expect(served.count == 400 && Set(served).count == 400)
    #expect(run.connections.reduce(0) { $0 + $1.opened } == 400)
    #expect(run.connections.reduce(0) { $0 + $1.reused } == 0)
    #expect(run.connections.reduce(0) { $0 + $1.closedByPeer } == 399)
  }

  @Test(
    "a kept connection that breaks under a request is counted as the server counts it, whether or not the request is repeated",
    arguments: ["GET", "POST"], [false, true])
  func connectionsOfBrokenRequests(method: String, closesByReset: Bool) async throws {
    let trap = RequestTrap(answers: 4, closesByReset: closesByReset)
    let server = try ScriptedServer { trap.serve($0) }

    let run = try await run(
      server.url, method: method, path: RequestText([.literal("/"), .sequenceNumber]), inFlight: 1, requests: 200)

    let received = trap.received.withLock { $0.count }
    let connections = trap.connections.withLock { $0 }
    #expect(run.connections.reduce(0) { $0 + $1.opened } == connections)
    #expect(run.connections.reduce(0) { $0 + $1.opened + $1.reused } == 200)
    #expect(run.connections.map(\.mostRequests).max() == (method == "GET" ? 4 : 5))
    // Each but the last, unless a request has met its end too.
    let closed = method == "GET" ? connections - 1 : received / 5
    #expect(run.connections.reduce(0) { $0 + $1.closedByPeer } == closed)
    #expect(
      run.log.counts == (method == "GET" ? ["any 200": 200] : ["any 200": 160, "any idle connection closed": 40]))
  }

  @Test("a request that is not idempotent is not sent again when its connection breaks", arguments: ["POST", "PATCH"])
  func sentOnce(_ method: String) async throws {
    let trap = RequestTrap(closesByReset: false)
    let server = try ScriptedServer { trap.serve($0) }

    let run = try await run(
      server.url, method: method, path: RequestText([.literal("/"), .sequenceNumber]), inFlight: 1, requests: 40)

    #expect(run.log.counts == ["any 200": 20, "any idle connection closed": 20])
    let requests = trap.received.withLock { $0 }
    #expect(requests.count == 40 && Set(requests).count == 40)
    #expect(run.connections.reduce(0) { $0 + $1.opened } == 20)
    #expect(
      run.log.failures.allSatisfy { $0.remoteAddress == "127.0.0.1:\(server.port)" && $0.reusedConnection == true })
    #expect(
      run.log.failures.allSatisfy { $0.curlCode == nil && $0.systemError == nil && $0.times?.firstByte == 0 },
      "nothing is told of an attempt that was not made, or of an answer that did not come")
  }

  @Test(
    "what never had a connection has gone over none, and what broke before an answer has no first byte",
    arguments: [Misbehaviour.closesWithoutAnswer, .resetsBeforeAnswer, .isNoHTTPServer, nil])
  func stages(_ misbehaviour: Misbehaviour?) async throws {
    let server = try misbehaviour.map { try ScriptedServer($0) }
    let unused = try UnusedPort()

    let run = try await run(server?.url ?? "http://127.0.0.1:\(unused.port)", inFlight: 1)

    #expect(run.log.failures.count > 0)
    for failure in run.log.failures {
      #expect(failure.reusedConnection == false && (failure.localPort != nil) == (misbehaviour != nil))
      #expect(misbehaviour == .isNoHTTPServer || failure.times?.firstByte == 0)
    }
    #expect(run.connections.reduce(0) { $0 + $1.opened } == (misbehaviour == nil ? 0 : 40))
    #expect(run.connections.reduce(0) { $0 + $1.reused } == 0)
  }

  @Test(
    "connections and what each carried are those of the access log when the server retires them after ten requests",
    arguments: [(HTTPVersion.http1_1, 1), (.http1_1, 20), (.http2, 1), (.http2, 5), (.http2, 30)])
  func retired(_ version: HTTPVersion, inFlight: Int) async throws {
    let nginx = try NginxServer(requestsPerConnection: 10)

    let run = try await run(
      version == .http2 ? nginx.tlsURL : nginx.url, version, tls: TLSSettings(authority: .file(nginx.authorityFile)),
      path: "/ok", inFlight: inFlight, requests: 1000, rate: 4000)

    #expect(run.log.counts == ["any 200": 1000], "\(run.log.failures)")
    let requests = Dictionary(grouping: try nginx.stopAndReadLog()) { $0[4] }.mapValues(\.count)
    #expect(requests.values.reduce(0, +) == 1000)
    #expect(run.connections.map(\.mostRequests).max() == requests.values.max())
    #expect(requests.values.max() == 10)
    #expect(run.connections.reduce(0) { $0 + $1.opened } == requests.count)
    #expect(run.connections.reduce(0) { $0 + $1.opened + $1.reused } == 1000)
    let closedByPeer = run.connections.reduce(0) { $0 + $1.closedByPeer }
    #expect(closedByPeer > 0 && closedByPeer < requests.count)
  }

  @Test(
    "certificates",
    arguments: [
      (NginxServer.BadCertificate.expired, "tls certificate expired"), (.elsewhere, "tls wrong name"),
      (.stranger, "tls unknown authority"),
    ], [HTTPVersion.http1_1, .http2])
  func certificates(_ given: (certificate: NginxServer.BadCertificate, outcome: String), version: HTTPVersion)
    async throws
  {
    let nginx = try NginxServer()

    let run = try await run(
      nginx.tlsURL(given.certificate), version, tls: TLSSettings(authority: .file(nginx.authorityFile)), path: "/ok")

    #expect(run.log.counts == ["any \(given.outcome)": 40])
    #expect(try nginx.stopAndReadLog().isEmpty)
  }

  @Test("a server that wants a certificate of ours, without one and with one", arguments: [false, true])
  func clientCertificate(isGiven: Bool) async throws {
    let server = try PythonServer(http2: .answer, requiresClientCertificate: true)
    var tls = TLSSettings(authority: .file(server.authorityFile))
    if isGiven {
      tls.clientCertificate = .file(server.clientCertificateFile)
      tls.clientKey = .file(server.clientKeyFile)
    }

    // Not multiplexed: only the request that a connection is made for hears why it ended.
    let run = try await run(server.tlsURL, .http2, tls: tls, connections: ConnectionPolicy(streams: 1))

    guard !isGiven else {
      #expect(run.log.counts == ["any 200": 40])
      return
    }
    // With TLS 1.3 the server judges after we have shaken hands. When libcurl writes before it reads, OpenSSL tells it only
    // that the other side has ended (SSL_ERROR_ZERO_RETURN), and not why.
    let unheard = run.log.counts["any reset before response"] ?? 0
    #expect(unheard < 20)
    #expect(
      run.log.failures.filter { $0.outcome != "tls client certificate" }.allSatisfy {
        $0.curlCode == 56 && $0.reusedConnection == false && $0.times?.requestReady ?? 0 > 0
          && $0.times?.firstByte == 0
      })
    #expect(run.log.counts["any tls client certificate"] == 40 - unheard)
  }

  @Test("a server that accepts and never shakes hands", arguments: [HTTPVersion.http1_1, .http2])
  func noHandshake(_ version: HTTPVersion) async throws {
    let server = try ScriptedServer(.neverAnswers)

    // Not multiplexed: what waits for another request's connection has none of its own.
    let run = try await run(
      "https://127.0.0.1:\(server.port)", version, connections: ConnectionPolicy(streams: 1), inFlight: 40,
      timeout: .seconds(3))

    #expect(run.log.counts == ["any tls timeout": 40])
  }

  @Test("a server that takes no connection", arguments: ["http", "https"])
  func noConnection(_ scheme: String) async throws {
    let server = try FullServer()

    let run = try await run("\(scheme)://127.0.0.1:\(server.port)", inFlight: 40, timeout: .seconds(3))

    #expect(run.log.counts == ["any connect timeout": 40])
  }

  @Test(
    "over HTTP/2",
    arguments: [
      (PythonServer.HTTP2Behaviour.answer, "200"), (.reset, "http2 stream error"), (.goAway, "http2 goaway"),
      (.truncate, "reset during response"),
      // libcurl itself says goodbye to such a server, and tells no more than that no answer came.
      (.garbage, "empty reply"),
    ])
  func http2(_ behaviour: PythonServer.HTTP2Behaviour, outcome: String) async throws {
    let server = try PythonServer(http2: behaviour)

    // One at a time: what a dying connection takes with it beside the request that it dies of has another class.
    let run = try await run(
      server.tlsURL, .http2, tls: TLSSettings(authority: .file(server.authorityFile)), inFlight: 1)

    #expect(run.log.counts == ["any \(outcome)": 40])
  }

  @Test("a server that says GOAWAY in good time loses no request, and gets a new connection for the next ones")
  func retirement() async throws {
    let server = try PythonServer(http2: .retire)

    let run = try await run(
      server.tlsURL, .http2, tls: TLSSettings(authority: .file(server.authorityFile)), inFlight: 1)

    #expect(run.log.counts == ["any 200": 40])
    #expect(run.connections.reduce(0) { $0 + $1.opened } == 4)
  }

  @Test("redirects are answers unless they are followed, and then end somewhere")
  func redirects() async throws {
    let nginx = try NginxServer()

    #expect(try await run(nginx.url, path: "/moved").log.counts == ["any 302": 40])
    #expect(try await run(nginx.url, redirects: 1, path: "/moved").log.counts == ["any 200": 40])
    #expect(try await run(nginx.url, redirects: 3, path: "/loop").log.counts == ["any too many redirects": 40])
    let statuses = try nginx.stopAndReadLog().map { "\($0[1]) \($0[2])" }
    #expect(statuses.count { $0 == "/moved 302" } == 80)
    #expect(statuses.count { $0 == "/ok 200" } == 40)
    #expect(statuses.count { $0 == "/loop 302" } == 160)
  }

  @Test("packed answers are counted, and come only when asked for")
  func gzip() async throws {
    let nginx = try NginxServer()

    let packed = try await run(nginx.url, path: "/packed", acceptsGzip: true)
    let plain = try await run(nginx.url, path: "/packed")

    #expect(packed.log.counts == ["any 200": 40] && plain.log.counts == ["any 200": 40])
    #expect(packed.connections.reduce(0) { $0 + $1.compressed } == 40)
    #expect(plain.connections.reduce(0) { $0 + $1.compressed } == 0)
    #expect(plain.log.outcomes.reduce(0) { $0 + $1.bytes } == 40 * 1400)
  }
}

/// Answers the first request of each connection, lets the client believe that the connection stays, and closes it when the
/// next request has come.
private final class RequestTrap: Sendable {
  /// Targets of the requests that came, and of those that were answered.
  let received = Mutex<[String]>([])
  let answered = Mutex<[String]>([])
  let connections = Mutex(0)
  private let answers: Int
  private let closesByReset: Bool

  /// - Parameter answers: how many requests of a connection are answered; at the next one it is closed.
  init(answers: Int = 1, closesByReset: Bool) {
    self.answers = answers
    self.closesByReset = closesByReset
  }

  func serve(_ connection: ScriptedServer.Connection) {
    for number in 0..<answers {
      guard let target = target(connection) else { return }
      if number == 0 { connections.withLock { $0 += 1 } }
      answered.withLock { $0.append(target) }
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    }
    if target(connection) != nil, closesByReset { connection.resetOnClose() }
  }

  private func target(_ connection: ScriptedServer.Connection) -> String? {
    guard let target = connection.readRequestHead()?.split(separator: " ").dropFirst().first else { return nil }
    received.withLock { $0.append(String(target)) }
    return String(target)
  }
}
