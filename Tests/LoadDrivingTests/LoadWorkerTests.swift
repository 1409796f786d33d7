import Arrivals
import LoadFacts
import Statistics
import Testing
import Units

@testable import LoadDriving

@Suite("A worker in virtual time")
struct LoadWorkerTests {
  @Test("each request is sent at the nanosecond at which it is due, also when the start lies ahead")
  func onTime() throws {
    let load = VirtualLoad(
      try .of(.rates((rate: 300, seconds: 2)), start: 7 * second), to: ScriptedTarget(taking: 4 * millisecond))

    let due = try ArrivalSchedule(
      phases: [LoadPhase(name: "steady", duration: .seconds(2), rate: Rate(perSecond: 300))], process: .uniform
    ).arrivals().map { 7 * second + $0.due }
    #expect(load.arrivals == due)
    #expect(load.outcomes == ["200": 600])
    #expect(load.lateness?.maximum == .zero)
    let times = load.tallies.flatMap(\.outcomes).map(\.fromDue)
    #expect(times.allSatisfy { $0.minimum == .milliseconds(4) && $0.maximum == .milliseconds(4) })
    // The last answer ends it.
    #expect(load.end == due[599] + 4 * millisecond)
  }

  @Test("a burst goes out at once over as many connections, which the next burst uses again")
  func bursts() throws {
    // A request each microsecond.
    let load = VirtualLoad(
      try .of(
        .rates((rate: 0, seconds: 1), (rate: 1e6, seconds: 1e-4), (rate: 0, seconds: 1), (rate: 1e6, seconds: 5e-5))),
      to: ScriptedTarget(taking: 30 * millisecond))

    let first = (0..<100).map { second + Int64($0) * 1000 + 500 }
    #expect(load.arrivals == first + first.prefix(50).map { $0 + second + 100_000 })
    #expect(load.connections == [ConnectionCount(opened: 100, reused: 50, mostRequests: 2)])
    #expect(load.outcomes == ["200": 150])
  }

  @Test("a request belongs to the interval in which it was due, however late its answer comes; edges are exact")
  func intervals() throws {
    // Due at 50, 150, 250 … ms; interval k holds those of [k × 250 ms, (k + 1) × 250 ms).
    let load = VirtualLoad(
      try .of(.rates((rate: 10, seconds: 1)), intervals: CountingIntervals(length: .milliseconds(250))),
      to: ScriptedTarget(taking: 2 * second))

    #expect(load.tallies.map(\.start) == [.zero, .milliseconds(250), .milliseconds(500), .milliseconds(750)])
    // 250 ms itself is in the interval that begins there.
    #expect(load.tallies.map(\.offered) == [2, 3, 2, 3])
    #expect(load.tallies.map { $0.outcomes.reduce(0) { $0 + $1.completed } } == [2, 3, 2, 3])
    // What became due in an interval is reported at its end, the answers later.
    for (number, tally) in load.tallies.enumerated() {
      let reported = load.reports.prefix(number + 1).flatMap { load.facts(of: $0).intervals }
        .filter { $0.start == tally.start }
      #expect(reported.reduce(0) { $0 + $1.offered } == tally.offered)
    }
    #expect(load.reports.prefix(4).allSatisfy { load.facts(of: $0).intervals.allSatisfy { $0.outcomes.isEmpty } })
  }

  @Test("intervals that end where phases do hold the requests of a phase exactly, of all workers", arguments: [1, 3])
  func phases(workers: Int) throws {
    let edges = [140, 280, 613].map { Duration.milliseconds($0) }
    let intervals = CountingIntervals(edges: edges, length: .milliseconds(100))
    var whole = LoadSnapshot()
    for worker in 0..<workers {
      var plan = try WorkerPlan.of(
        .rates((rate: 20 / 0.14, seconds: 0.14), (rate: 60 / 0.14, seconds: 0.14), (rate: 111 / 0.333, seconds: 0.333)),
        intervals: intervals)
      plan.worker = worker
      plan.workers = workers
      whole.merge(VirtualLoad(plan, to: ScriptedTarget(taking: 50 * millisecond)).whole)
    }

    let counts = edges.indices.map { phase in
      whole.intervals.filter { $0.start >= (phase > 0 ? edges[phase - 1] : .zero) && $0.end <= edges[phase] }
        .reduce(0) { $0 + $1.offered }
    }
    #expect(counts == [20, 60, 111])
  }

