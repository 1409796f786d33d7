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

@Suite("Load against servers that fail", .serialized, .timeLimit(.minutes(10)))
struct LoadGeneratorFailureTests {
  @Test("connection refused is counted at the planned rate, with the system's error")
  func refused() async throws {
    let unused = try UnusedPort()
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: "http://127.0.0.1:\(unused.port)", drainTimeout: .seconds(300),
        routes: [Route(name: "ok", path: "/ok")],
        schedule: try constant(300, for: .seconds(1)), maxLateness: .seconds(30), failureSamplesPerInterval: 4))
    let log = SnapshotLog()

    let summary = try await generator.run { log.append($0) }

    #expect(log.counts == ["ok connect refused": 300])
    #expect(summary.failed == 300)
    expectConservation(log, summary)
    #expect((4...8).contains(log.failures.count))
    #expect(log.failures.allSatisfy { $0.curlCode == 7 && $0.systemError == Int(ECONNREFUSED) && $0.status == nil })
  }

  @Test("a stop ends the offering at once and waits for what is in flight")
  func stop() async throws {
    let server = try ScriptedServer { connection in
      while connection.readRequestHead() != nil {
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      }
    }
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: server.url, routes: [Route(name: "ok", path: "/")], schedule: try constant(100, for: .seconds(3600)),
        interval: .milliseconds(100), maxLateness: .seconds(30), workers: 2))
    let log = SnapshotLog()
    let stop = StopSignal()

    let summary = try await generator.run(stop: stop) { snapshot in
      log.append(snapshot)
      if snapshot.generator.contains(where: { $0.end >= .milliseconds(300) }) { stop.stop() }
    }

    #expect(summary.stoppedEarly)
    #expect(summary.offered < 3600 && summary.offered >= 28)
    // What was due at that moment may have waited for its turn.
    #expect(Set(log.counts.keys).subtracting(["ok stopped"]) == ["ok 200"])
    expectConservation(log, summary)
  }

  @Test("cancelling the task stops the load and still gives the summary")
  func cancellation() async throws {
    let server = try ScriptedServer { connection in
      while connection.readRequestHead() != nil {
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      }
    }
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: server.url, routes: [Route(name: "ok", path: "/")], schedule: try constant(100, for: .seconds(3600)),
        interval: .milliseconds(100)))
    let log = SnapshotLog()
    let started = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      try await generator.run {
        log.append($0)
        started.continuation.yield()
      }
    }
    for await _ in started.stream { break }
    task.cancel()

    let summary = try await task.value

    #expect(summary.stoppedEarly)
    expectConservation(log, summary)
  }

  @Test("a start in the future is waited for, and no request goes out before it is due")
  func lateness() async throws {
    let first = Mutex<ContinuousClock.Instant?>(nil)
    let server = try ScriptedServer { connection in
      while connection.readRequestHead() != nil {
        first.withLock { $0 = $0 ?? .now }
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      }
    }
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: server.url, routes: [Route(name: "ok", path: "/")], schedule: try constant(100, for: .seconds(1))))
    let log = SnapshotLog()
    let called = ContinuousClock.now

    let summary = try await generator.run(start: called + .milliseconds(300)) { log.append($0) }

    // The first of 100 a second is due after 5 ms, the last after 995 ms.
    #expect(try #require(first.withLock { $0 }) - called >= .milliseconds(305))
    #expect(ContinuousClock.now - called >= .milliseconds(1295))
    #expect(summary.offered == 100)
    let sample = try #require(log.all.flatMap(\.generator).first { !$0.lateness.isEmpty })
    // A request's time from its due instant holds its lateness; histograms are exact to 1 %.
    #expect(try #require(log.histogram(\.fromDue).maximum) * 1.01 >= sample.latenessP50)
    #expect(sample.start == .zero && sample.end >= .seconds(1))
    #expect(sample.busiestWorkerCPU > 0 && sample.busiestWorkerCPU <= 1 && sample.places == 1000)
  }
}

@Suite("Plans that cannot be carried out")
struct LoadPlanTests {
  private func problem(_ change: (inout LoadPlan) -> Void) throws -> String? {
    var plan = LoadPlan(
      baseURL: "http://127.0.0.1:1", routes: [Route(name: "ok", path: "/ok")],
      schedule: try constant(1, for: .seconds(1)))
    change(&plan)
    do throws(LoadGenerationError) {
      _ = try LoadGenerator(plan: plan)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("a sound plan is accepted, also with a slash after the host")
  func sound() throws {
    #expect(try problem { _ in } == nil)
    #expect(try problem { $0.baseURL = "https://api.example.com/" } == nil)
  }

  @Test("each unsound plan is refused with a line that says what to change")
  func unsound() throws {
    #expect(try problem { $0.httpVersion = .http2 }?.contains("HTTP/2 is spoken over TLS only") == true)
    #expect(try problem { $0.baseURL = "ftp://host" }?.contains("http:// or https://") == true)
    #expect(try problem { $0.baseURL = "http://host/path" }?.contains("paths belong to the requests") == true)
    #expect(try problem { $0.routes = [] }?.contains("at least one route") == true)
    #expect(try problem { $0.routes[0].weight = 0 }?.contains("weight") == true)
    #expect(try problem { $0.routes[0].path = "ok" }?.contains("slash") == true)
    #expect(
      try problem {
        $0.workers = 2; $0.maxInFlight = 1
      }?.contains("workers") == true)
    #expect(try problem { $0.maxInFlight = 500_000_000 }?.contains("open files") == true)
    #expect(try problem { $0.routes[0].headers = [("X", RequestText([.oneOf([])]))] }?.contains("empty list") == true)
  }
}
