import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("How fast controllers talk to the API server")
struct RequestRateTests {
  @Test("Thirty requests go at once and then one every 50 ms; what is not used comes back up to thirty")
  func bucket() {
    var rate = RequestRate()
    let start = Duration.seconds(100)
    let first = (0..<33).map { _ in rate.reserve(at: start) - start }
    #expect(first.prefix(30).allSatisfy { $0 == .zero })
    #expect(first.suffix(3).map { Int(($0.seconds * 1_000).rounded()) } == [50, 100, 150])
    #expect(rate.nextFree(at: start) - start > .milliseconds(150))
    let later = start + .seconds(60)
    #expect((0..<31).count { _ in rate.reserve(at: later) == later } == 30)
  }

  @Test("Events are sent one after the other, each when the one before it has its turn")
  func events() {
    var rate = RequestRate()
    let start = Duration.seconds(100)
    for _ in 0..<30 { _ = rate.reserve(at: start) }
    for _ in 0..<3 { rate.noteEvent(at: start) }
    // One event has its place; the others have none before that has come.
    #expect(Int(((rate.reserve(at: start) - start).seconds * 1_000).rounded()) == 100)
    // At 60 ms the first event is gone, and the second has taken the next place.
    #expect(Int(((rate.reserve(at: start + .milliseconds(60)) - start).seconds * 1_000).rounded()) == 200)
  }

  private func bulk() throws -> ClusterSimulation {
    var workload = try Workload()
    workload.others.removeLast()
    workload.deploymentObject["spec"]?["replicas"] = 2
    return try workload.settledCluster()
  }

  private func scale(_ cluster: inout ClusterSimulation, to count: Int64) {
    cluster.ask(
      "PATCH", "\(APITests.deployments)/\(Workload.deployment)", type: "application/merge-patch+json",
      body: ["spec": ["replicas": .integer(count)]])
  }

  @Test("A ReplicaSet gets two hundred pods in about ten seconds, and its status tells of them when all are made")
  func scaling() throws {
    var cluster = try bulk()
    scale(&cluster, to: 202)
    var counts: [Int] = []
    var told: [Int] = []
    for second in 1...12 {
      cluster.advance(to: .seconds(60 + second))
      counts.append(cluster.objects(.pod).count)
      told.append(cluster.objects(.replicaSet)[0].replicaSet?.status?.replicas ?? 0)
    }
    // Thirty at once and twenty a second, less the events; one, two, four, and so on at a time.
    #expect((30...52).contains(counts[0]) && (70...112).contains(counts[3]), "\(counts)")
    #expect(counts[7] < 202 && counts[11] == 202, "\(counts)")
    #expect(Set(told).isSubset(of: [2, 202]), "\(told)")
  }

  @Test("Pods go as fast as they come, and a workload of a few pods is not held back")
  func shrinking() throws {
    var cluster = try bulk()
    scale(&cluster, to: 12)
    cluster.advance(to: .milliseconds(60_200))
    #expect(cluster.objects(.pod).count == 12)
    scale(&cluster, to: 202)
    cluster.advance(to: .seconds(120))
    scale(&cluster, to: 2)
    cluster.advance(to: .seconds(122))
    let going = cluster.objects(.pod).count { $0.metadata.deletionTimestamp != nil }
    #expect((50...75).contains(going), "\(going)")
    cluster.advance(to: .seconds(160))
    #expect(cluster.objects(.pod).count == 2)
  }

  @Test("A sync that waits for its turn dies with the controllers, and its ReplicaSet gets the rest after their start")
  func restart() throws {
    var cluster = try bulk()
    scale(&cluster, to: 202)
    cluster.advance(to: .seconds(62))
    cluster.stopControllers()
    let made = cluster.objects(.pod).count
    cluster.advance(to: .seconds(70))
    #expect(made < 202 && cluster.objects(.pod).count == made)
    cluster.startControllers()
    cluster.advance(to: .seconds(90))
    #expect(cluster.objects(.pod).count == 202)
  }
}