  @Test("ledgers are handed over when intervals end, and none more often than each 50 ms")
  func handover() throws {
    let edges = [Duration.milliseconds(10), .milliseconds(20), .milliseconds(500)]
    let load = VirtualLoad(
      try .of(
        .rates((rate: 1000, seconds: 1)), intervals: CountingIntervals(edges: edges, length: .milliseconds(200))),
      to: ScriptedTarget(taking: millisecond))

    // 0: 0…10, 1: 10…20, 2: 20…260, 3: 260…500, 4: 500…700 ms and so on.
    #expect(load.reports.map(\.interval) == [0, 2, 3, 4, 5, 6])
    #expect(load.reports.map(\.isLast) == [false, false, false, false, false, true])
    let ends = load.reports.dropLast().map(\.used.elapsed)
    #expect(
      ends == [.milliseconds(10), .milliseconds(260), .milliseconds(500), .milliseconds(700), .milliseconds(900)])
    #expect(load.outcomes == ["200": 1000])
  }

  @Test("expected statuses decide what has failed, and the first failures of an interval are kept in detail")
  func failures() throws {
    var target = ScriptedTarget(
      end: { _, now in now + 5 * millisecond },
      answer: { VirtualAnswer(.status($0 % 4 == 0 ? 503 : 201), version: "v1") })
    target.pod = { "web-\($0)" }
    let load = VirtualLoad(
      try .of(.rates((rate: 100, seconds: 2)), expected: [201], failureSamples: 3), to: target)

    #expect(load.outcomes == ["503": 50, "201": 150])
    #expect(load.tallies.flatMap(\.outcomes).allSatisfy { $0.failed == ($0.outcome == "503") && $0.version == "v1" })
    #expect(load.whole.failures.map(\.due) == [5, 45, 85, 1005, 1045, 1085].map { .milliseconds($0) })
    #expect(load.whole.failures.allSatisfy { $0.completed == $0.due + .milliseconds(5) && $0.status == 503 })
    #expect(load.whole.failures.first?.pod == "web-0")
  }
}

@Suite("Requests that find no place, in virtual time")
struct HeldRequestTests {
  @Test("wait for one, are sent late with the due time kept, and the lateness is the target's")
  func queued() throws {
    // Two places, 100 ms each: 20 a second, where 25 are due.
    let load = VirtualLoad(
      try .of(.rates((rate: 25, seconds: 1)), maxInFlight: 2), to: ScriptedTarget(taking: 100 * millisecond))

    #expect(load.outcomes == ["200": 25])
    // Due at 20, 60, 100 … ms; places are free from 120, 160, 220 … ms on.
    #expect(load.arrivals.prefix(6).map { $0 / millisecond } == [20, 60, 120, 160, 220, 260])
    #expect(load.lateness?.maximum == .milliseconds(240))
    #expect(load.machineLateness?.maximum == .zero)
    #expect(load.tallies.map(\.late) == [23])
    #expect(load.tallies.map(\.lateByMachine) == [0])
  }

