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

@Suite("Requests and answers as a plan says", .serialized, .timeLimit(.minutes(10)))
struct StreamTests {
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

    #expect(log.counts == ["ok 200": 10])
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

    #expect(log.counts == ["ok 200": 10])
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
    func route(_ name: String, _ checks: AnswerChecks) -> Route { Route(name: name, path: "/", checks: checks) }
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: server.url,
        routes: [
          route(
            "sound",
            AnswerChecks(
              headers: [(HeaderName("content-type"), "application/json")], bodyContains: ["id"],
              json: [("/id/0", "7")], maximumSize: 11)),
          route("header", AnswerChecks(headers: [(HeaderName("X-Cache"), "HIT")])),
          route("text", AnswerChecks(bodyContains: ["name"])),
          route("json", AnswerChecks(json: [("/id", "7")])),
          route("size", AnswerChecks(maximumSize: 10)),
        ], schedule: try constant(100, for: .milliseconds(500)), maxLateness: .seconds(30)))
    let log = SnapshotLog()

    let summary = try await generator.run { log.append($0) }

    #expect(
      log.counts == [
        "sound 200": 10, "header check failed: header": 10, "text check failed: body": 10,
        "json check failed: json": 10, "size check failed: size": 10,
      ])
    #expect(summary.failed == 40)
    #expect(log.failures.allSatisfy { $0.status == 200 })
  }
}
