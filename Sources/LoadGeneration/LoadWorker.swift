import Arrivals
import Curl
import Units

/// One thread of the load: it offers its share of the arrivals on time and counts how each request ends.
///
/// The life of a request from top to bottom: ``offerDue(_:)`` → ``sendQueued(adding:)`` → ``send(_:at:growing:)`` →
/// ``complete(_:)``, or ``drop(_:at:)`` on the way, ``endOverdue(_:)``, ``discardQueue(at:)`` at a stop, or
/// ``giveUp(at:)`` at the end. Nothing here is shared with another thread but
/// the stop signal and, once per interval, the handover of the ledger.
final class LoadWorker {
  /// What all workers of a run have in common.
  struct Assignment: Sendable {
    let plan: LoadPlan
    /// By stream.
    let rotations: [RouteRotation]
    /// By route.
    let checks: [CompiledChecks]
    let target: HostAndPort?
    let book: AddressBook
    let worker: Int
    /// The most requests in flight in this worker.
    let maxInFlight: Int
    /// The most connections of this worker.
    let maxLanes: Int
    /// The start of the load in monotonic nanoseconds.
    let start: Int64
    let stop: StopSignal
    let pool: LedgerPool
    let report: @Sendable (WorkerReport) -> Void
  }

  /// Requests that are handed to libcurl before it sends them. The first waits for the last, some 2 µs each.
  private static let sentAtOnce = 64
  /// Connections that are added between two looks at what has come.
  private static let addedAtOnce = 16
  /// How often a request is sent again that libcurl has given up after its own six attempts.
  private static let mostResends = 5
  /// Between two handovers of the ledger there is as much wall time at the least, however short the phases of a load are.
  private static let shortestHandOver: Int64 = 50_000_000
  /// Lanes whose connections libcurl looks through at each request. Each multi handle takes two descriptors and some 30 KiB.
  static let lanesPerHandle = 64

  private let assignment: Assignment
  private let plan: LoadPlan
  private let start: Int64
  private let maxLateness: Int64
  private let lateAfter: Int64
  private let drainTimeout: Int64
  private let connectTimeout: Int64
  private let requestTimeout: Int64
  private let podHeader: HeaderName?
  private let versionHeader: HeaderName?
  private let multiplexer: Multiplexer
  private let setup: RequestSlot.Setup
  /// By stream.
  private var sources: [RequestSource]
  private var queue = PendingQueue()
  private var attention: Attention
  /// The most requests that are in flight at a time, by number and by connections.
  private let places: Int
  /// Since when requests have waited for a place without a break, in monotonic nanoseconds.
  private var heldSince: Int64?
  private var lanes: LanePool
  /// By lane.
  private var groups: [ConnectionGroup] = []
  private var pace = OpeningPace()
  private var slots: [RequestSlot] = []
  private var inFlight = 0
  /// In flight, and perhaps still without a connection.
  private var connecting = ExpiryQueue()
  /// In flight over a connection.
  private var answering = ExpiryQueue()
  private var ledger: Ledger
  private var versions = VersionNames()
  private var samples = SampleCounts()
  /// Number of the interval at whose end the ledger is handed over next, and that end in monotonic nanoseconds.
  private var currentInterval = 0
  private var handOverDue: Int64
  /// What this thread had used when the load began.
  private var usedBefore = ThreadUse()