  @Test("are dropped a nanosecond after the most lateness, counted where they were due, by the target's cause")
  func dropped() throws {
    let load = VirtualLoad(
      try .of(
        .rates((rate: 100, seconds: 1)), intervals: CountingIntervals(length: .milliseconds(100)), maxInFlight: 3,
        maxLateness: .milliseconds(50), requestTimeout: .milliseconds(400)), to: ScriptedTarget(taking: nil))

    // 5, 15, 25 ms take the places until 405, 415, 425 ms, and again until 805 …
    #expect(load.sent == 9)
    #expect(load.outcomes == ["read timeout": 9, "dropped: target": 91])
    #expect(load.tallies.map(\.offered) == Array(repeating: 10, count: 10))
    #expect(load.tallies.allSatisfy { $0.outcomes.reduce(0) { $0 + $1.completed } == 10 })
    let waited = load.tallies.flatMap(\.outcomes).filter { $0.outcome == "dropped: target" }.map(\.fromDue)
    #expect(waited.allSatisfy { $0.minimum == .milliseconds(50) && $0.maximum == .milliseconds(50) })
    // A place that a timeout has freed is taken at once: by those that have waited for as long as they may.
    #expect(load.arrivals.dropFirst(3).prefix(3).map { $0 } == [405, 415, 425].map { $0 * millisecond })
  }

  @Test("are told of: how many wait, how many places there are, and since when all are held")
  func heldSince() throws {
    let load = VirtualLoad(
      try .of(
        .rates((rate: 10, seconds: 3)), maxInFlight: 4, maxLateness: .seconds(60), requestTimeout: .seconds(60),
        drainTimeout: .seconds(1)), to: ScriptedTarget(taking: nil))

    // The fifth is due at 450 ms.
    #expect(load.reports.prefix(3).map(\.heldSince) == Array(repeating: .milliseconds(450), count: 3))
    #expect(load.reports.prefix(3).map(\.queued) == [6, 16, 26])
    #expect(load.reports.allSatisfy { $0.places == 4 })
    #expect(load.reports.prefix(3).allSatisfy { $0.inFlight == 4 })
    #expect(load.outcomes == ["unfinished": 30])
    #expect(load.end == 4 * second)
  }

  @Test("share the places of lanes with streams where connections carry several at a time")
  func streams() throws {
    let load = VirtualLoad(
      try .of(
        .rates((rate: 1000, seconds: 0.1)), connections: ConnectionPolicy(maximum: 2, streams: 5), isMultiplexed: true),
      to: ScriptedTarget(taking: 50 * millisecond))

    #expect(load.reports.last?.places == 10)
    #expect(load.opened == 2)
    #expect(load.outcomes == ["200": 100])
    // Ten in each 50 ms.
    #expect(load.end == load.arrivals[0] + 10 * 50 * millisecond + 9 * millisecond)
  }
}

@Suite("A machine that is away, in virtual time")
struct AwayTests {
  private func away(_ ranges: (Double, Double)...) -> VirtualConditions {
    var conditions = VirtualConditions()
    conditions.absences = ranges.map { Int64($0.0 * 1e9)..<Int64($0.1 * 1e9) }
    return conditions
  }

  @Test("makes requests late, and the lateness is its own")
  func late() throws {
    let load = VirtualLoad(
      try .of(.rates((rate: 100, seconds: 1))), to: ScriptedTarget(taking: millisecond), away((0.3, 0.5)))

    // Due at 305 … 495 ms, sent at 500.
    #expect(load.tallies.map(\.late) == [20])
    #expect(load.tallies.map(\.lateByMachine) == [20])
    #expect(load.lateness?.maximum == .milliseconds(195))
    #expect(load.machineLateness?.maximum == .milliseconds(195))
    // Nothing tells since when an answer lay there that came while it slept, from 296 ms on.
    #expect(load.reports.map(\.longestPause).max() == .milliseconds(204))
    // One connection stands, one may be added, and the next request in time gets one; the others wait for these.
    #expect(load.arrivals.filter { $0 == 500 * millisecond }.count == 2)
    #expect(load.opened == 3)
    #expect(load.outcomes == ["200": 100])
  }

