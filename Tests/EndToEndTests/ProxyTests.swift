import Foundation
import Subprocess
import TestServers
import Testing

@Suite("Proxies of the environment, in a run", .serialized, .timeLimit(.minutes(10)))
struct ProxyTests {
  private let nginx: NginxServer
  private let proxy: PythonServer
  private let folder: TemporaryFolder

  init() throws {
    nginx = try NginxServer()
    proxy = try PythonServer.proxy(http: nginx.port, tunnels: nginx.tlsPort)
    folder = try TemporaryFolder()
  }

  private func profile(_ target: String, cluster: String = "") throws -> String {
    try folder.write(
      """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: proxied}
      target: {url: "\(target)"}
      \(cluster)
      requests: [{name: ok, path: /ok}]
      load: {phases: [{name: steady, for: 1s, rate: 40/s}]}
      expectations: [{name: answers, errorBudget: {during: run, objective: 99%}}]
      """, to: "profile.yaml")
  }

  /// Runs with the proxy in the environment by these names, and with no other.
  private func run(
    _ profile: String, named: [String] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"], except: String? = nil,
    more: [String] = []
  ) async throws -> Program.Ending {
    var environment: [Environment.Key: String?] = [:]
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
      environment[Environment.Key(stringLiteral: name)] = .some(nil)
      environment[Environment.Key(stringLiteral: name.lowercased())] = .some(nil)
    }
    for name in named { environment[Environment.Key(stringLiteral: name)] = proxy.url }
    if let except { environment["NO_PROXY"] = except }
    return try await Program.run(
      ["run", profile, "--output", folder.file(UUID().uuidString)] + more, environment: environment)
  }

  @Test(
    "the request before the load and the load go through it alike",
    arguments: ["HTTP_PROXY", "http_proxy", "all_proxy"])
  func alike(name: String) async throws {
    let ending = try await run(try profile("http://target.invalid"), named: [name])

    #expect(ending.code == 0, "\(ending.output)\n\(ending.complaints)")
    let asked = try proxy.asked().map { $0.drop { $0 != " " } }
    #expect(asked.count { $0 == " GET http://target.invalid/" } == 1)
    #expect(asked.count { $0 == " GET http://target.invalid/ok" } == 40)
  }

  @Test("what NO_PROXY lists is reached directly by both")
  func exception() async throws {
    let ending = try await run(try profile("http://target.invalid"), except: "target.invalid")

    #expect(ending.code == 69)
    #expect(ending.complaints.contains("http://target.invalid does not answer"), "\(ending.complaints)")
    #expect(try proxy.asked().isEmpty)
  }

  @Test("this machine is reached directly, whatever the environment says")
  func thisMachine() async throws {
    let ending = try await run(try profile(nginx.url))

    #expect(ending.code == 0, "\(ending.output)\n\(ending.complaints)")
    #expect(try proxy.asked().isEmpty)
  }

  @Test("so is the simulated cluster: its API, its Ingress and the load")
  func simulated() async throws {
    let manifests = Program.repository + "/Profiles/manifests/aspnetcore"
    let ending = try await run(
      try profile(
        "http://api.example.com",
        cluster: "cluster: {simulated: \(manifests), workload: deployment/aspnetcore-deployment}"))

    #expect(ending.code == 0, "\(ending.output)\n\(ending.complaints)")
    #expect(try proxy.asked().isEmpty)
  }

  @Test("an address to connect to, which the proxy would not heed, is refused before the load")
  func address() async throws {
    let ending = try await run(
      try profile("http://target.invalid"), more: ["--set", "target.connectTo=192.0.2.1:80"])

    #expect(ending.code == 4)
    #expect(ending.complaints.contains("NO_PROXY"), "\(ending.complaints)")
    #expect(try proxy.asked().isEmpty)
  }

  @Test("a variable that names no proxy is told, and does not mean a direct connection")
  func nonsense() async throws {
    let ending = try await Program.run(
      ["run", try profile("http://target.invalid"), "--output", folder.file("out")],
      environment: ["HTTP_PROXY": "http://me:sesame@:x"])

    #expect(ending.code == 4)
    #expect(ending.complaints.contains("HTTP_PROXY names no proxy"), "\(ending.complaints)")
    #expect(!ending.complaints.contains("sesame"))
  }

  @Test(
    "the Kubernetes API is reached as kubectl reaches it",
    arguments: [
      (["HTTP_PROXY"], nil, "", true), (["ALL_PROXY"], nil, "", false),
      (["HTTP_PROXY"], "cluster.invalid", "", false), ([], nil, "PROXY", true),
      (["HTTP_PROXY"], "cluster.invalid", "PROXY", true),
    ] as [([String], String?, String, Bool)])
  func kubernetes(_ named: [String], except: String?, own: String, isAsked: Bool) async throws {
    let config = try folder.write(
      """
      current-context: away
      clusters: [{name: c, cluster: {server: "http://cluster.invalid", proxy-url: "\(own.replacing("PROXY", with: proxy.url))"}}]
      users: [{name: u, user: {}}]
      contexts: [{name: away, context: {cluster: c, user: u}}]
      """, to: "config")

    let ending = try await run(
      try profile("http://target.invalid", cluster: "cluster: {workload: deployment/web}"), named: named,
      except: except, more: ["--kubeconfig", config])

    // Behind the proxy is no API server.
    #expect(ending.code == (isAsked ? 4 : 69), "\(ending.complaints)")
    #expect(
      try proxy.asked().map { $0.drop { $0 != " " } } == (isAsked ? [" GET http://cluster.invalid/version"] : []))
  }
}