  init(_ assignment: Assignment) throws(CurlError) {
    self.assignment = assignment
    plan = assignment.plan
    start = assignment.start
    handOverDue = assignment.start + assignment.plan.intervals.start(of: 1)
    maxLateness = plan.maxLateness.nanoseconds
    lateAfter = plan.lateAfter.nanoseconds
    drainTimeout = plan.drainTimeout.nanoseconds
    connectTimeout = plan.connectTimeout.nanoseconds
    requestTimeout = plan.requestTimeout.nanoseconds
    podHeader = plan.podHeader.map { HeaderName($0) }
    versionHeader = plan.versionHeader.map { HeaderName($0) }
    // Twice what the lanes hold: where redirects lead to other hosts, each keeps a connection there beside its own.
    multiplexer = try Multiplexer(
      connections: 2 * Self.lanesPerHandle, groupsPerHandle: Self.lanesPerHandle,
      streamsPerConnection: assignment.plan.connections.streams)
    setup = try RequestSlot.Setup(plan, checks: assignment.checks)
    sources = assignment.plan.streams.indices.map { stream in
      RequestSource(
        stream, of: assignment.plan, rotation: assignment.rotations[stream], worker: assignment.worker,
        start: assignment.start)
    }
    lanes = LanePool(
      policy: plan.connections, worker: assignment.worker, workers: plan.workers, target: assignment.target,
      proxy: plan.proxy, book: assignment.book, maximumLanes: assignment.maxLanes,
      isMultiplexed: plan.httpVersion.isMultiplexed)
    ledger = assignment.pool.take()
    let streams = plan.httpVersion.isMultiplexed && plan.connections.reuse ? max(plan.connections.streams, 1) : 1
    places = min(assignment.maxInFlight, assignment.maxLanes * streams)
    attention = Attention(places: places, at: MonotonicClock.now())
  }

  /// Runs from before the start of the load to the end of its drain.
  func run() {
    assignment.stop.notify(multiplexer.wakeUp)
    // What this thread does until the load begins is not the load's.
    while MonotonicClock.now() < start, !assignment.stop.isStopped { wait(until: start) }
    usedBefore = .sinceItBegan()
    var end = start + plan.duration.nanoseconds
    var wasStopped = false
    while true {
      if !wasStopped, assignment.stop.isStopped {
        wasStopped = true
        let now = MonotonicClock.now()
        end = min(end, now)
        for source in sources.indices { sources[source].stop() }
        discardQueue(at: now)
      }
      let now = MonotonicClock.now()
      offerDue(now)
      sendQueued()
      // A request may end while it is being sent, and makes room for the next one.
      while completeEnded() { sendQueued() }
      if lacksConnection { addConnections() } else { closeSurplus(at: now) }
      endOverdue(now)
      handOver(at: now)
      if now >= end {
        if queue.count == 0, inFlight == 0 { break }
        if now >= end + drainTimeout {
          multiplexer.readAll()
          completeEnded()
          giveUp(at: now)
          break
        }
      }
      wait(until: nextInstant(end: end, now: now))
      completeEnded()
    }
    report(interval: currentInterval, isLast: true, wasStopped: wasStopped)
  }

  /// Waits for answers and the next instant, and reads what has come.
  private func wait(until instant: Int64) {
    let waited = MonotonicClock.now()
    multiplexer.wait(until: instant)
    attention.read(at: MonotonicClock.now(), waited: waited, planned: instant, isComplete: multiplexer.hasReadAll)
  }

  /// Puts every request that has become due into the queue.
  private func offerDue(_ now: Int64) {
    while let source = nextSource, let due = sources[source].nextDue, due <= now {
      guard var pending = sources[source].take() else { continue }
      pending.takenUp = now
      pending.mark = attention.mark
      ledger.offered(interval: pending.interval, route: pending.route)
      queue.append(pending)
    }
  }

  /// The stream whose next request is due first.
  private var nextSource: Int? {
    var first: (source: Int, due: Int64)?
    for source in sources.indices {
      guard let due = sources[source].nextDue, due < first?.due ?? .max else { continue }
      first = (source, due)
    }
    return first?.source
  }

