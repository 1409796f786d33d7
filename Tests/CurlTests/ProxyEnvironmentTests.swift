import Curl
import LoadFacts
import TestServers
import Testing

@Suite("Proxies of the environment, by the rules of Kubernetes' own tools")
struct ProxyEnvironmentTests {
  private static let both = ["HTTP_PROXY": "one.example.com:3128", "HTTPS_PROXY": "http://two.example.com"]

  @Test(
    "the variable of the scheme counts, in either case, and ALL_PROXY where it is not set",
    arguments: [
      ([:], "http://a.example.com", nil),
      (both, "http://a.example.com", "http://one.example.com:3128"),
      (both, "https://a.example.com", "http://two.example.com:80"),
      (["http_proxy": "http://p:1"], "http://a.example.com", "http://p:1"),
      (["https_proxy": "http://p:1"], "https://a.example.com", "http://p:1"),
      (["https_proxy": "http://p:1"], "http://a.example.com", nil),
      (["HTTP_PROXY": "http://p:1", "http_proxy": "http://q:1"], "http://a.example.com", "http://p:1"),
      (["HTTP_PROXY": "", "http_proxy": "http://q:1"], "http://a.example.com", "http://q:1"),
      (["ALL_PROXY": "socks5://p"], "http://a.example.com", "socks5h://p:1080"),
      (["all_proxy": "socks4a://p:9"], "https://a.example.com", "socks4a://p:9"),
      (["all_proxy": "http://p:1", "http_proxy": "http://q:1"], "http://a.example.com", "http://q:1"),
      (["https_proxy": "https://[::1]"], "https://a.example.com", "https://[::1]:443"),
    ] as [([String: String], String, String?)])
  func variables(_ environment: [String: String], url: String, expected: String?) throws {
    #expect(try ProxyEnvironment(environment).proxy(url: url)?.description == expected)
  }

  @Test(
    "a URL, or a host with a port, leads to this machine by its host alone",
    arguments: [
      ("http://127.0.0.1:8080/path", true), ("https://localhost", true), ("http://[::1]:80", true), ("[::1]:80", true),
      ("127.0.0.1:8443", true), ("localhost", true), ("http://api.example.com", false), ("10.0.0.1:80", false),
      ("http://127.0.0.1.example.com", false), ("http://127.0.0.1:80@api.example.com/", false),
      ("http://api.example.com/http://localhost", false), ("http://api.example.com?://localhost", false),
      ("api.example.com/://localhost", false), ("", false),
    ])
  func leading(url: String, isHere: Bool) {
    #expect(ProxyEnvironment.leadsToThisMachine(url) == isHere)
  }

  @Test("ALL_PROXY is not read where kubectl does not read it")
  func withoutAll() throws {
    #expect(try ProxyEnvironment(["ALL_PROXY": "http://p:1"], readsAllProxy: false).proxy(url: "https://a") == nil)
  }

  @Test(
    "this machine is never reached through a proxy",
    arguments: [
      "localhost", "LOCALHOST", "localhost.", "api.localhost", "127.0.0.1", "127.8.9.1", "[::1]", "0.0.0.0", "[::]",
      "[::ffff:127.0.0.1]",
    ])
  func thisMachine(host: String) throws {
    for url in ["http://\(host)/x", "http://\(host):8080", "https://me:secret@\(host)"] {
      #expect(try ProxyEnvironment(Self.both).proxy(url: url) == nil)
    }
  }

