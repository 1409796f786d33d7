import Arrivals
import Curl
import LoadDriving
import LoadFacts
import LoadGeneration
import TestServers
import Testing

@Suite("The load through a proxy", .timeLimit(.minutes(10)))
struct ProxyTests {
  private struct Run {
    let log: SnapshotLog
    /// Connections by how many requests they carried, as the proxy saw them.
    let asked: [String]
    var opened: Int { log.all.flatMap(\.connections).reduce(0) { $0 + $1.opened } }
  }

  /// 40 requests in 200 ms.
  private func run(
    _ url: String, path: RequestText = "/ok", connections: ConnectionPolicy,
    redirects: Int = 0, tls: TLSSettings = .standard, proxy: PythonServer, proxies: ProxyEnvironment = .none
  ) async throws -> Run {
    let log = SnapshotLog()
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: url, proxy: Proxy(proxy.url), proxies: proxies, tls: tls,
        connectTimeout: .seconds(30), requestTimeout: .seconds(30), drainTimeout: .seconds(60),
        routes: [Route(name: "one", path: path)],
        streams: [LoadStream(routes: [0], model: .open(try constant(200, for: .milliseconds(200))))],
        connections: connections, redirects: redirects, maxLateness: .seconds(30)))
    let summary = try await generator.run { log.append($0) }
    expectConservation(log, summary)
    return Run(log: log, asked: try proxy.asked())
  }

  @Test("of http has whole URLs, over as many connections as it is to have")
  func plain() async throws {
    let nginx = try NginxServer()
    let proxy = try PythonServer.proxy(http: nginx.port, tunnels: nginx.tlsPort)

    let run = try await run(
      "http://target.invalid", connections: ConnectionPolicy(minimum: 4, maximum: 4), proxy: proxy)

    #expect(run.log.counts == ["one 200": 40])
    #expect(run.asked.count == 40 && run.asked.allSatisfy { $0.hasSuffix(" GET http://target.invalid/ok") })
    #expect(Set(run.asked.map { $0.prefix { $0 != " " } }).count == 4)
    #expect(run.opened == 4)
    #expect(run.log.all.flatMap(\.connections).allSatisfy { $0.address == "127.0.0.1:\(proxy.port)" })
  }

  @Test("of https has a tunnel for each connection")
  func tunnels() async throws {
    let nginx = try NginxServer()
    let proxy = try PythonServer.proxy(http: nginx.port, tunnels: nginx.tlsPort)

    let run = try await run(
      "https://api.example.com", connections: ConnectionPolicy(minimum: 3, maximum: 3),
      tls: TLSSettings(authority: .file(nginx.authorityFile)), proxy: proxy)

    #expect(run.log.counts == ["one 200": 40])
    #expect(run.asked.map { $0.drop { $0 != " " } } == Array(repeating: " CONNECT api.example.com:443", count: 3))
    #expect(run.opened == 3)
    #expect(try nginx.stopAndReadLog().count == 40)
  }

  @Test("whose tunnels are refused fails with a class of its own")
  func refused() async throws {
    let nginx = try NginxServer()
    let proxy = try PythonServer.proxy(http: nginx.port, tunnels: nginx.tlsPort)

    let run = try await run("https://forbidden.example.com", connections: ConnectionPolicy(), proxy: proxy)

    #expect(run.log.counts == ["one proxy refused": 40])
  }

  @Test("and redirects to this machine, which are followed directly")
  func redirects() async throws {
    let nginx = try NginxServer()
    let redirecting = try PythonServer.redirecting()
    let proxy = try PythonServer.proxy(http: redirecting.port, tunnels: nginx.tlsPort)
    let proxies = ProxyEnvironment(["HTTP_PROXY": proxy.url])

    let run = try await run(
      "http://target.invalid", path: RequestText("/moved/302?\(nginx.url)/ok"), connections: ConnectionPolicy(),
      redirects: 1, proxy: proxy, proxies: proxies)

    #expect(run.log.counts == ["one 200": 40])
    #expect(run.asked.count == 40)
    #expect(try nginx.stopAndReadLog().count == 40)
  }

  @Test(
    "cannot have what the proxy decides, and is refused before it begins",
    arguments: [
      ("http://proxy.example.com", ["10.0.0.7:80"], HTTPVersion.http1_1, "connectTo (10.0.0.7:80)"),
      ("http://proxy.example.com", [], .http2ClearText, "cannot speak HTTP/2 through a proxy"),
      ("http://proxy.example.com", [], .http2, "cannot speak HTTP/2 through a proxy"),
      ("https://me:sesame@proxy.example.com", [], .http1_1, "reached over TLS (https://proxy.example.com:443)"),
    ])
  func impossible(_ proxy: String, connectTo: [String], version: HTTPVersion, cause: String) throws {
    let error = #expect(throws: LoadGenerationError.self) {
      try LoadGenerator(
        plan: LoadPlan(
          baseURL: version == .http2 ? "https://api.example.com" : "http://api.example.com", connectTo: connectTo,
          proxy: Proxy(proxy), httpVersion: version,
          routes: [Route(name: "one", path: "/")],
          streams: [LoadStream(routes: [0], model: .open(try constant(1, for: .seconds(1))))]))
    }
    #expect(error?.description.contains(cause) == true, "\(String(describing: error))")
    #expect(error?.description.contains("sesame") == false)
  }
}