  @Test("drops what is too late by its own fault")
  func dropped() throws {
    let load = VirtualLoad(
      try .of(.rates((rate: 100, seconds: 1)), maxLateness: .milliseconds(100)),
      to: ScriptedTarget(taking: millisecond), away((0.3, 0.5)))

    // Those of 305 … 395 ms.
    #expect(load.outcomes == ["dropped: machine": 10, "200": 90])
  }

  @Test("reads the answers that came meanwhile before it ends what is overdue, and before it adds connections")
  func answersFirst() throws {
    let target = ScriptedTarget(end: { number, now in number < 40 ? 2 * second : now + millisecond })
    let load = VirtualLoad(
      try .of(
        .rates((rate: 400, seconds: 0.1), (rate: 0, seconds: 3), (rate: 400, seconds: 0.1)),
        maxLateness: .seconds(60), connectTimeout: .seconds(1), requestTimeout: .seconds(4)), to: target,
      away((0.2, 5)))

    #expect(load.outcomes == ["200": 80])
    #expect(load.opened == 40)
    #expect(load.arrivals.suffix(40).allSatisfy { $0 >= 5 * second })
  }

  @Test("a burst that it found late gets connections one by one, not all at once")
  func openingPace() throws {
    // Nothing is free: each of those noticed late waits for a connection that may be added, each 20 ms.
    let load = VirtualLoad(
      try .of(.rates((rate: 100, seconds: 1)), maxLateness: .seconds(60)), to: ScriptedTarget(taking: 10 * second),
      away((0.3, 0.5)))

    let late = load.arrivals.filter { (500 * millisecond..<900 * millisecond).contains($0) }
    let gaps = zip(late, late.dropFirst()).map { $1 - $0 }
    #expect(gaps.contains { $0 >= 19 * millisecond })
    #expect(load.sent == 100)
  }

  @Test("while answers lie unread, what waits for their places waits for the machine")
  func unread() throws {
    var conditions = away((0.115, 0.4))
    conditions.mostRead = 1
    let load = VirtualLoad(
      try .of(.rates((rate: 100, seconds: 0.2)), maxInFlight: 1, maxLateness: .milliseconds(150)),
      to: ScriptedTarget(taking: 10 * millisecond), conditions)

    #expect((load.outcomes["dropped: machine"] ?? 0) > 0)
    #expect(load.outcomes["dropped: target"] == nil)
    #expect(load.offered == 20 && load.outcomes.values.reduce(0, +) == 20)
  }
}

@Suite("The end of a load, in virtual time")
struct LoadEndTests {
  private func stop(at instant: Int64) -> VirtualConditions {
    var conditions = VirtualConditions()
    conditions.stop = instant
    return conditions
  }

  @Test("what has no answer when the drain is over is unfinished")
  func unfinished() throws {
    let load = VirtualLoad(
      try .of(.rates((rate: 10, seconds: 1)), drainTimeout: .milliseconds(300)),
      to: ScriptedTarget(end: { number, now in number < 4 ? now + millisecond : nil }))

    #expect(load.outcomes == ["200": 4, "unfinished": 6])
    #expect(load.end == second + 300 * millisecond)
    let unfinished = load.tallies.flatMap(\.outcomes).first { $0.outcome == "unfinished" }
    #expect(unfinished?.fromDue.minimum == .milliseconds(350))
    #expect(unfinished?.fromSend.count == 6)
  }

  @Test("an answer at the last nanosecond of the drain still counts")
  func lastNanosecond() throws {
    let load = VirtualLoad(
      try .of(.rates((rate: 1, seconds: 1)), drainTimeout: .milliseconds(300)),
      to: ScriptedTarget(end: { _, _ in second + 300 * millisecond }))
    #expect(load.outcomes == ["200": 1])
  }

