import Arrivals
import Profiles
import Testing
import Units

@testable import TrafficReplay

@Suite("Profiles from access logs")
struct ReplayProfileTests {
  @Test(
    "at a resolution of a second every second has the requests of the log",
    arguments: ["nginx-combined.log", "nginx-json.log", "aws-alb.log"])
  func everySecond(name: String) throws {
    let traffic = try AccessLogs.traffic(AccessLogs.sample(name))

    let replay = try ReplayProfile(traffic, options: ReplayOptions(name: "replay", resolution: 1))

    #expect(replay.fidelity.correlation == 1)
    #expect(replay.fidelity.worst.logged == replay.fidelity.worst.planned)
    #expect(replay.fidelity.planned == traffic.total)
    _ = try AccessLogs.profile(replay)
  }

  @Test("merged seconds keep a correlation of 0.99 with far fewer phases")
  func merged() throws {
    let counts = Array(repeating: 20, count: 300) + Array(repeating: 140, count: 200) + Array(repeating: 0, count: 100)
    let wavy = counts.enumerated().map { $1 == 0 ? 0 : $1 + $0 % 5 }

    let plan = try RatePlan(wavy, resolution: nil)
    let fidelity = Fidelity(wavy, plannedBy: plan.phases)

    #expect(plan.phases.count == 3)
    #expect(try #require(fidelity.correlation) >= 0.99)
    #expect(fidelity.planned == fidelity.logged)
  }

  @Test("noise takes as many phases as are allowed, and the report says what that costs")
  func noise() throws {
    var random = SplitMix64(seed: 7)
    let counts = (0..<20_000).map { _ in Int(random.next() % 30) }

    let plan = try RatePlan(counts, resolution: nil)
    let fidelity = Fidelity(counts, plannedBy: plan.phases)

    #expect(plan.phases.count == RatePlan.mostPhases)
    #expect(fidelity.planned == fidelity.logged)
    #expect(try #require(fidelity.correlation) < 0.99)
  }

  @Test("no run of a merged plan can be left out: each phase plans the requests of its seconds")
  func phaseCounts() throws {
    let counts = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9]

    let plan = try RatePlan(counts, resolution: 4)
    let planned = plan.phases.map { $0.expectedCount.rounded() }

