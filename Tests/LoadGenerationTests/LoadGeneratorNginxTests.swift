import Arrivals
import Curl
import Foundation
import LoadFacts
import LoadGeneration
import Statistics
import Synchronization
import TestServers
import Testing
import Units

/// Collects the snapshots of a run.
final class SnapshotLog: Sendable {
  private let snapshots = Mutex<[LoadSnapshot]>([])

  func append(_ snapshot: LoadSnapshot) {
    snapshots.withLock { $0.append(snapshot) }
  }

  var all: [LoadSnapshot] { snapshots.withLock { $0 } }
  var tallies: [LoadInterval] { all.flatMap(\.intervals) }
  var failures: [FailedRequest] { all.flatMap(\.failures) }
  var outcomes: [OutcomeTally] { tallies.flatMap(\.outcomes) }

  /// Requests by route and outcome.
  var counts: [String: Int] {
    var counts: [String: Int] = [:]
    for tally in tallies {
      for outcome in tally.outcomes { counts["\(tally.route) \(outcome.outcome)", default: 0] += outcome.completed }
    }
    return counts
  }

  func histogram(_ part: KeyPath<OutcomeTally, LatencyHistogram>) -> LatencyHistogram {
    outcomes.reduce(into: LatencyHistogram()) { $0.merge($1[keyPath: part]) }
  }
}

func constant(_ rate: Double, for duration: Duration, _ process: ArrivalProcess = .uniform) throws -> ArrivalSchedule {
  ArrivalSchedule(
    phases: [LoadPhase(name: "steady", duration: duration, rate: try Rate(perSecond: rate))], process: process)
}

/// Offered requests equal the sum over outcomes, in each interval and route and in the summary.
func expectConservation(_ log: SnapshotLog, _ summary: LoadSummary) {
  var offered: [String: Int] = [:]
  var ended: [String: Int] = [:]
  for tally in log.tallies {
    let key = "interval from \(tally.start) route \(tally.route)"
    offered[key, default: 0] += tally.offered
    ended[key, default: 0] += tally.outcomes.reduce(0) { $0 + $1.completed }
  }
  #expect(offered == ended)
  #expect(summary.offered == summary.completed)
  #expect(summary.offered == offered.values.reduce(0, +))
  #expect(summary.dropped == log.tallies.reduce(0) { $0 + $1.dropped })
}

