import Arrivals
import Foundation
import Testing
import Units

@testable import TrafficReplay

@Suite("Nothing in an access log is silently misread")
struct MisreadLogTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Resources/cases").standardizedFileURL

  @Test("nginx' JSON with its default escaping has every request, and what was escaped is read back")
  func escapes() throws {
    let text = try String(
      contentsOf: Self.folder.appending(path: "json-logs/nginx-escape-default.json"), encoding: .utf8)

    let traffic = try AccessLogs.traffic(text)
    let replay = try ReplayProfile(traffic, options: ReplayOptions(name: "replay"))

    #expect(traffic.total == 10)
    #expect(traffic.broken.count == 0)
    #expect(traffic.counts == Array(repeating: 1, count: 10))
    #expect(replay.routes.map(\.path) == ["/list", "/q?name=%22bob%22"])
  }

  @Test(
    "every byte that nginx escapes in JSON is the byte that the client sent", arguments: Array(UInt8.min...UInt8.max))
  func everyByte(byte: UInt8) throws {
    let digits = String(byte, radix: 16, uppercase: true)
    let escape = "\\x" + (digits.count == 1 ? "0" : "") + digits
    let line =
      #"{"time_iso8601":"2026-11-23T22:10:05Z","request_method":"GET","request_uri":"/a"# + escape
      + #"","status":200}"#
    var used: Set<String> = []

    let request = try JSONLogLine.parse(Substring(line), used: &used)

    let decoded = request.target.removingPercentEncoding.map { Array($0.utf8) }
    // A fragment is never sent, and what is encoded already stays so.
    if byte < 0x80, !"#%".utf8.contains(byte) {
      #expect(decoded == Array("/a".utf8) + [byte])
    } else if byte >= 0x80 {
      #expect(request.target == "/a%\(digits)")
    }
  }

  @Test(
    "the time is when the request came, and a number that is no time is passed over",
    arguments: [
      #"{"StartUTC":"2026-11-23T22:10:05.9Z","time":"2026-11-23T22:10:35Z","RequestMethod":"GET","RequestPath":"/a","DownstreamStatus":200}"#,
      #"{"time":0.304,"ts":1795471805.2,"request":"GET /a HTTP/1.1","status":200}"#,
      #"{"timestamp":17,"time_local":"23/Nov/2026:22:10:05 +0000","request":"GET /a HTTP/1.1","status":"200"}"#,
    ])
  func arrival(line: String) throws {
    var used: Set<String> = []

    let request = try JSONLogLine.parse(Substring(line), used: &used)

    #expect(request == LoggedRequest(second: 1_795_471_805, method: "GET", target: "/a", status: 200))
  }

  @Test("a number in brackets that is a process is not the time")
  func process() throws {
    let traffic = try AccessLogs.traffic("[1234] \(AccessLogs.line())\n[1795471805x] \(AccessLogs.line())")

    #expect(LogTime.text(of: traffic.start) == "2026-11-23T22:00:00Z")
  }

  @Test("Traefik's common log is read")
  func traefik() throws {
    let log = """
      192.168.1.7 - - [23/Nov/2026:22:00:00 +0000] "GET /whoami?x=1 HTTP/1.1" 200 459 "-" "-" 12 "whoami@docker" "http://172.20.0.2:80" 3ms
      192.168.1.7 - - [23/Nov/2026:22:00:01 +0000] "GET /gone HTTP/2.0" 404 19 "-" "-" 13 "-" "-" 0ms
      """

    let traffic = try AccessLogs.traffic(log)

    #expect(traffic.counts == [1, 1])
    #expect(traffic.routes.values.flatMap(\.statuses.keys).sorted() == [200, 404])
  }

  @Test(
    "what a profile cannot send is left out by its cause",
    arguments: [
      (AccessLogs.line("GET /chat HTTP/1.1", status: 101), LeftOutCause.webSocket),
      (#"{"ts":1795471805,"method":"GET","uri":"/chat","status":101}"#, .webSocket),
      (
        "wss 2026-11-23T22:00:00.1Z app/b/5 1.2.3.4:1 10.0.0.1:80 0 0 0 101 101 1 2 \"GET wss://a.b:443/c HTTP/1.1\"",
        .webSocket
      ),
      (AccessLogs.line("POST /shop.v1.Cart/Add HTTP/2.0"), .gRPC),
      ("1.2.3.4 - - [23/Nov/2026:22:00:00 +0000] \"POST /Cart/Add HTTP/2.0\" 200 5 \"-\" \"grpc-go/1.60.0\"", .gRPC),
      (#"{"ts":1795471805,"method":"POST","uri":"/Cart/Add","status":200,"user_agent":"grpc-java-netty/1.6"}"#, .gRPC),
      (
        #"{"ts":1795471805,"method":"POST","uri":"/Cart/Add","status":200,"content_type":"application/grpc+proto"}"#,
        .gRPC
      ),
      (
        "grpcs 2026-11-23T22:00:00.1Z app/b/5 1.2.3.4:1 10.0.0.1:80 0 0 0 200 200 1 2 \"POST https://a.b:443/c HTTP/2.0\"",
        .gRPC
      ),
      (AccessLogs.line("PROPFIND /dav HTTP/1.1"), .method), (AccessLogs.line("-", status: 408), .noRequest),
      (AccessLogs.line("", status: 400), .noRequest), (AccessLogs.line("\\x16\\x03\\x01", status: 400), .notHTTP),
      (AccessLogs.line("OPTIONS * HTTP/1.1"), .noPath),
    ])
  func leftOut(line: String, cause: LeftOutCause) throws {
    let request =
      line.hasPrefix("{")
      ? #"{"ts":1795471805,"method":"GET","uri":"/a","status":200}"#
      : line.contains("2026-11-23T")
        ? "http 2026-11-23T22:00:00.1Z app/b/5 1.2.3.4:1 10.0.0.1:80 0 0 0 200 200 1 2 \"GET http://a.b:80/c HTTP/1.1\""
        : AccessLogs.line()

    let traffic = try AccessLogs.traffic([request, line].joined(separator: "\n"))
    let replay = try ReplayProfile(traffic, options: ReplayOptions(name: "replay"))

    #expect(traffic.total == 1)
    #expect(traffic.leftOut == [cause: 1])
    #expect(replay.report.contains("            \(cause.counted(1))"))
  }

  @Test(
    "columns in another order are refused, and the column that looks wrong is named",
    arguments: [
      // bytes before the status
      (
        ["\"GET /a HTTP/1.1\" 512 200", "\"GET /a HTTP/1.1\" 301 404", "\"GET /a HTTP/1.1\" 377 200"],
        "the column after the request"
      ),
      (
        ["\"GET /a HTTP/1.1\" 77 200", "\"GET /a HTTP/1.1\" 1301 404", "\"GET /a HTTP/1.1\" 200 200"],
        "the column after the request"
      ),
      // the status before the request
      (
        ["200 \"GET /a HTTP/1.1\" 512", "200 \"GET /a HTTP/1.1\" 613", "404 \"GET /a HTTP/1.1\" 155"],
        "the column after the request"
      ),
      // how long it took after the request
      (["\"GET /a HTTP/1.1\" 0.304 200 5", "\"GET /a HTTP/1.1\" 0.004 200 5"], "the column after the request"),
      // the host or the referer before the request
      (["\"shop.example\" \"GET /a HTTP/1.1\" 200 5"], "the first text in quotes after the time"),
      (["\"https://shop.example/a b\" \"GET /a HTTP/1.1\" 200 5"], "the first text in quotes after the time"),
      (["\"shop.example\" 200 \"GET /a HTTP/1.1\" 5"], "the first column in quotes after the time"),
    ])
  func order(columns: [String], named: String) throws {
    let log = columns.map { "10.1.2.3 - - [23/Nov/2026:22:00:00 +0000] \($0) \"-\" \"curl/7.88\"" }

    let problem = try #require(throws: TrafficProblem.self) { try AccessLogs.traffic(log.joined(separator: "\n")) }

    #expect(problem.reason.contains(named), "\(problem.reason)")
    #expect(problem.reason.contains(CombinedLogLine.order), "\(problem.reason)")
  }

  @Test("a status that only one server has, and bytes that look like one, are no other order")
  func unusualStatuses() throws {
    var lines = (0..<100).map { "10.1.2.3 - - [23/Nov/2026:22:00:00 +0000] \"GET /a HTTP/1.1\" 200 \(200 + $0)" }
    lines += (0..<4).map { _ in "10.1.2.3 - - [23/Nov/2026:22:00:00 +0000] \"GET /a HTTP/1.1\" 555 200" }
    lines.append("10.1.2.3 - - [23/Nov/2026:22:00:00 +0000] \"GET /a HTTP/1.1\" 000 0")

    #expect(try AccessLogs.traffic(lines.joined(separator: "\n")).total == 105)
  }

  @Test("a status that is none is named, and never taken for a log without statuses")
  func noStatus() throws {
    let log = [#"{"ts":1795471805,"request":"GET /a HTTP/1.1","status":"OK"}"#]

    let problem = try #require(throws: TrafficProblem.self) { try AccessLogs.traffic(log.joined()) }

    #expect(problem.reason.contains("status is not an HTTP status: \"OK\""))
  }

  @Test(
    "what container runtimes and kubectl put around lines is taken off",
    arguments: [
      (#"{"log":"LINE\n","stream":"stdout","time":"2026-11-23T22:00:09.1Z"}"#, "Docker's json-file"),
      (#"{"log":"LINE","stream":"stdout","time":"2026-11-23T22:00:09.1Z"}"#, "Docker's json-file"),
      ("2026-11-23T22:00:09.123456789Z stdout F LINE", "the log format of CRI"),
      ("2026-11-23T22:00:09.123456789+01:00 stderr F LINE", "the log format of CRI"),
      ("2026-11-23T22:00:09.123456789Z LINE", "kubectl's --timestamps"),
      ("[pod/web-7d4b9/nginx] LINE", "kubectl's --prefix"),
      ("[pod/web-7d4b9/nginx] 2026-11-23T22:00:09.123456789Z LINE", "kubectl's --prefix and kubectl's --timestamps"),
    ])
  func wrapped(wrapping: String, name: String) throws {
    for line in [AccessLogs.line(), #"{"ts":1795471200,"method":"GET","uri":"/","status":200}"#] {
      let isJSON = wrapping.hasPrefix("{")
      let inner = isJSON ? line.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") : line

      let traffic = try AccessLogs.traffic(wrapping.replacing("LINE", with: inner))
      let replay = try ReplayProfile(traffic, options: ReplayOptions(name: "replay"))

      #expect(traffic.total == 1)
      #expect(LogTime.text(of: traffic.start) == "2026-11-23T22:00:00Z")
      #expect(replay.report.contains("          taken out of \(name)"))
    }
  }

  @Test("lines that a container runtime cut are put together again, each of its own stream")
  func parts() throws {
    let agent = String(repeating: "x", count: 40_000)
    let line = AccessLogs.line("GET /long HTTP/1.1") + agent
    let cuts = [line.prefix(16_384), line.dropFirst(16_384).prefix(16_384), line.dropFirst(32_768)].map(String.init)
    func docker(_ text: String, _ stream: String) throws -> String {
      let object = ["log": text, "stream": stream, "time": "2026-11-23T22:00:09.1Z"]
      return #"{"log":"# + String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
        + #","stream":"\#(stream)","time":"\#(object["time"] ?? "")"}"#
    }
    let docker = try [
      docker(cuts[0], "stdout"), docker(AccessLogs.line() + "\n", "stderr"), docker(cuts[1], "stdout"),
      docker(cuts[2] + "\n", "stdout"),
    ]
    let cri = [
      "2026-11-23T22:00:09.1Z stdout P \(cuts[0])", "2026-11-23T22:00:09.1Z stderr F \(AccessLogs.line())",
      "2026-11-23T22:00:09.1Z stdout P \(cuts[1])", "2026-11-23T22:00:09.1Z stdout F \(cuts[2])",
    ]

    for log in [docker, cri] {
      let traffic = try AccessLogs.traffic(log.joined(separator: "\n"))
      let cutShort = try AccessLogs.traffic(log.dropLast().joined(separator: "\n"))

      #expect(traffic.total == 2)
      #expect(traffic.broken.count == 0)
      #expect(cutShort.total == 2, "its last line ends within the user agent")
    }
  }

  @Test(
    "JSON that is not one object a line is refused with what to do",
    arguments: [
      ("[{\"ts\":1795471805,\"request\":\"GET /a HTTP/1.1\"}]", "jq -c '.[]'"),
      ("[\n  {\n    \"ts\": 1", "jq -c '.[]'"),
      ("{\n  \"ts\": 1795471805,\n", "jq -c ."), ("[\"GET /\"]", "jq -r '.[]'"), ("[[1], [2]]", "one JSON array"),
      ("[]", "one JSON array"),
    ])
  func otherJSON(text: String, advice: String) throws {
    let problem = try #require(throws: TrafficProblem.self) { try AccessLogs.traffic(text) }

    #expect(problem.reason.contains(advice))
    #expect(problem.line == 1)
  }

  @Test(
    "every second has the requests of the log exactly when the report says so",
    arguments: 1...60 as ClosedRange<UInt64>)
  func sentence(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let peak = [2, 9, 60, 400][Int(random.next() % 4)]
    var counts = (0..<Int(2 + random.next() % 90)).map { _ in
      random.next() % 3 == 0 ? 0 : Int(random.next() % UInt64(peak))
    }
    counts[0] = 1
    counts[counts.count - 1] = 1
    var lines = AccessLogs.lines(counts)
    if random.next() % 3 == 0 { lines += "\n" + AccessLogs.line("GET /chat HTTP/1.1", status: 101) }
    if random.next() % 3 == 0 { lines += "\ntorn off" }
    let options = ReplayOptions(name: "replay", resolution: [nil, 1, 2, 7][Int(random.next() % 4)])

    let traffic = try AccessLogs.traffic(lines)
    let replay = try ReplayProfile(traffic, options: options)
    let planned = try AccessLogs.plannedPerSecond(replay, seconds: counts.count)

    let isWhole = traffic.broken.count == 0 && traffic.unreplayable.count == 0
    #expect(
      replay.report.contains("          every second has the requests of the log") == (planned == counts && isWhole))
    #expect(
      replay.report.contains { $0.contains("every second has the requests of the log but for") }
        == (planned == counts && !isWhole))
    #expect(traffic.counts == counts)
    if options.resolution == 1 { #expect(planned == counts) }
  }

  @Test(
    "a log with any byte changed is read or refused, and never ends the program",
    arguments: 1...20 as ClosedRange<UInt64>)
  func mutated(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for testCase in AnonymityCase.all.prefix(80) {
      var bytes = Array(testCase.log.utf8)
      for _ in 0...(random.next() % 3) {
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 3 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: place)
        default: bytes.insert(Array(#"{}[]":/\x%-9"#.utf8)[Int(random.next() % 11)], at: place)
        }
      }
      // Either is right; what counts is to be still here.
      let traffic = try? AccessLogs.traffic(String(decoding: bytes, as: UTF8.self))
      _ = traffic.flatMap { try? ReplayProfile($0, options: ReplayOptions(name: "replay", anonymise: true)) }
    }
  }

  @Test(
    "with letters in place of words, neither the profile nor the report nor a reason has a word of the log",
    arguments: AnonymityCase.all)
  func anonymity(testCase: AnonymityCase) throws {
    let secret = AnonymityCase.secret
    var told: [String] = []
    do {
      let traffic = try AccessLogs.traffic(testCase.log, anonymised: true)
      told += (traffic.broken.first + traffic.unreplayable.first).map(\.reason)
      let replay = try ReplayProfile(traffic, options: ReplayOptions(name: "replay", anonymise: true))
      told += replay.report + [replay.text]
    } catch let problem as TrafficProblem {
      told.append(problem.reason)
    }

    #expect(!told.isEmpty)
    for text in told { #expect(!text.contains(secret), "\(text)") }
  }
}

/// A log with a secret in one place, between lines that are whole or alone.
struct AnonymityCase: Sendable, CustomTestStringConvertible {
  static let secret = "s3cr3t"

  let log: String
  let testDescription: String

  static let all: [AnonymityCase] = {
    let lines = [
      #"10.1.2.3 - frank [23/Nov/2026:22:00:00 +0000] "GET /a/b?c=d HTTP/1.1" 200 512 "https://r/x" "curl/7.88""#,
      #"{"time_iso8601":"2026-11-23T22:00:00Z","host":"h","request":"GET /a/b?c=d HTTP/1.1","status":"200","agent":"x"}"#,
      #"{"ts":"2026-11-23T22:00:00Z","method":"GET","uri":"/a/b","args":"c=d","status":"200","proto":"HTTP/1.1"}"#,
      #"http 2026-11-23T22:00:00.1Z app/b/5 1.2.3.4:1 10.0.0.1:80 0.0 0.0 0.0 200 200 1 2 "GET http://a.b:80/c?d=e HTTP/1.1" "curl" - -"#,
      #"2026-11-23T22:00:00.1Z stdout F 10.1.2.3 - frank [23/Nov/2026:22:00:00 +0000] "GET /a/b HTTP/1.1" 200 512"#,
      #"{"log":"10.1.2.3 - - [23/Nov/2026:22:00:00 +0000] \"GET /a HTTP/1.1\" 200 5\n","stream":"stdout","time":"2026-11-23T22:00:00.1Z"}"#,
      "some other words",
    ]
    return lines.flatMap { line -> [AnonymityCase] in
      let words = line.split(whereSeparator: { " \"=/?:,".contains($0) })
      return words.flatMap { word -> [AnonymityCase] in
        // The name of a query's value is kept, so that a target may still know what it is asked for.
        guard !line.contains("?\(word)="), !line.contains("\"\(word)=") else { return [] }
        let place = word.startIndex..<word.endIndex
        return [secret, "\(word)\(secret)"].flatMap { text -> [AnonymityCase] in
          let changed = line.replacingCharacters(in: place, with: text)
          return [changed, [line, line, line, changed].joined(separator: "\n")].map {
            AnonymityCase(log: $0, testDescription: String($0.suffix(changed.count)))
          }
        }
      }
    }
  }()
}