    #expect(planned == [9, 22, 21, 25])
    #expect(plan.steps.map(\.rate) == ["135/m", "330/m", "315/m", "500/m"])
    #expect(plan.steps.map(\.name) == ["t00-00-00", "t00-00-04", "t00-00-08", "t00-00-12"])
  }

  @Test("the worst second is told with what was logged and what is planned")
  func worstSecond() {
    let phases = [LoadPhase(name: "t", duration: .seconds(4), rate: (try? Rate(perSecond: 10)) ?? .zero)]

    let fidelity = Fidelity([10, 10, 4, 16], plannedBy: phases)

    #expect(fidelity.worst == Fidelity.Second(offset: 2, logged: 4, planned: 10))
    #expect(fidelity.correlation == nil)
    #expect(Fidelity.correlation([1, 2, 3], [6, 4, 2]) == -1)
  }

  @Test("numbers and identifiers in paths become templates over what the log has")
  func templates() throws {
    let log = [
      "GET /items/17/photo?size=s", "GET /items/4711/photo?size=l", "GET /items/20/photo?size=l",
      "GET /u/3F2504E0-4F89-11D3-9A0C-0305E82C3301", "GET /c/da39a3ee5e6b4b0d3255bfef95601890afd80709", "GET /v1/",
    ].map { AccessLogs.line("\($0) HTTP/1.1") }.joined(separator: "\n")

    let replay = try AccessLogs.replay(log)

    #expect(
      Set(replay.routes.map(\.path)) == [
        "/items/{{int 17 4711}}/photo?size=l", "/u/{{uuid}}", "/c/{{uuid}}", "/v1/",
      ])
    #expect(replay.routes.first?.weight == 3)
    #expect(replay.routes.first?.name == "get-items-n-photo")
  }

  @Test("beyond the most routes one stands for the rest, and how much that is is said")
  func other() throws {
    let log = [("/a", 50), ("/b", 30), ("/c", 12), ("/d", 8)]
      .map { AccessLogs.lines([$1], "GET \($0) HTTP/1.1") }.joined(separator: "\n")

    let replay = try AccessLogs.replay(log, ReplayOptions(name: "replay", mostRoutes: 3))

    #expect(replay.routes.map(\.name) == ["get-a", "get-b", "other"])
    #expect(replay.routes.map(\.path) == ["/a", "/b", "/c"])
    #expect(replay.routes.map(\.weight) == [5, 3, 2])
    #expect(replay.report.contains { $0.contains("20.00% of the requests went to 2 further routes") })
  }

  @Test("weights are exact while they can be, and their sum never exceeds what the generator takes")
  func weights() throws {
    let exact = try AccessLogs.replay(
      AccessLogs.lines([601], "GET /a HTTP/1.1") + "\n" + AccessLogs.lines([2], "GET /b HTTP/1.1"))
    let rounded = try AccessLogs.replay(
      AccessLogs.lines([100_001], "GET /a HTTP/1.1") + "\n" + AccessLogs.lines([1], "GET /b HTTP/1.1"))

    #expect(exact.routes.map(\.weight) == [601, 2])
    #expect(rounded.routes.map(\.weight) == [99_999, 1])
  }

  @Test("a request that may change data keeps its method and is marked")
  func writing() throws {
    let replay = try AccessLogs.replay(AccessLogs.line("POST /orders HTTP/1.1", status: 201))

    #expect(replay.routes.first?.method == "POST")
    #expect(replay.text.contains("# The log has no bodies"))
    #expect(replay.report.contains { $0.contains("may change data") })
  }

  @Test("client errors that a route had are expected of it, server errors never")
  func statuses() throws {
    let log = [AccessLogs.line("GET /old HTTP/1.1", status: 404), AccessLogs.line("GET /old HTTP/1.1", status: 503)]

    let profile = try AccessLogs.profile(AccessLogs.replay(log.joined(separator: "\n")))

    #expect(profile.requests.first?.expectedStatuses == [200...299, 300...399, 404...404])
  }

  @Test("anonymised, no word of the log is left, while shape and repeats are")
  func anonymised() throws {
    let log = [
      "GET /customers/miller/orders/12?token=secret&flag", "GET /customers/miller/logo.png", "GET /miller?token=secret",
    ].map { AccessLogs.line("\($0) HTTP/1.1") }.joined(separator: "\n")

    let replay = try AccessLogs.replay(log, ReplayOptions(name: "replay", anonymise: true))

    for word in ["customers", "miller", "orders", "secret", "flag", "logo", "png", "10.1.2.3", "curl"] {
      #expect(!replay.text.contains(word), "\(word)")
    }
    #expect(Set(replay.routes.map(\.path)) == ["/a/b/c.d", "/a/b/e/{{int 10 99}}?token=f&g", "/b?token=f"])
  }

  @Test("neither hosts nor addresses are written without being asked for either")
  func noHosts() throws {
    let replay = try AccessLogs.replay(AccessLogs.sample("aws-alb.log"))

    for text in ["www.example.com", "10.0.2.105", "192.168.131.39", "my-loadbalancer"] {
      #expect(!replay.text.contains(text), "\(text)")
    }
  }

  @Test("the profile is valid, judges errors, and says that its target is to be edited, unless one was given")
  func target() throws {
    let open = try AccessLogs.replay(AccessLogs.line())
    let given = try AccessLogs.replay(
      AccessLogs.line(), ReplayOptions(name: "replay", target: "https://staging.example.com"))

    #expect(try AccessLogs.profile(open).target.url == "https://api.example.com")
    #expect(open.text.contains("# EDIT THIS"))
    #expect(open.report.contains { $0.contains("edit target.url") })
    #expect(try AccessLogs.profile(given).target.url == "https://staging.example.com")
    #expect(!given.text.contains("EDIT THIS"))
    #expect(try AccessLogs.profile(given).expectations.count == 1)
  }

  @Test("the report stands at the top of the profile, in lines of at most 120 columns")
  func report() throws {
    let replay = try AccessLogs.replay(AccessLogs.sample("nginx-json.log"))

    for line in replay.report {
      #expect(replay.text.contains("# \(line)\n"))
      #expect(line.count <= 118, "\(line)")
    }
  }

  @Test("a whole day, second by second, is merged and planned")
  func wholeDay() throws {
    let counts = (0..<86_400).map { 1 + $0 / 3600 }

    let plan = try RatePlan(counts, resolution: nil)
    let fidelity = Fidelity(counts, plannedBy: plan.phases)

    #expect(plan.phases.count <= 24)
    #expect(try #require(fidelity.correlation) >= 0.99)
    #expect(fidelity.planned == fidelity.logged)
  }
}
