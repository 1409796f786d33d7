import Testing

@testable import TrafficReplay

@Suite("Reading access logs")
struct AccessLogReadingTests {
  @Test(
    "a log that nginx wrote is recognised, each line a request", arguments: ["nginx-combined.log", "nginx-json.log"])
  func nginx(name: String) throws {
    let text = try AccessLogs.sample(name)

    let traffic = try AccessLogs.traffic(text)

    #expect(traffic.format == (name == "nginx-json.log" ? .json : .combined))
    #expect(traffic.total == text.split(separator: "\n").count)
    #expect(traffic.counts.contains(0), "the log has a pause")
    #expect(traffic.broken.count == 0)
  }

  @Test("both formats of one nginx tell the same traffic")
  func sameTraffic() throws {
    let combined = try AccessLogs.traffic(AccessLogs.sample("nginx-combined.log"))
    let json = try AccessLogs.traffic(AccessLogs.sample("nginx-json.log"))

    #expect(combined.start == json.start)
    #expect(combined.counts == json.counts)
    #expect(combined.routes.mapValues(\.count) == json.routes.mapValues(\.count))
    #expect(json.keys == ["request_method", "request_uri", "status", "time_iso8601"])
  }

  @Test("a line of an AWS load balancer counts when its request came, and a client that went away is left out")
  func loadBalancer() throws {
    let traffic = try AccessLogs.traffic(AccessLogs.sample("aws-alb.log"))

    #expect(traffic.format == .alb)
    #expect(LogTime.text(of: traffic.start) == "2018-07-02T22:22:48Z")
    #expect(traffic.counts == [2, 0, 1])
    #expect(traffic.unreplayable.count == 1)
    #expect(traffic.broken.count == 0)
  }

  @Test(
    "times are the same instant in every zone and notation",
    arguments: [
      "23/Nov/2026:22:10:05 +0000", "24/Nov/2026:00:10:05 +0200", "23/Nov/2026:16:40:05 -0530",
      "2026-11-23T22:10:05Z", "2026-11-23T22:10:05.999Z", "2026-11-23T23:10:05+01:00", "2026-11-23 22:10:05",
      "2026-11-23T22:10:05,5+0000", "1795471805", "1795471805.999", "1795471805999",
    ])
  func times(text: String) {
    #expect(LogTime.any(Substring(text)) == 1_795_471_805)
    #expect(LogTime.text(of: 1_795_471_805) == "2026-11-23T22:10:05Z")
  }

  @Test(
    "what is no time is not taken for one",
    arguments: [
      "", "-", "yesterday", "30/Feb/2026:22:10:05 +0000", "23/Nov/2026:24:10:05 +0000", "23/Nov/2026:22:10:05",
      "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-23T22:10Z", "-5", "nan", "0.304", "1234",
    ])
  func noTimes(text: String) {
    #expect(LogTime.any(Substring(text)) == nil)
  }

  @Test("lines may be out of order and go over days and years")
  func order() throws {
    let log = [
      AccessLogs.line(at: "01/Jan/2027:00:00:01 +0000"), AccessLogs.line(at: "31/Dec/2026:23:59:58 +0000"),
      AccessLogs.line(at: "01/Jan/2027:00:00:01 +0000"), AccessLogs.line(at: "01/Jan/2027:01:00:00 +0100"),
    ]

    let traffic = try AccessLogs.traffic(log.joined(separator: "\n"))

    #expect(traffic.counts == [1, 0, 1, 2])
  }

  @Test(
    "what servers escape and what a URL cannot hold is encoded; host and fragment are dropped",
    arguments: [
      ("GET /caf\\xC3\\xA9 HTTP/1.1", "/caf%C3%A9"), ("GET /{{env HOME}} HTTP/1.1", nil),
      ("GET /{{uuid}} HTTP/1.1", "/%7B%7Buuid%7D%7D"), ("GET http://shop.example/a?b=1 HTTP/1.1", "/a?b=1"),
      ("GET http://shop.example HTTP/1.0", "/"), ("GET /a#b HTTP/1.1", "/a"), ("GET /say\\x22hi\\x22", "/say%22hi%22"),
      ("OPTIONS * HTTP/1.1", nil), ("CONNECT shop.example:443 HTTP/1.1", nil), ("\\x16\\x03\\x01", nil), ("-", nil),
    ] as [(String, String?)])
  func targets(request: String, expected: String?) {
    #expect((try? RequestLine.parse(request).target) == expected)
  }