  /// Sends from the queue while there is room in flight, and drops what has become too late.
  ///
  /// - Parameter additions: the most connections to add.
  private func sendQueued(adding additions: Int = 0) {
    defer { multiplexer.sendAdded() }
    var added = 0
    var additions = additions
    while let pending = queue.first {
      let now = MonotonicClock.now()
      let lanesBefore = lanes.activeLanes
      if now - pending.due > maxLateness {
        queue.removeFirst()
        drop(pending, at: now)
      } else if inFlight < assignment.maxInFlight,
        send(pending, at: now, growing: additions > 0 && now >= pace.instant(forLate: isLate(pending)))
      {
        queue.removeFirst()
        added += 1
        if lanes.activeLanes > lanesBefore {
          additions -= 1
          pace.added(forLate: isLate(pending), at: now, connections: lanes.activeLanes)
        }
        if added % Self.sentAtOnce == 0 { multiplexer.sendAdded() }
      } else {
        let isHeld = inFlight >= places
        heldSince = isHeld ? heldSince ?? now : nil
        attention.sent(isHoldingBack: !isHeld)
        return
      }
    }
    heldSince = nil
    attention.sent(isHoldingBack: false)
  }

  /// What this machine took of the time, up to now, that a request has waited, in nanoseconds.
  private func machineShare(of pending: PendingQueue.Pending, at now: Int64) -> Int64 {
    let all = now - pending.due
    // Taken up in this very pass, it did not wait for a place.
    guard pending.takenUp < attention.readAt else { return all }
    return min(pending.takenUp - pending.due + attention.wait(since: pending.mark) + now - attention.readAt, all)
  }

  /// Who made a request wait: this machine when more than a tenth of the time was its own, and enough to count as late.
  private func cause(of pending: PendingQueue.Pending, at now: Int64) -> Outcome.Cause {
    machineShare(of: pending, at: now) > max((now - pending.due) / 10, lateAfter) ? .machine : .target
  }

  /// Whether it was late already when the worker noticed it.
  private func isLate(_ pending: PendingQueue.Pending) -> Bool { pending.takenUp - pending.due > lateAfter }

  /// Whether a request waits that another connection would carry.
  private var lacksConnection: Bool { queue.count > 0 && inFlight < assignment.maxInFlight && lanes.mayGrow }

  /// Adds connections for requests that have found none free, a few at a time, and not before every answer that has come is
  /// read: those set connections free.
  private func addConnections() {
    wait(until: 0)
    completeEnded()
    sendQueued(adding: multiplexer.hasReadAll ? Self.addedAtOnce : 0)
    while completeEnded() { sendQueued() }
  }

  /// Closes a connection that the load does not need any longer. One in a pass, so that nothing else waits for it.
  private func closeSurplus(at now: Int64) {
    guard let lane = lanes.retireSurplus(at: now), let token = lane.freeSlots.last else { return }
    do throws(CurlError) {
      try slots[token].closeConnection(on: multiplexer)
      lane.beginAnew()
    } catch {
      // libcurl had no memory for it: the connection stays, and carries requests again when its lane is needed.
    }
  }

  private func drop(_ pending: PendingQueue.Pending, at now: Int64) {
    ledger.ended(
      interval: pending.interval, route: pending.route, outcome: .dropped(cause(of: pending, at: now)), failed: true,
      version: nil, bytes: 0, fromDue: Int(now - pending.due) / 1000, fromSend: nil)
    sources[pending.stream].ended(pending, at: now, failed: true)
  }

  /// Drops what waits when the load is stopped: nobody can tell how it would have ended.
  private func discardQueue(at now: Int64) {
    while let pending = queue.first {
      queue.removeFirst()
      ledger.ended(
        interval: pending.interval, route: pending.route, outcome: .stopped, failed: false, version: nil, bytes: 0,
        fromDue: Int(now - pending.due) / 1000, fromSend: nil)
    }
    heldSince = nil
  }

