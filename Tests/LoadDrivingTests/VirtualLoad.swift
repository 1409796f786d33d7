import Arrivals
import LoadFacts
import Units

@testable import LoadDriving

let millisecond: Int64 = 1_000_000
let second: Int64 = 1_000_000_000

/// A target that takes the same time for each request, unless a test says otherwise.
struct ScriptedTarget: VirtualTarget {
  /// When the request that arrives at an instant as the n-th ends; `nil` for never.
  var end: @Sendable (_ number: Int, _ at: Int64) -> Int64?
  var answer: @Sendable (_ number: Int) -> VirtualAnswer = { _ in VirtualAnswer() }
  /// The pod that answers, by the number of the request.
  var pod: @Sendable (_ number: Int) -> String? = { _ in nil }
  /// When requests end that have no answer at first, by their number.
  var laterEnds: [Int: Int64] = [:]
  private var postponed: Set<Int> = []
  /// When each arrived.
  private(set) var arrivals: [(request: PendingRequest, at: Int64)] = []
  private var numbers: [Int: Int] = [:]

  init(
    end: @escaping @Sendable (_ number: Int, _ at: Int64) -> Int64?,
    answer: @escaping @Sendable (_ number: Int) -> VirtualAnswer = { _ in VirtualAnswer() }
  ) {
    self.end = end
    self.answer = answer
  }

  /// - Parameter time: what each request takes, in nanoseconds; `nil` for never an answer.
  init(taking time: Int64?, answer: VirtualAnswer = VirtualAnswer()) {
    self.init(end: { _, now in time.map { now + $0 } }, answer: { _ in answer })
  }

  mutating func arrive(_ request: PendingRequest, over connection: Int, in slot: Int, at now: Int64) -> Int64? {
    numbers[slot] = arrivals.count
    arrivals.append((request, now))
    return end(arrivals.count - 1, now)
  }

  mutating func answer(in slot: Int, at now: Int64) -> VirtualAnswer? {
    let number = numbers[slot] ?? 0
    if laterEnds[number] != nil, postponed.insert(number).inserted { return nil }
    return answer(number)
  }

  mutating func laterEnd(in slot: Int, at now: Int64) -> Int64? { laterEnds[numbers[slot] ?? 0] }

  func pod(in slot: Int) -> String? { numbers[slot].flatMap(pod) }
}

/// What a worker did in virtual time.
struct VirtualLoad {
  private(set) var reports: [WorkerReport] = []
  /// What all reports say together.
  private(set) var whole = LoadSnapshot()
  private let naming: FactNaming
  let target: ScriptedTarget
  /// What the clock showed at the end.
  let end: Int64

  init(_ plan: WorkerPlan, to target: ScriptedTarget, _ conditions: VirtualConditions = VirtualConditions()) {
    var reports: [WorkerReport] = []
    var worker = LoadWorker(plan, over: VirtualTransport(to: target, conditions)) { report in
      reports.append(report)
      return Ledger()
    }
    worker.run()
    let routes = plan.streams.flatMap(\.routes).max() ?? 0
    naming = FactNaming(routes: (0...routes).map { "route \($0)" }, intervals: plan.intervals)
    self.reports = reports
    self.target = worker.transport.target
    end = worker.transport.now
    for report in reports { whole.merge(facts(of: report)) }
  }

  /// Connections and lateness are told of one stretch, so that they add up over time.
  func facts(of report: WorkerReport) -> LoadSnapshot {
    report.counts(naming, during: .zero..<(.zero)) { "endpoint \($0)" }
  }

  var tallies: [LoadInterval] { whole.intervals }
  /// By endpoint.
  var connections: [ConnectionCount] { whole.connections.map(\.count) }
  var lateness: Lateness? { whole.generator.first?.lateness }
  var machineLateness: Lateness? { whole.generator.first?.machineLateness }
  /// When each request reached the target.
  var arrivals: [Int64] { target.arrivals.map(\.at) }

  /// Requests by outcome.
  var outcomes: [String: Int] {
    tallies.flatMap(\.outcomes).reduce(into: [:]) { $0[$1.outcome, default: 0] += $1.completed }
  }

  var offered: Int { tallies.reduce(0) { $0 + $1.offered } }
  var sent: Int { tallies.reduce(0) { $0 + $1.sent } }
  var opened: Int { connections.reduce(0) { $0 + $1.opened } }
}

extension WorkerPlan {
  /// One worker with one route in one stream.
  static func of(
    _ model: LoadStream.Model, start: Int64 = 0, expected: Set<Int> = [],
    connections: ConnectionPolicy = ConnectionPolicy(), isMultiplexed: Bool = false,
    intervals: CountingIntervals = CountingIntervals(length: .seconds(1)), maxInFlight: Int = 1000,
    maxLateness: Duration = .seconds(1), lateAfter: Duration = .milliseconds(10),
    connectTimeout: Duration = .seconds(5), requestTimeout: Duration = .seconds(10),
    drainTimeout: Duration = .seconds(10), failureSamples: Int = 5
  ) throws -> WorkerPlan {
    WorkerPlan(
      start: start, streams: [LoadStream(routes: [0], model: model)], rotations: [try RouteRotation(weights: [1])],
      expected: [ExpectedStatuses(expected)], connections: connections, isMultiplexed: isMultiplexed,
      intervals: intervals, maxInFlight: maxInFlight, maxLanes: min(connections.maximum ?? maxInFlight, maxInFlight),
      maxLateness: maxLateness, lateAfter: lateAfter, connectTimeout: connectTimeout, requestTimeout: requestTimeout,
      drainTimeout: drainTimeout, failureSamplesPerInterval: failureSamples)
  }
}

extension LoadStream.Model {
  /// Phases of constant rates, each with its length in seconds, evenly spaced arrivals.
  static func rates(_ phases: (rate: Double, seconds: Double)...) throws -> LoadStream.Model {
    .open(
      ArrivalSchedule(
        phases: try phases.enumerated().map { number, phase in
          try LoadPhase(
            name: "\(number)", duration: .seconds(phase.seconds), rate: Rate(perSecond: phase.rate))
        }, process: .uniform))
  }

  static func users(_ count: Int, seconds: Double, think: Duration) -> LoadStream.Model {
    .closed([UserPhase(name: "users", duration: .seconds(seconds), users: count, think: think)])
  }
}