  /// After the tests of golang.org/x/net/http/httpproxy.
  @Test(
    "NO_PROXY",
    arguments: [
      ("*", "anything.example.com", true),
      ("example.com", "example.com", true), ("example.com", "EXAMPLE.com", true),
      ("example.com", "www.example.com", true), ("example.com", "notexample.com", false),
      (".example.com", "example.com", false), (".example.com", "www.example.com", true),
      ("*.example.com", "example.com", false), ("*.example.com", "www.example.com", true),
      ("other.com, example.com", "example.com", true), ("other.com example.com", "example.com", true),
      ("other.com,,", "example.com", false),
      ("example.com:80", "example.com", true), ("example.com:80", "example.com:8080", false),
      ("192.168.1.1", "192.168.1.1", true), ("192.168.1.1", "192.168.1.2", false),
      ("192.168.1.1:81", "192.168.1.1", false), ("192.168.1.1:80", "192.168.1.1", true),
      ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.0/8", "11.1.2.3", false), ("10.0.0.0/12", "10.15.0.1", true),
      ("10.0.0.0/12", "10.16.0.1", false), ("0.0.0.0/0", "8.8.8.8", true), ("10.0.0.0/33", "10.1.2.3", false),
      ("2001:db8::52:0:1", "[2001:db8::52:0:1]", true), ("2001:db8::/32", "[2001:db8:1::1]", true),
      ("2001:db8::/32", "[2001:db9::1]", false), ("[2001:db8::1]:80", "[2001:db8::1]", true),
      ("10.0.0.0/8", "[::ffff:10.1.2.3]", true), ("10.1.2.3", "host10.1.2.3", false),
    ])
  func exceptions(_ list: String, host: String, isDirect: Bool) throws {
    for name in ["NO_PROXY", "no_proxy"] {
      let proxies = ProxyEnvironment(Self.both.merging([name: list]) { $1 })
      #expect(try (proxies.proxy(url: "http://\(host)") == nil) == isDirect)
    }
  }

  @Test(
    "what is no proxy is told where it would count, without its credentials",
    arguments: ["ftp://p", "http://", "http://p:0", "http://p:70000", "http://me:sesame@p:x", "http://p/path", "a b"])
  func nonsense(text: String) throws {
    let proxies = ProxyEnvironment(["https_proxy": text])
    let problem = #expect(throws: ProxyEnvironment.Problem.self) { try proxies.proxy(url: "https://a.example.com") }
    #expect(
      problem?.description
        == "the environment variable https_proxy names no proxy: write it as in http://proxy.example.com:3128")
    #expect(try proxies.proxy(url: "http://a.example.com") == nil)
    #expect(try proxies.proxy(url: "https://127.0.0.1") == nil)
  }

  @Test("credentials go to the proxy and nowhere else")
  func credentials() throws {
    let proxy = try #require(Proxy("http://me:se%40same@proxy.example.com:3128/"))
    #expect(proxy.url == "http://me:se%40same@proxy.example.com:3128")
    #expect("\(proxy)" == "http://proxy.example.com:3128")
  }
}

@Suite("Sessions through a proxy", .serialized, .timeLimit(.minutes(10)))
struct ProxySessionTests {
  let nginx: NginxServer
  let proxy: PythonServer
  let session: CurlSession

  init() throws {
    nginx = try NginxServer()
    proxy = try PythonServer.proxy(http: nginx.port, tunnels: nginx.tlsPort)
    session = try CurlSession(name: "test")
  }

  @Test("http is sent to the proxy with its whole URL, https in a tunnel")
  func schemes() async throws {
    let tls = TLSSettings(authority: .file(nginx.authorityFile))
    let there = Proxy(proxy.url)

    let plain = try await session.perform(CurlRequest(url: "http://api.example.com/ok", proxy: there))
    let tunnelled = try await session.perform(CurlRequest(url: "https://api.example.com/ok", tls: tls, proxy: there))
    let direct = try await session.perform(CurlRequest(url: nginx.url + "/ok"))

    #expect([plain, tunnelled, direct].map(\.status) == [200, 200, 200])
    #expect(
      try proxy.asked().map { $0.drop { $0 != " " } } == [
        " GET http://api.example.com/ok", " CONNECT api.example.com:443",
      ])
  }

  @Test("a tunnel that the proxy does not make has its class")
  func refused() async throws {
    do {
      _ = try await session.perform(CurlRequest(url: "https://forbidden.example.com/ok", proxy: Proxy(proxy.url)))
      Issue.record("the proxy refuses this")
    } catch let error as CurlError {
      #expect(error.failure == .proxyRefused)
    }
  }
}