  /// - Returns: whether there was a connection to take; otherwise nothing has happened.
  private func send(_ pending: PendingQueue.Pending, at now: Int64, growing: Bool) -> Bool {
    guard lanes.hasAddress else {
      fail(pending, CurlError(failure: .dns, description: "no address of the target is known"))
      return true
    }
    var passage: LanePool.Passage?
    do throws(CurlError) {
      passage = try lanes.take(at: now, growing: growing)
      guard let passage else { return false }
      let slot = try takeSlot(on: passage.lane)
      do throws(CurlError) {
        try slot.prepare(setup, pending, passage)
        slot.sent = MonotonicClock.now()
        try slot.start(on: multiplexer)
      } catch {
        passage.lane.freeSlots.append(slot.transfer.token)
        throw error
      }
      inFlight += 1
      if connectTimeout < requestTimeout {
        connecting.append(slot.transfer.token)
      } else {
        answering.append(slot.transfer.token)
      }
      let lateness = slot.sent - pending.due
      let byMachine = machineShare(of: pending, at: slot.sent)
      ledger.sent(
        interval: pending.interval, route: pending.route, lateness: Int(lateness) / 1000,
        byMachine: Int(byMachine) / 1000, isLate: lateness > lateAfter, isLateByMachine: byMachine > lateAfter)
    } catch {
      if let passage { lanes.leave(passage.lane) }
      fail(pending, error)
    }
    return true
  }

  /// A slot of the lane that is not in flight.
  private func takeSlot(on lane: ConnectionLane) throws(CurlError) -> RequestSlot {
    if let token = lane.freeSlots.popLast() { return slots[token] }
    while groups.count <= lane.number { groups.append(try multiplexer.makeGroup(groups.count)) }
    let slot = try RequestSlot(token: slots.count, lane: lane, group: groups[lane.number], plan: plan)
    slots.append(slot)
    return slot
  }

  /// Counts a request that this machine could not even begin.
  private func fail(_ pending: PendingQueue.Pending, _ error: CurlError) {
    let now = MonotonicClock.now()
    let outcome = Outcome.failure(error.failure)
    ledger.ended(
      interval: pending.interval, route: pending.route, outcome: outcome, failed: true, version: nil, bytes: 0,
      fromDue: Int(now - pending.due) / 1000, fromSend: nil)
    sources[pending.stream].ended(pending, at: now, failed: true)
    guard samples.admit(outcome, limit: plan.failureSamplesPerInterval) else { return }
    ledger.failures.append(
      FailureSample(
        due: .nanoseconds(pending.due - start), sent: .nanoseconds(now - start), completed: .nanoseconds(now - start),
        route: pending.route, outcome: outcome.text, curlCode: error.code, osError: error.osError, status: nil,
        localPort: 0, remoteAddress: "", pod: nil, version: nil, times: TransferTimes(), reusedConnection: false))
  }

  /// - Returns: whether there was any.
  @discardableResult
  private func completeEnded() -> Bool {
    var ended = false
    while let completion = multiplexer.nextCompletion() {
      if completion.code == 0 { attention.answered() }
      complete(completion)
      ended = true
    }
    while let closed = multiplexer.nextClosed() { lanes.lanes[closed.group].closed(localPort: closed.localPort) }
    return ended
  }

  /// Counts a request that was answered or has failed, and frees its slot.
  private func complete(_ completion: Multiplexer.Completion) {
    let now = MonotonicClock.now()
    let slot = slots[completion.token]
    let pending = slot.pending
    var error = slot.transfer.error(completion)
    if error?.failure == .tooManyRedirects {
      do throws(CurlError) {
        if !Redirection.isFollowed(slot.transfer.status) {
          error = nil
        } else if slot.redirects < plan.redirects {
          return try follow(slot, at: now)
        }
      } catch let problem {
        error = problem
      }
    }
    if error?.isRefusal == true, slot.resends < Self.mostResends {
      do throws(CurlError) {
        return try resend(slot)
      } catch let problem {
        error = problem
      }
    }
    let status = slot.transfer.status
    let outcome = result(of: slot, error, status)
    let failed = outcome != .status(status) || !plan.routes[pending.route].passes(status)
    let version = versionHeader.flatMap { versions.name(in: slot.transfer, header: $0) }
    if slot.isAtTarget { count(connectionOf: slot, error, at: now) }
    ledger.ended(
      interval: pending.interval, route: pending.route, outcome: outcome, failed: failed, version: version,
      bytes: slot.transfer.bodySize, fromDue: Int(now - pending.due) / 1000, fromSend: Int(now - slot.sent) / 1000)
    if failed { sample(slot, outcome, error, version, at: now) }
    slot.remove(from: multiplexer)
    inFlight -= 1
    connecting.remove(completion.token)
    answering.remove(completion.token)
    do throws(CurlError) {
      try slot.renewIfRepeated(plan)
    } catch {
      // libcurl had no memory for another transfer: this one goes on, and fails with the sixth repetition.
    }
    slot.lane.freeSlots.append(completion.token)
    lanes.leave(slot.lane)
    sources[pending.stream].ended(pending, at: now, failed: failed)
  }

