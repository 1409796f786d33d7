import Arrivals
import KubernetesObjects
import Profiles
import Testing
import Units

@Suite("What a profile says of load, connections and answers is read")
struct LoadReadingTests {
  private static let streams = """
    {seed: 9, streams: [
      {name: shoppers, requests: [list, order], arrivals: poisson, phases: [{name: calm, for: 30s, rate: 10/s}, {name: surge, for: 60s, rate: 40/s}]},
      {name: batch, requests: export, phases: [{name: nightly, for: 5m, users: 20, think: 1500ms}]},
      {name: probes, requests: probe, arrivals: poisson, phases: [{name: always, for: 2m, rate: 1/s}]}]}
    """

  private static func profile(load: String = streams, expectations: String? = nil) throws -> Profile {
    try ProfileText(
      requests:
        "[{name: list, weight: 3, path: /}, {name: order, path: /o}, {name: export, path: /e}, {name: probe, path: /p}]",
      load: load, expectations: expectations
    ).profile()
  }

  @Test("Streams run side by side, each with requests and phases of its own")
  func streams() throws {
    let load = try Self.profile().load

    #expect(load.streams.map(\.name) == ["shoppers", "batch", "probes"])
    #expect(load.streams[0].requests == ["list", "order"])
    #expect(
      load.streams[1].model
        == .closed([
          UserPhase(name: "nightly", duration: .seconds(300), users: 20, think: .milliseconds(1500))
        ]))
    #expect(load.duration == .seconds(300))
    #expect(load.plannedPhases.map(\.name) == ["calm", "nightly", "always", "surge"])
    #expect(load.plannedPhases.map(\.start) == [.zero, .zero, .zero, .seconds(30)])
    #expect(load.plannedPhases[1].users == 20)
  }

  @Test("Streams with random arrivals do not send in step")
  func seeds() throws {
    let load = try Self.profile().load

    #expect(load.schedule(ofStream: 0)?.process == .poisson(seed: 9))
    #expect(load.schedule(ofStream: 1) == nil)
    #expect(load.schedule(ofStream: 2)?.process != .poisson(seed: 9))
  }

  @Test("A profile without streams has one without a name, with all requests")
  func oneStream() throws {
    let load = try Self.profile(load: "{phases: [{name: x, for: 1m, rate: 4/s}]}").load

    #expect(load.streams.map(\.name) == [""])
    #expect(load.streams[0].requests == ["list", "order", "export", "probe"])
  }

  @Test("Windows and moments name phases of any stream, and the run ends with the longest")
  func windows() throws {
    let profile = try Self.profile(
      expectations: """
        [{name: a, latency: {during: nightly, percentile: 99, below: 1s}}, \
        {name: b, scaleDown: {after: surge.end, notBefore: 200s}}]
        """)

    #expect(profile.expectations.count == 2)
  }

  @Test("Planned requests count the streams of a window, and those of users nobody can plan")
  func plannedRequests() throws {
    let profile = try Self.profile()

    #expect(profile.plannedRequests(in: .run) == nil)
    #expect(profile.plannedRequests(in: .run, route: "list") == 0.75 * 2700)
    #expect(profile.plannedRequests(in: .phase("surge"), route: "probe") == 60)
    #expect(profile.plannedRequests(in: .phase("surge"), route: "order", timeScale: 10) == 60)
  }

  @Test("The policy of connections, with its defaults")
  func connections() throws {
    let plain = try ProfileText().profile().target
    let target = try ProfileText(
      target: """
        {url: "https://a", http: "2", connectTo: ["127.0.0.1:1", "[::1]:2"], compression: gzip, redirects: 3,
          tls: {minVersion: "1.3", sessionResumption: false},
          connections: {min: 4, max: 8, maxAge: 60s, maxRequests: 1000, choice: narrow, streams: 50, resolveEvery: 0s}}
        """
    ).profile().target

    #expect(plain.connections == ConnectionSettings())
    #expect(plain.compression == .none && plain.redirects == 0 && plain.connectTo.isEmpty)
    #expect(plain.tls == Target.TLS())
    #expect(
      target.connections
        == ConnectionSettings(
          min: 4, max: 8, maxAge: .seconds(60), maxRequests: 1000, choice: .narrow, streams: 50, resolveEvery: .zero))
    #expect(target.connectTo == ["127.0.0.1:1", "[::1]:2"])
    #expect(target.compression == .gzip && target.redirects == 3)
    #expect(target.tls.minimumVersion == .tls13 && !target.tls.sessionResumption)
  }

  @Test("Credentials of the target are for all requests that have none of their own")
  func authentication() throws {
    let requests = try ProfileText(
      target: "{url: \"http://a\", auth: {bearer: \"{{env TOKEN}}\"}}",
      requests: """
        [{name: plain, path: /}, {name: without, path: /, auth: none},
          {name: own, path: /, auth: {basic: {user: me, password: "{{env P}}"}}},
          {name: header, path: /, headers: {authorization: "Custom {{env KEY}}"}}]
        """
    ).profile().requests

    guard case .bearer(let token)? = requests[0].authentication, case .basic(let user, _)? = requests[2].authentication
    else {
      Issue.record("\(requests)")
      return
    }
    #expect(token.pieces == [.environment("TOKEN")])
    #expect(user.pieces == [.literal("me")])
    #expect(requests[1].authentication == nil)
    #expect(requests[3].authentication == nil)
  }

  @Test("Checks of an answer, with values as JSON has them")
  func checks() throws {
    let profile = try ProfileText(
      requests: """
        [{name: a, path: /, expect: {headers: {X-Cache: HIT}, bodyContains: [a, b], maxSize: 64Ki,
          json: {"/items/0/id": 7, /name: "7", "": [true, ~], /a~1b: {c: 1.5}}}}]
        """
    ).profile()

    #expect(
      profile.requests[0].checks
        == ResponseChecks(
          headers: [.init(name: "X-Cache", value: "HIT")], bodyContains: ["a", "b"],
          json: [
            .init(pointer: "/items/0/id", value: 7), .init(pointer: "/name", value: "7"),
            .init(pointer: "", value: .array([.bool(true), .null])),
            .init(pointer: "/a~1b", value: .object(["c": .number(1.5)])),
          ], maxSize: 65_536))
    #expect(profile.requests[0].expectedStatuses == [200...399])
  }

  @Test("A body from a file keeps its place, and its ending says that it is JSON")
  func fileBody() throws {
    let request = try ProfileText(requests: "[{name: a, method: POST, path: /, body: {file: order.json}}]").profile()
      .requests[0]

    guard case .file("order.json", let place)? = request.body else {
      Issue.record("\(request)")
      return
    }
    #expect(
      place.problem("no such file").description == "p.yaml:6:58: requests[0].body.file: no such file")
    #expect(request.headers.map(\.name) == ["Content-Type"])
  }

  @Test("Templates of data and time")
  func templates() throws {
    let path = try ProfileText(
      requests: "[{name: a, path: \"/{{csv s.unit price}}/{{time}}/{{time unix}}/{{time unixMs}}\"}]",
      data: "{s: {file: s.csv, order: random}}"
    ).profile().requests[0].path

    #expect(
      path.pieces == [
        .literal("/"), .column(feed: "s", column: "unit price"), .literal("/"), .time(.rfc3339), .literal("/"),
        .time(.unix), .literal("/"), .time(.unixMilliseconds),
      ])
  }

  @Test("Rules to stop by, named after what they watch where they have no name")
  func stopRules() throws {
    let rules = try ProfileText(
      abortOn: """
        [{name: too many errors, errorRatio: "> 20%", over: 30s}, {latency: {percentile: 99.9, above: 2s}, over: 60s},
          {dropped: ">5%", over: 10s}]
        """
    ).profile().abortOn

    #expect(
      rules == [
        StopRule(
          name: "too many errors", over: .seconds(30), condition: .errorRatio(above: try Percentage(text: "20%"))),
        StopRule(
          name: "p99.9 above 2s over 1m", over: .seconds(60),
          condition: .latency(percentile: 99.9, above: .seconds(2))),
        StopRule(
          name: "dropped requests above 5% over 10s", over: .seconds(10),
          condition: .dropped(above: try Percentage(text: "5%"))),
      ])
  }

  @Test("Literal credentials are not recorded, while names of feeds and places of data are")
  func redaction() throws {
    let text = ProfileText(
      target: "{url: \"http://a\", auth: {bearer: s3cr3t-token}}",
      requests: """
        [{name: a, path: /, auth: {basic: {user: me, password: s3cr3t-word}}},
          {name: b, path: /, headers: {X-Token: "{{csv tokens.token}}"}}, {name: c, path: /, auth: {bearer: "{{env T}}"}}]
        """,
      data: "{tokens: {file: tokens.csv, order: unique}}"
    ).text

    let redacted = try ProfileDocument(text: text, source: "p.yaml").redactedText
    let again = try ProfileReader.read(text: redacted, source: "p.yaml")

    #expect(!redacted.contains("s3cr3t"), "\(redacted)")
    #expect(again.data[0].file == "tokens.csv" && again.data[0].order == .unique)
    #expect(again.requests[1].headers[0].value.pieces == [.column(feed: "tokens", column: "token")])
    #expect(redacted.contains("{{env T}}"))
  }
}