  @Test("a quote in a request or a bracket in a user's name does not end it")
  func quotes() throws {
    let log = """
      10.1.2.3 - [admin] [23/Nov/2026:22:00:00 +0000] "GET /a\\"b HTTP/1.1" 200 5 "-" "x" rt=0.004 uct="0.001"
      """

    let traffic = try AccessLogs.traffic(log)

    #expect(traffic.routes.keys.map(\.shape) == [PathShape(segments: [.fixed("a%22b")])])
  }

  @Test(
    "JSON lines of common servers are read",
    arguments: [
      (#"{"ts":1795471805.2,"request":{"method":"GET","uri":"/a?b=1","host":"h"},"status":200}"#, "caddy"),
      (
        #"{"time":"2026-11-23T22:10:05Z","RequestMethod":"GET","RequestPath":"/a?b=1","DownstreamStatus":200}"#,
        "traefik"
      ),
      (#"{"msec":"1795471805.200","request":"GET /a?b=1 HTTP/1.1","status":"200"}"#, "nginx"),
      (#"{"@timestamp":"2026-11-23T22:10:05Z","request_method":"GET","uri":"/a","args":"b=1","status":200}"#, "nginx"),
      (#"{"start_time":"2026-11-23T22:10:05.1Z","method":"GET","path":"/a?b=1","response_code":200}"#, "envoy"),
    ])
  func jsonNames(line: String, server: String) throws {
    var used: Set<String> = []

    let request = try JSONLogLine.parse(Substring(line), used: &used)

    #expect(request == LoggedRequest(second: 1_795_471_805, method: "GET", target: "/a?b=1", status: 200), "\(server)")
    #expect(used.count >= 3)
  }

  @Test("lines that are not understood are counted, and the first three are told with their numbers")
  func brokenLines() throws {
    var lines = Array(repeating: AccessLogs.line(), count: 10)
    for index in [2, 4, 6, 8] { lines[index] = "torn off" }
    lines[9] = AccessLogs.line("PROPFIND /dav HTTP/1.1")

    let traffic = try AccessLogs.traffic(lines.joined(separator: "\r\n") + "\r\n\r\n")

    #expect(traffic.total == 5)
    #expect(traffic.broken.count == 4)
    #expect(traffic.broken.first.map(\.line) == [3, 5, 7])
    #expect(traffic.unreplayable.first.map(\.line) == [10])
  }

  @Test("a log with more broken lines than others is refused, and one with as many is not")
  func mostlyBroken() throws {
    let good = Array(repeating: AccessLogs.line(), count: 3)
    let bad = ["no", "no", "no"]

    #expect(try AccessLogs.traffic((good + bad).joined(separator: "\n")).total == 3)
    let problem = try #require(throws: TrafficProblem.self) {
      try AccessLogs.traffic((good + bad + ["no"]).joined(separator: "\n"))
    }
    #expect(problem.line == 4)
    #expect(problem.reason.hasPrefix("4 of 7 lines are not nginx combined; line 4: there is no time in brackets"))
  }

  @Test("an unknown format is refused with the line")
  func unknownFormat() throws {
    let problem = try #require(throws: TrafficProblem.self) { try AccessLogs.traffic("Nov 23 kernel: hello") }

    #expect(problem.line == 1)
    #expect(problem.reason.contains("\"Nov 23 kernel: hello\""))
  }

  @Test("an empty log is refused", arguments: ["", "\n\n"])
  func empty(text: String) throws {
    let problem = try #require(throws: TrafficProblem.self) { try AccessLogs.traffic(text) }

    #expect(problem.reason == "the log is empty")
  }

  @Test("a log over months, as one line with a wrong year makes it, is refused before it takes memory")
  func tooLong() throws {
    let log = [AccessLogs.line(at: "01/Jan/1970:00:00:01 +0000"), AccessLogs.line()].joined(separator: "\n")

    let problem = try #require(throws: TrafficProblem.self) { try AccessLogs.traffic(log) }

    #expect(problem.reason.contains("from 1970-01-01T00:00:01Z to 2026-11-23T22:00:00Z"))
  }

  @Test("more routes than are told apart leave the frequent ones")
  func manyRoutes() throws {
    var reading = AccessLogReading()
    for index in 0..<(AccessLogReading.mostRoutes + 1000) {
      try reading.add(line: Substring(AccessLogs.line("GET /slug-\(index) HTTP/1.1")))
      if index % 100 == 0 { try reading.add(line: Substring(AccessLogs.line("GET /home HTTP/1.1"))) }
    }

    let traffic = try reading.traffic()

    #expect(traffic.routes.count <= AccessLogReading.mostRoutes)
    #expect(traffic.routes.values.reduce(0) { $0 + $1.count } + traffic.unrouted == traffic.total)
    #expect(traffic.routes.values.map(\.count).max() == 210)
  }
}
