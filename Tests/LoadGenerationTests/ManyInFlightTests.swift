import Arrivals
import Glibc
import LoadFacts
import LoadGeneration
import TestServers
import Testing

@Suite("Many requests in flight", .serialized, .timeLimit(.minutes(10)))
struct ManyInFlightTests {
  /// How many files a process may have open at most.
  private static let hardLimit: UInt64 = {
    var limit = rlimit()
    return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? UInt64(limit.rlim_max) : 0
  }()

  @Test(
    "10,000 are in flight at once before the first is answered",
    .enabled(if: Self.hardLimit >= 11_000, "10,000 connections need a hard limit of open files (ulimit -Hn) of 11,000"))
  func tenThousand() async throws {
    let server = try PythonServer(holdingUntil: 10_000)
    let generator = try LoadGenerator(
      plan: LoadPlan(
        baseURL: server.url, connectTimeout: .seconds(60), requestTimeout: .seconds(60), drainTimeout: .seconds(60),
        routes: [Route(name: "held", path: "/")], schedule: try constant(5000, for: .seconds(2)),
        maxInFlight: 10_000, maxLateness: .seconds(60)))
    let log = SnapshotLog()

    let summary = try await generator.run { log.append($0) }

    #expect(log.counts == ["held 200": 10_000])
    #expect(log.all.flatMap(\.connections).reduce(0) { $0 + $1.opened } == 10_000)
    expectConservation(log, summary)
  }
}