  @Test("a stop ends the offering at its instant, and what is in flight is answered")
  func stopped() throws {
    let load = VirtualLoad(
      try .of(.rates((rate: 100, seconds: 3600))), to: ScriptedTarget(taking: 20 * millisecond),
      stop(at: second + 6 * millisecond))

    // Due at 5, 15, … 1005 ms.
    #expect(load.outcomes == ["200": 101])
    #expect(load.end == second + 25 * millisecond)
    #expect(load.reports.last?.wasStopped == true && load.reports.dropLast().allSatisfy { !$0.wasStopped })
  }

  @Test("at a stop what waits for a place is charged to nobody")
  func stoppedWithQueue() throws {
    let load = VirtualLoad(
      try .of(.rates((rate: 100, seconds: 60)), maxInFlight: 3, maxLateness: .seconds(60), drainTimeout: .seconds(1)),
      to: ScriptedTarget(taking: nil), stop(at: second))

    #expect(load.outcomes == ["stopped": 97, "unfinished": 3])
    #expect(load.tallies.flatMap(\.outcomes).allSatisfy { $0.failed == ($0.outcome == "unfinished") })
    #expect(load.end == 2 * second)
  }

  @Test("a stop before the start sends nothing")
  func stoppedBefore() throws {
    let load = VirtualLoad(
      try .of(.rates((rate: 100, seconds: 1)), start: 5 * second), to: ScriptedTarget(taking: millisecond),
      stop(at: second))
    #expect(load.offered == 0 && load.end == second)
    #expect(load.reports.map(\.isLast) == [true])
  }

  @Test(
    "every request ends exactly once, whatever the target and the machine do", arguments: 1...20 as ClosedRange<UInt64>)
  func conservation(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }
    var conditions = VirtualConditions()
    conditions.connectTime = chance(0.2) ? nil : Int64.random(in: 0...(80 * millisecond), using: &random)
    conditions.keepAlive = chance(0.5) ? Int64.random(in: 1...(300 * millisecond), using: &random) : nil
    conditions.stop = chance(0.3) ? Int64.random(in: 0...(3 * second), using: &random) : nil
    conditions.mostRead = chance(0.5) ? Int.random(in: 1...16, using: &random) : .max
    if chance(0.7) {
      let from = Int64.random(in: 0...(2 * second), using: &random)
      conditions.absences = [from..<from + Int64.random(in: 1...second, using: &random)]
    }
    let isMultiplexed = chance(0.4)
    let statuses = [200, 503]
    let target = ScriptedTarget(
      end: { number, now in
        var own = SplitMix64(seed: seed &* 1_000_003 &+ UInt64(number))
        let length = Int64.random(in: 1...(400 * millisecond), using: &own)
        return own.next() % 20 == 0 ? nil : now + length
      },
      answer: { number in
        var own = SplitMix64(seed: seed &* 7919 &+ UInt64(number))
        return own.next() % 10 == 0
          ? VirtualAnswer(.failure(.resetBeforeResponse))
          : VirtualAnswer(.status(statuses[Int(own.next() % 2)]), closesConnection: own.next() % 5 == 0)
      })
    let open = try LoadStream.Model.rates(
      (rate: Double.random(in: 0...400, using: &random), seconds: 1), (rate: 50, seconds: 1))
    let model =
      chance(0.5) ? open : .users(20, seconds: 2, think: .milliseconds(Int64.random(in: 0...50, using: &random)))
    let plan = try WorkerPlan.of(
      model,
      connections: ConnectionPolicy(
        reuse: chance(0.8), minimum: Int.random(in: 0...5, using: &random),
        maximumAge: chance(0.3) ? .milliseconds(100) : nil, maximumRequests: chance(0.3) ? 7 : nil,
        choice: chance(0.5) ? .leastRecentlyUsed : .mostRecentlyUsed, streams: 4), isMultiplexed: isMultiplexed,
      intervals: CountingIntervals(edges: [.milliseconds(333), .milliseconds(340)], length: .milliseconds(100)),
      maxInFlight: Int.random(in: 5...60, using: &random), maxLateness: .milliseconds(200),
      connectTimeout: .milliseconds(150), requestTimeout: .milliseconds(300), drainTimeout: .milliseconds(500))