  /// Sends a request on to where its answer has pointed.
  private func follow(_ slot: RequestSlot, at now: Int64) throws(CurlError) {
    if slot.isAtTarget { count(connectionOf: slot, nil, at: now) }
    slot.remove(from: multiplexer)
    try slot.follow(setup)
    if slot.isAtTarget { slot.expectsConnection = slot.lane.openedAt != nil }
    try slot.start(on: multiplexer)
  }

  /// Sends a request again that the server has refused untouched as often as libcurl asks.
  private func resend(_ slot: RequestSlot) throws(CurlError) {
    slot.remove(from: multiplexer)
    try slot.resend(setup)
    try slot.start(on: multiplexer)
  }

  private func result(of slot: RequestSlot, _ error: CurlError?, _ status: Int) -> Outcome {
    let checks = setup.checks[slot.pending.route]
    if let error {
      return error.failure == .tooLarge && checks.limitsSize ? .check(.size) : .failure(error.failure)
    }
    guard !checks.isEmpty, plan.routes[slot.pending.route].passes(status) else { return .status(status) }
    return checks.failure(of: slot.transfer, body: slot.body).map(Outcome.check) ?? .status(status)
  }

  /// Counts what the request has done to the connection of its lane.
  private func count(connectionOf slot: RequestSlot, _ error: CurlError?, at now: Int64) {
    let lane = slot.lane
    var count = ConnectionCount(opened: slot.transfer.connectionsOpened)
    if count.opened > 0 {
      if slot.expectsConnection { count.closedByPeer = 1 }
      lane.openedAt = now
    } else if error == nil {
      count.reused = 1
      if lane.openedAt == nil { lane.openedAt = now }
    }
    let localPort = slot.transfer.localPort
    if localPort > 0, error?.failure != .idleClosed { count.mostRequests = lane.used(localPort: localPort) }
    if plan.acceptsGzip, slot.transfer.withHeader(Self.contentEncoding, { _ in true }) == true { count.compressed = 1 }
    ledger.connected(lane.endpoint, count)
    // libcurl closes a connection that has failed, and over which nothing else is on its way.
    if slot.closesConnection || error != nil && lane.inFlight == 1 { lane.openedAt = nil }
  }

  private static let contentEncoding = HeaderName("Content-Encoding")

  /// Ends requests whose time is over.
  ///
  /// libcurl could do so itself. But it looks at the time before it looks at the socket, so that after a moment in which this
  /// machine was away it ends requests whose answers have long been there. Here every answer that has come is read first.
  private func endOverdue(_ now: Int64) {
    guard
      isOverdue(connecting.first, after: connectTimeout, now) || isOverdue(answering.first, after: requestTimeout, now)
    else { return }
    multiplexer.readAll()
    completeEnded()
    while let token = connecting.first, isOverdue(token, after: connectTimeout, now) {
      if slots[token].transfer.isReady || slots[token].redirects > 0 {
        connecting.remove(token)
        answering.append(token)
      } else {
        complete(.timedOut(token))
      }
    }
    while let token = answering.first, isOverdue(token, after: requestTimeout, now) { complete(.timedOut(token)) }
    // What they did to their connections.
    completeEnded()
  }

  private func isOverdue(_ token: Int?, after timeout: Int64, _ now: Int64) -> Bool {
    token.map { now - slots[$0].sent >= timeout } ?? false
  }

