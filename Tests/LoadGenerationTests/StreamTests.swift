import Arrivals
import Curl
import Foundation
import LoadDriving
import LoadFacts
import LoadGeneration
import Synchronization
import TestServers
import Testing
import Units

@Suite("Streams side by side", .serialized, .timeLimit(.minutes(10)))
struct StreamTests {
  private func users(_ count: Int, for duration: Duration, think: Duration) -> LoadStream.Model {
    .closed([UserPhase(name: "users", duration: duration, users: count, think: think)])
  }

  @Test("an open and a closed stream each send their own requests, and every one is accounted for")
  func sideBySide() async throws {
    let nginx = try NginxServer()
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: nginx.url, routes: [Route(name: "open", path: "/ok"), Route(name: "closed", path: "/missing")],
        streams: [
          LoadStream(routes: [0], model: .open(try constant(300, for: .seconds(1)))),
          LoadStream(routes: [1], model: users(5, for: .seconds(1), think: .milliseconds(100))),
        ], maxLateness: .seconds(30), workers: 2))
    let log = SnapshotLog()

    let summary = try await generator.run { log.append($0) }

    expectConservation(log, summary)
    #expect(log.counts["0 200"] == 300)
    let closed = try #require(log.counts["1 404"])
    // Each of five users sends at most once per think time.
    #expect((5...50).contains(closed))
    let lines = try nginx.stopAndReadLog()
    #expect(lines.count { $0[1] == "/missing" } == closed)
    #expect(lines.count == 300 + closed)
  }

  @Test("intervals end where the phases do, and hold their requests exactly, of each worker", arguments: [1, 3])
  func phaseEdges(workers: Int) async throws {
    let nginx = try NginxServer()
    let phases = [(20, 140), (60, 140), (111, 333)].map { count, milliseconds in
      LoadPhase(
        name: "\(count)", duration: .milliseconds(milliseconds),
        rate: (try? Rate(perSecond: Double(count) * 1000 / Double(milliseconds))) ?? .zero)
    }
    let edges = [140, 280, 613].map { Duration.milliseconds($0) }
    let intervals = CountingIntervals(edges: edges, length: .milliseconds(100))
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: nginx.url, routes: [Route(name: "ok", path: "/ok")],
        streams: [LoadStream(routes: [0], model: .open(ArrivalSchedule(phases: phases, process: .uniform)))],
        intervals: intervals, maxLateness: .seconds(30), workers: workers))
    let log = SnapshotLog()

    let summary = try await generator.run { log.append($0) }

    expectConservation(log, summary)
    let counts = edges.indices.map { phase in
      log.tallies.filter { intervals.bounds(of: $0.interval).lowerBound >= (phase > 0 ? edges[phase - 1] : .zero) }
        .filter { intervals.bounds(of: $0.interval).upperBound <= edges[phase] }.reduce(0) { $0 + $1.offered }
    }
    #expect(counts == [20, 60, 111])
  }

  @Test("a stop ends the load of users too, although answers are still to come")
  func stopWithUsers() async throws {
    let server = try ScriptedServer { connection in
      while connection.readRequestHead() != nil {
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      }
    }
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: server.url, routes: [Route(name: "ok", path: "/")],
        streams: [LoadStream(routes: [0], model: users(4, for: .seconds(3600), think: .zero))],
        intervals: CountingIntervals(length: .milliseconds(100)), maxLateness: .seconds(30)))
    let log = SnapshotLog()
    let stop = StopSignal()

    let summary = try await generator.run(stop: stop) { snapshot in
      log.append(snapshot)
      stop.stop()
    }

    #expect(summary.stoppedEarly && summary.unfinished == 0)
    expectConservation(log, summary)
    // Users who came back after the stop would go on for the ten seconds of the drain.
    #expect(log.tallies.allSatisfy { $0.interval < 50 })
  }

  @Test("the name given for the server is asked for and checked, and the Host header stays")
  func serverName() async throws {
    let nginx = try NginxServer()
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: nginx.tlsURL.replacing("localhost", with: "127.0.0.1"),
        tls: TLSSettings(authority: .file(nginx.authorityFile), serverName: "api.example.com"),
        routes: [Route(name: "ok", path: "/ok")], schedule: try constant(50, for: .milliseconds(200)),
        maxLateness: .seconds(30)))
    let log = SnapshotLog()

    _ = try await generator.run { log.append($0) }

    #expect(log.counts == ["0 200": 10])
  }

  @Test("an address to connect to holds however the host of the URL is written")
  func connectTo() async throws {
    let nginx = try NginxServer()
    let unused = try UnusedPort()
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: "http://127.1:\(unused.port)", connectTo: ["127.0.0.1:\(nginx.port)"],
        routes: [Route(name: "ok", path: "/ok")], schedule: try constant(50, for: .milliseconds(200)),
        maxLateness: .seconds(30)))
    let log = SnapshotLog()

    _ = try await generator.run { log.append($0) }

    #expect(log.counts == ["0 200": 10])
  }

  @Test("a header without a value is sent as it is")
  func emptyHeader() async throws {
    let heads = Mutex<[String]>([])
    let server = try ScriptedServer { connection in
      while let head = connection.readRequestHead() {
        heads.withLock { $0.append(head) }
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      }
    }
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: server.url, routes: [Route(name: "ok", path: "/", headers: [("X-Empty", ""), ("X-Full", "1")])],
        schedule: try constant(10, for: .milliseconds(200)), maxLateness: .seconds(30)))

    _ = try await generator.run { _ in }

    #expect(heads.withLock { $0.allSatisfy { $0.contains("\r\nX-Empty:") && $0.contains("X-Full: 1\r\n") } })
  }

  @Test("answers are checked for headers, texts, JSON and size; each failed check has its own outcome")
  func checks() async throws {
    let server = try ScriptedServer { connection in
      while connection.readRequestHead() != nil {
        connection.write(
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"id\": [7]}")
      }
    }
    func route(_ name: String, _ checks: ResponseChecks) -> Route { Route(name: name, path: "/", checks: checks) }
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: server.url,
        routes: [
          route(
            "sound",
            ResponseChecks(
              headers: [(HeaderName("content-type"), "application/json")], bodyContains: ["id"],
              json: [("/id/0", "7")], maximumSize: 11)),
          route("header", ResponseChecks(headers: [(HeaderName("X-Cache"), "HIT")])),
          route("text", ResponseChecks(bodyContains: ["name"])),
          route("json", ResponseChecks(json: [("/id", "7")])),
          route("size", ResponseChecks(maximumSize: 10)),
        ], schedule: try constant(100, for: .milliseconds(500)), maxLateness: .seconds(30)))
    let log = SnapshotLog()

    let summary = try await generator.run { log.append($0) }

    #expect(
      log.counts == [
        "0 200": 10, "1 check failed: header": 10, "2 check failed: body": 10, "3 check failed: json": 10,
        "4 check failed: size": 10,
      ])
    #expect(summary.failed == 40)
    #expect(log.failures.allSatisfy { $0.status == 200 })
  }
}