    let load = VirtualLoad(plan, to: target, conditions)
    let again = VirtualLoad(plan, to: target, conditions)

    for tally in load.tallies {
      #expect(tally.offered == tally.outcomes.reduce(0) { $0 + $1.completed }, "interval from \(tally.start)")
      #expect(tally.outcomes.allSatisfy { $0.completed == $0.fromDue.count })
      #expect(tally.sent == tally.outcomes.reduce(0) { $0 + $1.fromSend.count })
      #expect(
        tally.dropped == tally.outcomes.filter { $0.outcome.hasPrefix("dropped") }.reduce(0) { $0 + $1.completed })
    }
    #expect(load.reports.last?.inFlight == 0 && load.reports.last?.queued == 0)
    #expect(load.tallies == again.tallies && load.arrivals == again.arrivals, "the same each time")
  }
}

@Suite("Connections of a worker, in virtual time")
struct WorkerConnectionTests {
  private func connections(_ load: VirtualLoad) -> [ConnectionCount] { load.connections }

  @Test("one that is older than its age is replaced before its next request")
  func age() throws {
    let load = VirtualLoad(
      try .of(.rates((rate: 10, seconds: 10)), connections: ConnectionPolicy(maximumAge: .seconds(2))),
      to: ScriptedTarget(taking: millisecond))
    // Begun at 50 ms, 2050 ms …: when it has stood for two seconds since its first answer.
    #expect(connections(load) == [ConnectionCount(opened: 5, reused: 95, mostRequests: 21)])
  }

  @Test("one that has carried its requests is closed")
  func requests() throws {
    let load = VirtualLoad(
      try .of(.rates((rate: 10, seconds: 9)), connections: ConnectionPolicy(maximumRequests: 10)),
      to: ScriptedTarget(taking: millisecond))
    #expect(connections(load) == [ConnectionCount(opened: 9, reused: 81, mostRequests: 10)])
  }

  @Test("one that the target closes while it is idle is opened again, and counted as closed by it")
  func closedByPeer() throws {
    var conditions = VirtualConditions()
    conditions.keepAlive = 50 * millisecond
    let load = VirtualLoad(
      try .of(.rates((rate: 10, seconds: 1))), to: ScriptedTarget(taking: millisecond), conditions)
    #expect(connections(load) == [ConnectionCount(opened: 10, reused: 0, closedByPeer: 9, mostRequests: 1)])
  }

  @Test("so many as the minimum are opened before one is used again")
  func minimum() throws {
    let load = VirtualLoad(
      try .of(.rates((rate: 10, seconds: 2)), connections: ConnectionPolicy(minimum: 6)),
      to: ScriptedTarget(taking: millisecond))
    #expect(connections(load) == [ConnectionCount(opened: 6, reused: 14, mostRequests: 4)])
  }

  @Test("those that the load does not need any longer are closed after ten seconds")
  func surplus() throws {
    let load = VirtualLoad(
      try .of(.rates((rate: 1e6, seconds: 1e-4), (rate: 100, seconds: 15))), to: ScriptedTarget(taking: millisecond))
    #expect(load.opened == 100)
    #expect(load.reports[8].openConnections == 100)
    // One is needed, a quarter more, and one.
    #expect(load.reports[14].openConnections == 2)
  }

  @Test("when the addresses change, its lanes go elsewhere with the next interval")
  func addresses() throws {
    var conditions = VirtualConditions()
    conditions.endpoints = [(0, [0, 1]), (second + 1, [1, 2])]
    let load = VirtualLoad(
      try .of(.rates((rate: 100, seconds: 4)), connections: ConnectionPolicy(minimum: 4, maximum: 4)),
      to: ScriptedTarget(taking: millisecond), conditions)
    // Known from the end of the second interval on: two lanes leave the first endpoint.
    #expect(connections(load).map(\.opened) == [2, 3, 1])
    #expect(connections(load).map { $0.opened + $0.reused } == [100, 250, 50])
  }

