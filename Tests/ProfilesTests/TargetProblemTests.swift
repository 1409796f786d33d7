import Testing

/// The texts of errors are what a user meets first, so that they are held word for word.
@Suite("What is wrong with the target of a profile is said with place and hint")
struct TargetProblemTests {
  @Test(
    "A setting of the target",
    arguments: [
      (
        "url: \"https://a\", http: h2c",
        [
          "p.yaml:4:34: target.http: h2c is HTTP/2 without TLS, but target.url is https://a; write http: \"2\", or an http URL"
        ]
      ),
      (
        "url: \"http://a\", http: \"2\"",
        [
          "p.yaml:4:33: target.http: HTTP/2 is agreed on within TLS, but target.url is http://a; write an https URL, or http: h2c for HTTP/2 without TLS"
        ]
      ),
      (
        "url: \"http://a\", http: \"3\"",
        ["p.yaml:4:33: target.http: \"3\" is not known; what is known: 1.1, 2, h2c"]
      ),
      (
        "url: \"http://a\", compression: gzp",
        ["p.yaml:4:40: target.compression: \"gzp\" is not known; did you mean \"gzip\"?"]
      ),
      (
        "url: \"http://a\", redirects: 21",
        ["p.yaml:4:38: target.redirects: 21 is out of range; it must be from 0 to 20"]
      ),
      (
        "url: \"http://a\", connectTo: [\"127.0.0.1:80\", \"127.0.0.1:80\"]",
        [
          "p.yaml:4:55: target.connectTo[1]: the address 127.0.0.1:80 stands before; name each address once"
        ]
      ),
      (
        "url: \"https://Bücher.example:8443/\"",
        [
          "p.yaml:4:15: target.url: the host of \"https://Bücher.example:8443/\" has letters that a request cannot carry; write its name in ASCII (RFC 5890), as in https://xn--bcher-kva.example:8443"
        ]
      ),
      (
        "url: \"http://a\", connectTo: \"例え.テスト:80\"",
        [
          "p.yaml:4:38: target.connectTo: \"例え.テスト:80\" has letters that no name of a host has; write it in ASCII (RFC 5890), as in xn--r8jz45g.xn--zckzah:80"
        ]
      ),
      (
        "url: \"http://a\", connectTo: []",
        [
          "p.yaml:4:38: target.connectTo: no address stands here; write host and port, as in 127.0.0.1:8443, or leave the key out"
        ]
      ),
      (
        "url: \"https://a\", tls: {minVersion: \"1.0\"}",
        ["p.yaml:4:46: target.tls.minVersion: \"1.0\" is not known; did you mean \"1.2\"?"]
      ),
      (
        "url: \"http://a\", auth: {bearer: \"{{csv users.token}}\"}",
        [
          "p.yaml:4:42: target.auth.bearer: credentials do not change from request to request; write {{env NAME}}; for a token from data write the header Authorization of the request"
        ]
      ),
      (
        "url: \"http://a\", auth: {basic: {user: \"a:b\", password: c}}",
        [
          "p.yaml:4:48: target.auth.basic.user: a user name cannot hold a colon; the password has a key of its own"
        ]
      ),
      (
        "url: \"http://a\", auth: {bearer: a, basic: {user: b, password: c}}",
        [
          "p.yaml:4:33: target.auth: a request sends either a bearer token or a user with a password; write auth: {bearer: \"{{env TOKEN}}\"} or auth: {basic: {user: NAME, password: \"{{env PASSWORD}}\"}}"
        ]
      ),
      (
        "url: \"http://a\", auth: none",
        [
          "p.yaml:4:33: target.auth: auth should be a mapping, not a single value; write auth: {bearer: \"{{env TOKEN}}\"} or auth: {basic: {user: NAME, password: \"{{env PASSWORD}}\"}}"
        ]
      ),
    ])
  func settings(target: String, expected: [String]) {
    #expect(ProfileText(target: "{\(target)}").problems() == expected)
  }

  @Test(
    "A setting of the connections",
    arguments: [
      (
        "reuse: false, maxAge: 60s, maxRequests: 5",
        [
          "p.yaml:4:63: target.connections.maxAge: maxAge has no meaning with reuse: false, where each request has a connection of its own; leave out maxAge, or write reuse: true",
          "p.yaml:4:81: target.connections.maxRequests: maxRequests has no meaning with reuse: false, where each request has a connection of its own; leave out maxRequests, or write reuse: true",
        ]
      ),
      (
        "min: 20, max: 10",
        [
          "p.yaml:4:46: target.connections.min: 20 connections are more than max allows; write at most 10, or raise max"
        ]
      ),
      (
        "min: 20, maxInFlight: 10",
        [
          "p.yaml:4:46: target.connections.min: 20 connections are more than the 10 requests that may be in flight; write at most 10, or raise maxInFlight"
        ]
      ),
      (
        "maxAge: 500ms",
        ["p.yaml:4:49: target.connections.maxAge: 500ms is too short; it must be at least 1s"]
      ),
      (
        "streams: 10",
        [
          "p.yaml:4:50: target.connections.streams: HTTP/1.1 has one request at a time on a connection; leave it out, or write http: \"2\""
        ]
      ),
      (
        "choice: wide",
        ["p.yaml:4:49: target.connections.choice: \"wide\" is not known; what is known: spread, narrow"]
      ),
      (
        "resolveEvery: 10ms",
        ["p.yaml:4:55: target.connections.resolveEvery: 10ms is too short; write at least 1s, or 0s for never"]
      ),
    ])
  func connections(connections: String, expected: [String]) {
    #expect(ProfileText(target: "{url: \"http://a\", connections: {\(connections)}}").problems() == expected)
  }

  @Test(
    "More workers than connections, or than requests in flight, are refused, since workers share none",
    arguments: [("max", "a connection"), ("maxInFlight", "a request in flight")])
  func workers(key: String, what: String) {
    let profile = ProfileText(
      target: "{url: \"http://a\", connections: {\(key): 2}}",
      load: "{workers: 4, phases: [{name: x, for: 1s, rate: 1/s}]}")

    #expect(
      profile.problems() == [
        "p.yaml:7:17: load.workers: 4 workers need \(what) each, but target.connections.\(key) is 2; write at most 2, or raise target.connections.\(key)"
      ])
  }
}
