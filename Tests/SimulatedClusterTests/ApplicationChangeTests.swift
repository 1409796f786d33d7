import ApplicationNature
import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("How an application that runs becomes another one")
struct ApplicationChangeTests {
  struct FieldCase: Sendable, CustomTestStringConvertible {
    /// As it is called in ``ApplicationChange``.
    let field: String
    /// Whether it is about the start of a container, so that one which runs stays as it is.
    var isOfStart = false
    let change: ApplicationChange

    init(_ field: String, isOfStart: Bool = false, _ change: (inout ApplicationChange) -> Void) {
      self.field = field
      self.isOfStart = isOfStart
      self.change = .with(change)
    }

    var testDescription: String { field }
  }

  static let fields = [
    FieldCase("cpuPerRequest") { $0.cpuPerRequest = .milliseconds(20) },
    FieldCase("serviceTime") { $0.serviceTime = ServiceTime(.milliseconds(700)) },
    FieldCase("concurrency") { $0.concurrency = 2 },
    FieldCase("queueLimit") { $0.queueLimit = 3 },
    FieldCase("failingShare") { $0.failingShare = 0.5 },
    FieldCase("start", isOfStart: true) { $0.start = .seconds(7) },
    FieldCase("busyStart", isOfStart: true) { $0.busyStart = .seconds(9) },
    FieldCase("busyStartCores", isOfStart: true) { $0.busyStartCores = 0.3 },
    FieldCase("warmUp", isOfStart: true) { $0.warmUp = .seconds(30) },
    FieldCase("warmUpCost", isOfStart: true) { $0.warmUpCost = 9 },
    FieldCase("memory") { $0.memory = 32 << 20 },
    FieldCase("memoryPerRequest") { $0.memoryPerRequest = 1 << 10 },
    FieldCase("becomesReady") { $0.becomesReady = false },
    FieldCase("staysAlive") { $0.staysAlive = false },
    // They all started before.
    FieldCase("crashesAfter") { $0.crashesAfter = .seconds(70) },
    FieldCase("keepsServing") { $0.keepsServing = .seconds(3) },
    FieldCase("drains") { $0.drains = false },
  ]

  /// A cluster 60 s after its start, in which a fault begins, a second later.
  private func cluster(_ fault: ApplicationChange?, lasts: Duration? = nil) throws -> ClusterSimulation {
    var description = SimulatedWorkload()
    description.application.start = .seconds(2)
    description.application.busyStart = .seconds(4)
    description.application.busyStartCores = 0.1
    description.application.warmUp = .seconds(10)
    description.application.warmUpCost = 3
    var cluster = try Workload().settledCluster(description)
    if let fault {
      cluster.plan([Fault(.application(fault, version: nil), begins: .zero, lasts: lasts)], loadBegins: .seconds(60))
    }
    cluster.advance(to: .seconds(61))
    return cluster
  }

  /// What comes of a burst of requests now, and what is told of the pods.
  private func burst(_ cluster: inout ClusterSimulation) -> [String] {
    var decisions: [IngressDecision] = []
    for _ in 0..<60 { decisions.append(cluster.arrive(host: Workload.host, target: "/")) }
    cluster.advance(to: cluster.now + .seconds(1))
    let answers = decisions.map { decision -> String in
      guard case .forwarded(let request) = decision else { return String("\(decision)".prefix { $0 != "(" }) }
      return "\(request.answerAfter.text) \(cluster.outcome(of: request))"
    }
    let now = cluster.context.wall
    return answers
      + cluster.dataPlane.runtimes.values.map {
        "\($0.isUp) \($0.isReady) \($0.restarts) \($0.memory) \($0.load.used(at: now)) \($0.load.waiting(at: now))"
      }
  }

  /// What pods do that run, and how they end that are told to while they have a request.
  private func storyOfRunning(_ cluster: ClusterSimulation) -> [String] {
    var cluster = cluster
    var story: [String] = []
    for _ in 0..<60 { story += burst(&cluster) }
    for pod in cluster.dataPlane.runtimes.values {
      cluster.dataPlane.deletePod(pod.key, gracePeriod: nil, in: &cluster.context)
    }
    // The preStop hook takes ten seconds.
    cluster.advance(to: cluster.now + .seconds(10))
    let ending = cluster.dataPlane.runtimes.values.filter(\.isTerminating).map(\.id)
    for id in ending { _ = cluster.dataPlane.runtimes[id]?.load.take(at: cluster.context.wall, serviceTime: 2) }
    for _ in 0..<100 {
      cluster.advance(to: cluster.now + .milliseconds(50))
      story += ending.map { cluster.dataPlane.runtimes[$0].map { "\($0.isListening)" } ?? "gone" }
    }
    return story
  }