  @Test("without an address every request fails at once, and users do not ask in a tight loop")
  func noAddress() throws {
    var conditions = VirtualConditions()
    conditions.endpoints = [(0, [])]
    let load = VirtualLoad(
      try .of(.users(2, seconds: 1, think: .zero)), to: ScriptedTarget(taking: millisecond), conditions)
    // Each waits ten milliseconds after a failure.
    #expect(load.outcomes == ["dns": 200])
    #expect(load.sent == 0)
    // Nobody asked libcurl or the system.
    #expect(!load.whole.failures.isEmpty)
    #expect(load.whole.failures.allSatisfy { $0.curlCode == nil && $0.systemError == nil && $0.localPort == nil })
  }

  @Test(
    "one that never stands ends its requests after the connect timeout, and one that does after the request timeout")
  func timeouts() throws {
    func load(connectTime: Int64?) throws -> VirtualLoad {
      var conditions = VirtualConditions()
      conditions.connectTime = connectTime
      return VirtualLoad(
        try .of(
          .rates((rate: 10, seconds: 1)), connectTimeout: .milliseconds(200), requestTimeout: .milliseconds(700)),
        to: ScriptedTarget(taking: nil), conditions)
    }
    let never = try load(connectTime: nil)
    let slow = try load(connectTime: 199 * millisecond)

    #expect(never.outcomes == ["connect timeout": 10])
    #expect(never.tallies.flatMap(\.outcomes).allSatisfy { $0.fromSend.maximum == .milliseconds(200) })
    #expect(slow.outcomes == ["read timeout": 10])
    #expect(slow.tallies.flatMap(\.outcomes).allSatisfy { $0.fromSend.maximum == .milliseconds(700) })
  }
}

@Suite("Users of a worker, in virtual time")
struct WorkerUserTests {
  @Test("each sends, waits for its answer and thinks, to the nanosecond")
  func cycle() throws {
    let load = VirtualLoad(
      try .of(.users(3, seconds: 1.2, think: .milliseconds(60))), to: ScriptedTarget(taking: 40 * millisecond))

    // They begin at 10, 30 and 50 ms, and each goes round in 100 ms.
    let first = (0..<12).map { 10 + 100 * Int64($0) }
    #expect(load.arrivals.map { $0 / millisecond } == (first + first.map { $0 + 20 } + first.map { $0 + 40 }).sorted())
    #expect(load.outcomes == ["200": 36])
  }

  @Test("a stop ends them too, although answers are still to come")
  func stopped() throws {
    var conditions = VirtualConditions()
    conditions.stop = 500 * millisecond
    let load = VirtualLoad(
      try .of(.users(4, seconds: 3600, think: .zero)), to: ScriptedTarget(taking: 30 * millisecond), conditions)

    #expect(load.end == 510 * millisecond)
    #expect(load.outcomes == ["200": 4 * 17])
  }

  @Test("beside an open stream each sends its own requests, in the proportions of its routes")
  func sideBySide() throws {
    var plan = try WorkerPlan.of(.rates((rate: 300, seconds: 1)))
    plan.streams = [
      LoadStream(routes: [0, 1], model: try .rates((rate: 300, seconds: 1))),
      LoadStream(routes: [2], model: .users(5, seconds: 1, think: .milliseconds(95))),
    ]
    plan.rotations = [try RouteRotation(weights: [2, 1]), try RouteRotation(weights: [1])]
    plan.expected = Array(repeating: ExpectedStatuses(), count: 3)

    let load = VirtualLoad(plan, to: ScriptedTarget(taking: 5 * millisecond))

    #expect(load.tallies.map(\.route) == ["route 0", "route 1", "route 2"])
    #expect(load.tallies.map(\.offered) == [200, 100, 50])
  }
}
