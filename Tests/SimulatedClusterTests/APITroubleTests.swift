import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

/// What clients of the API meet while a fault lasts.
@Suite("An API in trouble")
struct APITroubleTests {
  private static let list = APIRequest(method: "GET", path: "/api/v1/namespaces/production/pods")
  private static let watch = APIRequest(
    method: "GET", path: "/api/v1/namespaces/production/pods", query: ["watch": "true"])
  private static let deployment = APIRequest(
    method: "GET", path: "/apis/apps/v1/namespaces/production/deployments/\(Workload.deployment)")

  private func cluster(_ kind: Fault.Kind, seed: UInt64 = 1) throws -> ClusterSimulation {
    var description = SimulatedWorkload()
    description.seed = seed
    var cluster = try Workload().settledCluster(description)
    cluster.plan([Fault(kind, begins: .seconds(1), lasts: .seconds(60))], loadBegins: .seconds(60))
    cluster.advance(to: .seconds(62))
    return cluster
  }

  @Test("answers with the bodies of an API server, and with Retry-After where it is to")
  func bodies() throws {
    let cases: [(APIErrors, Int, String?)] = [
      (APIErrors(.tooManyRequests, retryAfter: 1), 429, nil),
      (APIErrors(.storageTimedOut), 500, "etcdserver: request timed out"),
      (APIErrors(.unavailable, retryAfter: 4), 503, "the server is currently unable to handle the request"),
      (APIErrors(.timedOut), 504, "Timeout: request did not complete within the allotted timeout"),
    ]
    for (errors, status, message) in cases {
      var cluster = try cluster(.apiErrors(errors))
      let answer = cluster.serve(Self.list)
      if case .later(let seconds, _) = answer {
        #expect(seconds == errors.retryAfter)
      } else {
        #expect(errors.retryAfter == nil)
      }
      let (given, body) = ClusterSimulation.shown(answer)
      #expect(given == status)
      if let message {
        #expect(body["kind"]?.string == "Status" && body["status"]?.string == "Failure")
        #expect(body["message"]?.string == message && body["code"]?.int == status)
      } else {
        #expect(body.string == "Too many requests, please try again later.\n")
      }
      // What storage says and nobody translates has no reason.
      #expect((body["reason"] == nil) == [429, 500].contains(status))
    }
  }

  @Test("answers so only while the fault lasts, and neither its own controllers nor what a fault writes")
  func spared() throws {
    var cluster = try cluster(.apiErrors(APIErrors(.unavailable)))
    #expect(isRefused(Self.deployment, cluster))
    let own = cluster.respond(to: Self.deployment).problem
    #expect(own == nil)
    cluster.setOfferedRate(1_200, host: Workload.host)
    cluster.advance(to: .seconds(119))
    #expect(cluster.deployment?.spec.replicas ?? 0 > 3)
    cluster.advance(to: .seconds(122))
    #expect(!isRefused(Self.deployment, cluster))
  }

  private func isRefused(_ request: APIRequest, _ cluster: ClusterSimulation) -> Bool {
    var cluster = cluster
    return cluster.serve(request).problem != nil
  }

  @Test(
    "answers so to the share that is declared, the same ones with the same seed", arguments: [1, 2, 3, 4] as [UInt64])
  func share(seed: UInt64) throws {
    func refused() throws -> [Bool] {
      var cluster = try cluster(.apiErrors(APIErrors(.tooManyRequests, share: 0.3)), seed: seed)
      return (0..<1_000).map { _ in cluster.serve(Self.list).problem != nil }
    }
    let first = try refused()
    // Four standard deviations of a binomial distribution are 58.
    #expect(abs(first.count { $0 } - 300) < 58)
    #expect(try refused() == first)
    var another = try cluster(.apiErrors(APIErrors(.tooManyRequests, share: 0.3)), seed: seed + 1)
    let others = (0..<1_000).map { _ in another.serve(Self.list).problem != nil }
    #expect(others != first)
  }

  @Test("spares other verbs and resources than those that are named")
  func selection() throws {
    let lists = try cluster(.apiErrors(APIErrors(.unavailable, verbs: ["list"])))
    #expect(isRefused(Self.list, lists))
    #expect(!isRefused(Self.watch, lists))
    #expect(!isRefused(Self.deployment, lists))
    let pods = try cluster(.apiErrors(APIErrors(.unavailable, resources: ResourceChoice(["pods"]))))
    #expect(isRefused(Self.list, pods))
    #expect(isRefused(Self.watch, pods))
    #expect(!isRefused(Self.deployment, pods))
    #expect(!isRefused(APIRequest(method: "GET", path: "/version"), pods))
  }

  @Test("draws for its clients by a lot of its own, so that the cluster does the same with and without them")
  func ownLot() throws {
    var asked = try cluster(.apiErrors(APIErrors(.tooManyRequests, share: 0.5)))
    var unasked = asked
    for _ in 0..<100 { _ = asked.serve(Self.list) }
    asked.setImage("v2.0.0")
    unasked.setImage("v2.0.0")
    asked.advance(to: .seconds(200))
    unasked.advance(to: .seconds(200))
    #expect(asked.objects(.pod).map(\.metadata) == unasked.objects(.pod).map(\.metadata))
  }

  @Test("cuts the watches that are open, once or again and again, and none that is opened after that")
  func cuts() throws {
    func begun(_ cluster: inout ClusterSimulation) throws -> ServedWatch {
      guard case .watch(let stream) = cluster.serve(Self.watch) else { throw NoWatch() }
      return stream
    }
    var once = try Workload().settledCluster()
    let before = try begun(&once)
    once.plan([Fault(.watchesDropped(.all, every: nil), begins: .seconds(1))], loadBegins: .seconds(60))
    #expect(!once.isCut(before))
    once.advance(to: .seconds(61))
    #expect(once.isCut(before))
    let after = try begun(&once)
    once.advance(to: .seconds(200))
    #expect(!once.isCut(after))
    #expect(once.faultCourses[0] == FaultCourse(began: .seconds(1), ended: .seconds(1)))

    var often = try Workload().settledCluster()
    often.plan(
      [
        Fault(
          .watchesDropped(ResourceChoice(["pods"]), every: .seconds(10)), begins: .seconds(5), lasts: .seconds(35))
      ], loadBegins: .seconds(60))
    often.advance(to: .seconds(200))
    #expect(often.watchCuts == 4)
    #expect(often.watchCut(of: .deployment, after: 0) == nil)
    #expect(often.watchCut(of: .pod, after: 3)?.time == .seconds(95))
  }

  private struct NoWatch: Error {}

  @Test("holds back what is to be sent on silent watches until the last silence is over")
  func silence() throws {
    var cluster = try Workload().settledCluster()
    cluster.plan(
      [
        Fault(.watchesSilent(.all), begins: .seconds(10), lasts: .seconds(20)),
        Fault(.watchesSilent(ResourceChoice(["pods"])), begins: .seconds(25), lasts: .seconds(20)),
      ], loadBegins: .seconds(60))
    cluster.advance(to: .seconds(86))
    #expect(cluster.sending(of: .pod, at: .seconds(69)) == .seconds(69))
    #expect(cluster.sending(of: .pod, at: .seconds(75)) == nil)
    cluster.advance(to: .seconds(200))
    #expect(cluster.sending(of: .pod, at: .seconds(75)) == .seconds(105))
    #expect(cluster.sending(of: .deployment, at: .seconds(75)) == .seconds(90))
    #expect(cluster.sending(of: .deployment, at: .seconds(90)) == .seconds(90))
  }
}