  /// Ends the drain: what is still in flight or queued stays without an answer.
  private func giveUp(at now: Int64) {
    while let token = connecting.first ?? answering.first {
      connecting.remove(token)
      answering.remove(token)
      let slot = slots[token]
      slot.remove(from: multiplexer)
      ledger.ended(
        interval: slot.pending.interval, route: slot.pending.route, outcome: .unfinished, failed: true, version: nil,
        bytes: 0, fromDue: Int(now - slot.pending.due) / 1000, fromSend: Int(now - slot.sent) / 1000)
    }
    inFlight = 0
    heldSince = nil
    while let pending = queue.first {
      queue.removeFirst()
      ledger.ended(
        interval: pending.interval, route: pending.route, outcome: .unfinished, failed: true, version: nil, bytes: 0,
        fromDue: Int(now - pending.due) / 1000, fromSend: nil)
    }
  }

  /// Keeps the first failures of each kind in detail.
  private func sample(_ slot: RequestSlot, _ outcome: Outcome, _ error: CurlError?, _ version: String?, at now: Int64) {
    guard samples.admit(outcome, limit: plan.failureSamplesPerInterval) else { return }
    let pod = podHeader.flatMap { header in
      slot.transfer.withHeader(header) { String(decoding: $0.prefix(VersionNames.maximumLength), as: UTF8.self) }
    }
    let status = slot.transfer.status
    var times = slot.transfer.times
    // libcurl has not seen the end of those that were ended here.
    times.end = max(times.end, Int(now - slot.sent) / 1000)
    ledger.failures.append(
      FailureSample(
        due: .nanoseconds(slot.pending.due - start), sent: .nanoseconds(slot.sent - start),
        completed: .nanoseconds(now - start), route: slot.pending.route, outcome: outcome.text,
        curlCode: error.map(\.code), osError: error.flatMap { $0.osError == 0 ? nil : $0.osError },
        status: status == 0 ? nil : status, localPort: slot.transfer.localPort,
        remoteAddress: slot.transfer.remoteAddress, pod: pod, version: version, times: times,
        reusedConnection: slot.transfer.connectionsOpened == 0))
  }

  /// The next instant at which there is something to do even if no socket is ready.
  private func nextInstant(end: Int64, now: Int64) -> Int64 {
    var instant = handOverDue
    let due = nextSource.flatMap { sources[$0].nextDue }
    if let due { instant = min(instant, due) }
    if let waiting = queue.first { instant = min(instant, waiting.due + maxLateness + 1) }
    if lacksConnection, let waiting = queue.first {
      instant = min(instant, multiplexer.hasReadAll ? pace.instant(forLate: isLate(waiting)) : now)
    }
    if let token = connecting.first { instant = min(instant, slots[token].sent + connectTimeout) }
    if let token = answering.first { instant = min(instant, slots[token].sent + requestTimeout) }
    if due == nil { instant = min(instant, now < end ? end : end + drainTimeout) }
    return instant
  }

  /// Hands the ledger over when an interval has ended, or several that are too short for each of them.
  private func handOver(at now: Int64) {
    guard now >= handOverDue else { return }
    let ended = plan.intervals.number(at: now - start) - 1
    report(interval: ended, isLast: false, wasStopped: false)
    currentInterval = plan.intervals.number(at: plan.intervals.start(of: ended + 1) + Self.shortestHandOver)
    handOverDue = start + plan.intervals.start(of: currentInterval + 1)
    samples.clear()
    lanes.refresh()
  }

  private func report(interval: Int, isLast: Bool, wasStopped: Bool) {
    let full = ledger
    ledger = assignment.pool.take()
    assignment.report(
      WorkerReport(
        worker: assignment.worker, interval: interval, ledger: full,
        used: ThreadUse.sinceItBegan().less(usedBefore), openConnections: multiplexer.openConnections,
        queued: queue.count, inFlight: inFlight,
        places: places, heldSince: heldSince.map { .nanoseconds($0 - start) },
        longestPause: .nanoseconds(attention.takeLongestPause()), isLast: isLast, wasStopped: wasStopped))
  }
}