@Suite("Load against nginx", .serialized, .timeLimit(.minutes(10)))
struct LoadGeneratorNginxTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let version: HTTPVersion
    let process: ArrivalProcess
    let workers: Int
    var testDescription: String { "HTTP/\(version.rawValue), \(process), \(workers) workers" }
  }

  @Test(
    "counts by route and status are those of the access log",
    arguments: [
      Case(version: .http1_1, process: .uniform, workers: 1),
      Case(version: .http1_1, process: .poisson(seed: 5), workers: 2),
      Case(version: .http2, process: .uniform, workers: 2),
      Case(version: .http2, process: .poisson(seed: 6), workers: 1),
    ])
  func countsEqualAccessLog(_ given: Case) async throws {
    let nginx = try NginxServer()
    let paths = ["/ok", "/missing", "/busy", "/moved"]
    let weights = [5, 2, 2, 1]
    let schedule = try constant(2000, for: .seconds(2), given.process)
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: given.version == .http2 ? nginx.tlsURL : nginx.url, httpVersion: given.version,
        tls: TLSSettings(authority: .file(nginx.authorityFile)),
        routes: zip(paths, weights).map { Route(name: $0, weight: $1, path: RequestText($0)) }, schedule: schedule,
        interval: .milliseconds(250), maxLateness: .seconds(30), workers: given.workers))
    let log = SnapshotLog()

    let summary = try await generator.run { log.append($0) }

    var expected: [String: Int] = [:]
    for line in try nginx.stopAndReadLog() {
      expected["\(line[1]) \(line[2])", default: 0] += 1
      #expect(line[3] == (given.version == .http2 ? "HTTP/2.0" : "HTTP/1.1"))
    }
    #expect(log.counts == expected)
    let planned = Array(schedule.arrivals())
    #expect(summary.offered == planned.count)
    #expect(summary.sent == planned.count)
    for (route, weight) in zip(paths, weights) {
      let offered = log.tallies.filter { $0.route == route }.reduce(0) { $0 + $1.offered }
      #expect(abs(offered - planned.count * weight / 10) <= 2, "\(route)")
    }
    for interval in 0..<8 {
      let due = planned.filter { $0.due / 250_000_000 == interval }.count
      #expect(log.tallies.filter { $0.start == .milliseconds(250 * interval) }.reduce(0) { $0 + $1.offered } == due)
    }
    expectConservation(log, summary)
    let failed = log.counts.filter { $0.key.hasSuffix("404") || $0.key.hasSuffix("503") }.values.reduce(0, +)
    #expect(summary.failed == failed)
    #expect(log.histogram(\.fromDue).count == planned.count)
    #expect(log.histogram(\.fromSend).count == planned.count)
  }

  @Test("expected statuses decide what has failed; versions and pods are read from headers")
  func attribution() async throws {
    let nginx = try NginxServer()
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: nginx.url,
        routes: [
          Route(name: "pod", path: "/pod", expectedStatuses: [204]),
          Route(name: "missing", path: "/missing", expectedStatuses: [404]),
        ], schedule: try constant(200, for: .seconds(1)), maxLateness: .seconds(30), podHeader: "X-Pod",
        versionHeader: "x-version", failureSamplesPerInterval: 3))
    let log = SnapshotLog()

    let summary = try await generator.run { log.append($0) }

    #expect(log.counts == ["pod 200": 100, "missing 404": 100])
    #expect(summary.failed == 100)
    for tally in log.tallies {
      #expect(tally.outcomes.allSatisfy { $0.failed == (tally.route == "pod") })
      #expect(tally.outcomes.allSatisfy { $0.version == (tally.route == "pod" ? "v2" : nil) })
    }
    #expect(log.outcomes.first { $0.outcome == "200" }.map { $0.bytes == 4 * $0.completed } == true)
    let sample = try #require(log.failures.first)
    #expect((3...6).contains(log.failures.count))
    #expect(sample.pod == "pod-7" && sample.version == "v2" && sample.status == 200)
    #expect(sample.remoteAddress == "127.0.0.1:\(nginx.port)")
    #expect(sample.localPort ?? 0 > 0 && sample.curlCode == nil)
    #expect(try sample.due <= #require(sample.sent) && #require(sample.sent) < sample.completed)
  }

  @Test("connections are reused, and counted")
  func reuse() async throws {
    let nginx = try NginxServer()
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: nginx.url, routes: [Route(name: "ok", path: "/ok")], schedule: try constant(500, for: .seconds(1)),
        maxInFlight: 8, maxLateness: .seconds(30)))
    let log = SnapshotLog()

    _ = try await generator.run { log.append($0) }

    let tallies = log.all.flatMap(\.connections)
    let opened = tallies.reduce(0) { $0 + $1.opened }
    let reused = tallies.reduce(0) { $0 + $1.reused }
    let connections = Set(try nginx.stopAndReadLog().map { $0[4] }).count
    #expect(opened == connections)
    #expect((1...8).contains(opened))
    #expect(opened + reused == 500)
    #expect(tallies.allSatisfy { $0.address == "127.0.0.1:\(nginx.port)" && $0.closedByPeer == 0 })
  }

  @Test("nginx has all of its workers as soon as a test has the server", arguments: 1...5)
  func workersAreThere(count: Int) throws {
    #expect(try NginxServer(workers: count).workerProcesses().count == count)
  }

  @Test("a server that freezes shows in the latency from the due instant, where the latency from sending hides it")
  func frozenServer() async throws {
    let nginx = try NginxServer()
    let worker = try #require(try nginx.workerProcesses().first)
    // Four places in flight: while the server is frozen, the requests after the first four wait in the queue.
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: nginx.url, routes: [Route(name: "ok", path: "/ok")], schedule: try constant(1000, for: .seconds(6)),
        interval: .milliseconds(200), maxInFlight: 4, maxLateness: .seconds(30)))
    let log = SnapshotLog()
    let isFrozen = Atomic(false)

    let summary = try await generator.run { snapshot in
      log.append(snapshot)
      if snapshot.generator.contains(where: { $0.end >= .milliseconds(800) }),
        !isFrozen.exchange(true, ordering: .relaxed)
      {
        kill(worker, SIGSTOP)
        DispatchQueue.global().asyncAfter(deadline: .now() + 2) { kill(worker, SIGCONT) }
      }
    }

    let wasFrozen = isFrozen.load(ordering: .relaxed)
    #expect(wasFrozen)
    expectConservation(log, summary)
    #expect(summary.dropped == 0 && summary.failed == 0)
    // 2,000 of the 6,000 were due while it was frozen, evenly. So the slowest 3 % waited for at least 1.8 s.
    #expect(try #require(log.histogram(\.fromDue).quantile(0.97)) > .milliseconds(1750))
    #expect(try #require(log.histogram(\.fromDue).maximum) > .milliseconds(1950))
    // Only four were sent before it froze and answered after.
    #expect(
      try #require(log.histogram(\.fromSend).quantile(0.97)) * 2 < #require(log.histogram(\.fromDue).quantile(0.97)))
    #expect(try #require(log.histogram(\.fromSend).maximum) > .milliseconds(1950))
    #expect(summary.late > 1900)
  }

  @Test("methods, headers, bodies and paths that differ from request to request arrive as they should")
  func rendering() async throws {
    let heads = Mutex<[String]>([])
    let server = try ScriptedServer { connection in
      while let head = connection.readRequestHead() {
        heads.withLock { $0.append(head) }
        let length = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }?.dropFirst(16)
        let body = connection.read(Int(length ?? "0") ?? 0)
        heads.withLock { $0[$0.count - 1] += body }
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      }
    }
    let plan = LoadPlan(
      baseURL: server.url,
      routes: [
        Route(
          name: "list",
          path: RequestText([.literal("/items?page="), .integer(in: 1...50), .literal("&n="), .sequenceNumber]),
          headers: [("X-Id", RequestText([.uuid]))]),
        Route(
          name: "order", method: "POST", path: "/orders", headers: [("Content-Type", "application/json")],
          body: RequestText([.literal("{\"sku\": \""), .oneOf(["a b", "c"]), .literal("\"}")])),
        Route(name: "remove", method: "DELETE", path: RequestText([.literal("/orders/"), .oneOf(["a/b"])])),
        Route(name: "head", method: "HEAD", path: "/orders"),
      ], schedule: try constant(40, for: .seconds(1)), maxInFlight: 1, maxLateness: .seconds(30), seed: 7,
      userAgent: "test/1")

    var runs: [[String]] = []
    for _ in 0..<2 {
      let summary = try await LoadGenerator(plan: plan).run { _ in }
      #expect(summary.failed == 0)
      runs.append(
        heads.withLock { heads in
          defer { heads = [] }
          return heads.sorted()
        })
    }

    #expect(runs[0] == runs[1], "the same seed gives the same requests")
    let list = runs[0].filter { $0.hasPrefix("GET ") }
    #expect(list.count == 10)
    #expect(
      try list.allSatisfy {
        try #/^GET /items\?page=([1-9]|[1-4][0-9]|50)&n=[0-9]+ HTTP/1.1\r\n/#.prefixMatch(in: $0) != nil
      })
    #expect(
      try list.allSatisfy {
        try #/X-Id: [0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}\r\n/#.firstMatch(in: $0) != nil
      })
    #expect(Set(list).count == 10)
    let orders = runs[0].filter { $0.hasPrefix("POST /orders ") }
    #expect(orders.count == 10)
    #expect(orders.allSatisfy { $0.hasSuffix("{\"sku\": \"a b\"}") || $0.hasSuffix("{\"sku\": \"c\"}") })
    #expect(
      orders.allSatisfy { $0.contains("Content-Type: application/json\r\n") && $0.contains("User-Agent: test/1") })
    #expect(runs[0].count { $0.hasPrefix("DELETE /orders/a%2Fb HTTP/1.1\r\n") } == 10)
    #expect(runs[0].count { $0.hasPrefix("HEAD /orders HTTP/1.1\r\n") && !$0.contains("Content-Length") } == 10)
  }
}