  /// What pods do whose containers end and start again.
  private func storyOfStarting(_ cluster: ClusterSimulation) -> [String] {
    var cluster = cluster
    for pod in cluster.dataPlane.runtimes.values {
      cluster.dataPlane.restart(pod.run, .crashed, in: &cluster.context)
    }
    return (0..<40).flatMap { _ in burst(&cluster) }
  }

  @Test("The table is of all fields, and each changes the field of the same name and no other")
  func fieldsAreAll() throws {
    func values(_ value: Any) -> [String: String] {
      Dictionary(Mirror(reflecting: value).children.map { ($0.label ?? "", "\($0.value)") }) { $1 }
    }
    #expect(Set(Self.fields.map(\.field)) == Set(values(ApplicationChange()).keys))
    #expect(Set(values(Application()).keys) == Set(values(ApplicationChange()).keys))
    for item in Self.fields {
      let (before, after) = (values(Application()), values(item.change.applied(to: Application())))
      #expect(before.keys.filter { before[$0] != after[$0] } == [item.field])
    }
  }

  @Test(
    "Each field of a change reaches the pods that run, but for those of the start, which the next start has",
    arguments: fields)
  func reachesPods(item: FieldCase) throws {
    let (changed, plain) = (try cluster(item.change), try cluster(nil))
    #expect((storyOfRunning(changed) != storyOfRunning(plain)) != item.isOfStart)
    if item.isOfStart { #expect(storyOfStarting(changed) != storyOfStarting(plain)) }
  }

  @Test("Nothing of a change is left when it is over", arguments: fields)
  func leavesNothing(item: FieldCase) throws {
    let (changed, plain) = (try cluster(item.change, lasts: .milliseconds(500)), try cluster(nil))
    #expect(storyOfRunning(changed) == storyOfRunning(plain))
    if item.isOfStart { #expect(storyOfStarting(changed) == storyOfStarting(plain)) }
  }

  @Test("With fewer places than requests in hand, the next one waits until all but so many are done")
  func fewerPlaces() {
    var load = PodLoad(cost: 0, limit: nil, queueLimit: 50)
    var application = Application()
    application.cpuPerRequest = .zero
    application.concurrency = 4
    load.begin(application, at: 0, timeScale: 1)
    #expect((1...4).map { load.take(at: 0, serviceTime: Double($0)) } == [1, 2, 3, 4])
    application.concurrency = 2
    load.become(application, at: 0)
    #expect(load.take(at: 0, serviceTime: 10) == 13)
    #expect(load.take(at: 0, serviceTime: 10) == 14)
    application.concurrency = 3
    load.become(application, at: 1)
    #expect(load.take(at: 1, serviceTime: 1) == 2)
    application.concurrency = nil
    load.become(application, at: 1)
    #expect(load.take(at: 1, serviceTime: 1) == 2)
  }

  @Test(
    "What the CPU works at when a limit of places comes or goes costs neither more nor less", arguments: [0.0, 0.4])
  func accountIsKept(at change: Double) {
    var application = Application()
    application.cpuPerRequest = .milliseconds(100)
    var load = PodLoad(cost: 0.1, limit: 1, queueLimit: 50)
    load.begin(application, at: 0, timeScale: 1)
    for _ in 0..<10 { _ = load.take(at: 0, serviceTime: 0.1) }
    let before = load.used(at: change)
    for concurrency in [3, nil, 1] as [Int?] {
      application.concurrency = concurrency
      load.become(application, at: change)
      #expect(abs(load.used(at: change) - before) < 1e-9)
      #expect(abs(load.used(at: 2) - 1) < 1e-9)
    }
    // Ten are before it.
    #expect(abs((load.take(at: change, serviceTime: 0.1) ?? 0) - 1.1) < 1e-9)
  }
}
