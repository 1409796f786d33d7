import Arrivals
import LoadFacts
import Units

/// What one worker does with its share of a load: it offers the requests when they are due, and counts how each ends.
///
/// The life of a request from top to bottom: ``offerDue(_:)`` → ``sendQueued(adding:)`` → ``send(_:at:growing:)`` →
/// ``complete(_:)``, or ``drop(_:at:)`` on the way, ``endOverdue(_:)``, ``discardQueue(at:)`` at a stop, or
/// ``giveUp(at:)`` at the end.
///
/// It decides; sockets and clock are the transport's. Over the clock of a simulation it is the same worker to the nanosecond.
///
/// What each request asks for without changing anything is always inlined: for a call, the compiler makes a copy of the whole
/// worker, which is some thousand bytes where the transport is a simulated cluster.
public struct LoadWorker<Transport: LoadTransport> {
  /// Requests that are handed over before they are sent. The first waits for the last, some 2 µs each.
  private static var sentAtOnce: Int { 64 }
  /// Connections that are added between two looks at what has come.
  private static var addedAtOnce: Int { 16 }

  package private(set) var transport: Transport
  private let plan: WorkerPlan
  private let start: Int64
  private let duration: Int64
  private let maxLateness: Int64
  private let lateAfter: Int64
  private let drainTimeout: Int64
  private let connectTimeout: Int64
  private let requestTimeout: Int64
  /// Takes a ledger at the end of its interval, and gives an empty one.
  private let handOver: (WorkerReport) -> Ledger
  /// By stream.
  private var sources: [RequestSource]
  private var queue = PendingQueue()
  private var attention: Attention
  /// The most requests that are in flight at a time, by number and by connections.
  private let places: Int
  /// Since when requests have waited for a place without a break, in nanoseconds of the transport's clock.
  private var heldSince: Int64?
  private var lanes: LanePool
  private var pace = OpeningPace()
  /// By slot.
  private var flights: [Flight] = []
  private var inFlight = 0
  /// In flight, and perhaps still without a connection.
  private var connecting = ExpiryQueue()
  /// In flight over a connection.
  private var answering = ExpiryQueue()
  private var ledger: Ledger
  private var samples = SampleCounts()
  private var turns: LedgerTurns
  /// What the transport had used when the load began.
  private var usedBefore = ThreadUse()

  /// - Parameters:
  ///   - ledger: an empty one.
  ///   - handOver: takes a ledger at the end of its interval, and gives an empty one.
  package init(
    _ plan: WorkerPlan, over transport: Transport, ledger: Ledger = Ledger(),
    handOver: @escaping (WorkerReport) -> Ledger
  ) {
    self.plan = plan
    self.transport = transport
    self.ledger = ledger
    self.handOver = handOver
    start = plan.start
    turns = LedgerTurns(plan)
    duration = plan.duration.nanoseconds
    maxLateness = plan.maxLateness.nanoseconds
    lateAfter = plan.lateAfter.nanoseconds
    drainTimeout = plan.drainTimeout.nanoseconds
    connectTimeout = plan.connectTimeout.nanoseconds
    requestTimeout = plan.requestTimeout.nanoseconds
    sources = plan.streams.indices.map { RequestSource($0, of: plan) }
    lanes = LanePool(
      policy: plan.connections, worker: plan.worker, workers: plan.workers, endpoints: transport.endpoints,
      maximumLanes: plan.maxLanes, isMultiplexed: plan.isMultiplexed)
    places = plan.places
    attention = Attention(places: plan.places, at: transport.now)
  }

  /// Runs from before the start of the load to the end of its drain.
  public mutating func run() {
    // What is used until the load begins is not the load's.
    while transport.now < start, !transport.isStopped { wait(until: start) }
    usedBefore = transport.use
    var end = start + duration
    var wasStopped = false
    while true {
      if !wasStopped, transport.isStopped {
        wasStopped = true
        let now = transport.now
        end = min(end, now)
        for source in sources.indices { sources[source].stop() }
        discardQueue(at: now)
      }
      let now = transport.now
      offerDue(now)
      sendQueued()
      // A request may end while it is being sent, and makes room for the next one.
      while completeEnded() { sendQueued() }
      if lacksConnection { addConnections() } else { closeSurplus(at: now) }
      if endOverdue(now) {
        // The places that this has freed.
        repeat { sendQueued() } while completeEnded()
      }
      handOverEnded(at: now)
      if now >= end {
        if queue.count == 0, inFlight == 0 { break }
        if now >= end + drainTimeout {
          transport.readAll()
          completeEnded()
          giveUp(at: now)
          break
        }
      }
      wait(until: nextInstant(end: end, now: now))
      completeEnded()
    }
    report(interval: turns.current, isLast: true, wasStopped: wasStopped)
  }

  /// Waits for answers and the next instant, and reads what has come.
  private mutating func wait(until instant: Int64) {
    let waited = transport.now
    transport.wait(until: instant)
    attention.read(at: transport.now, waited: waited, planned: instant, isComplete: transport.hasReadAll)
  }

  /// Puts every request that has become due into the queue.
  private mutating func offerDue(_ now: Int64) {
    while let source = nextSource, let due = sources[source].nextDue, due <= now {
      guard var request = sources[source].take() else { continue }
      request.takenUp = now
      request.mark = attention.mark
      ledger.offered(interval: request.interval, route: request.route)
      queue.append(request)
    }
  }

  /// The stream whose next request is due first.
  @inline(__always)
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
  private mutating func sendQueued(adding additions: Int = 0) {
    var added = 0
    var additions = additions
    while let request = queue.first {
      let now = transport.now
      let lanesBefore = lanes.activeLanes
      if now - request.due > maxLateness {
        queue.removeFirst()
        drop(request, at: now)
      } else if inFlight < plan.maxInFlight,
        send(request, at: now, growing: additions > 0 && now >= pace.instant(forLate: isLate(request)))
      {
        queue.removeFirst()
        added += 1
        if lanes.activeLanes > lanesBefore {
          additions -= 1
          pace.added(forLate: isLate(request), at: now, connections: lanes.activeLanes)
        }
        if added % Self.sentAtOnce == 0 { transport.sendStarted() }
      } else {
        break
      }
    }
    let isHeld = queue.count > 0 && inFlight >= places
    heldSince = isHeld ? heldSince ?? transport.now : nil
    attention.sent(isHoldingBack: queue.count > 0 && !isHeld)
    transport.sendStarted()
  }

  /// What this machine took of the time, up to now, that a request has waited, in nanoseconds.
  @inline(__always)
  private func machineShare(of request: PendingRequest, at now: Int64) -> Int64 {
    let all = now - request.due
    // Taken up in this very pass, it did not wait for a place.
    guard request.takenUp < attention.readAt else { return all }
    return min(request.takenUp - request.due + attention.wait(since: request.mark) + now - attention.readAt, all)
  }

  /// Who made a request wait: this machine when more than a tenth of the time was its own, and enough to count as late.
  private func cause(of request: PendingRequest, at now: Int64) -> Outcome.Cause {
    machineShare(of: request, at: now) > max((now - request.due) / 10, lateAfter) ? .machine : .target
  }

  /// Whether it was late already when the worker noticed it.
  private func isLate(_ request: PendingRequest) -> Bool { request.takenUp - request.due > lateAfter }

  /// Whether a request waits that another connection would carry.
  private var lacksConnection: Bool { queue.count > 0 && inFlight < plan.maxInFlight && lanes.mayGrow }

  /// Adds connections for requests that have found none free, a few at a time, and not before every answer that has come is
  /// read: those set connections free.
  private mutating func addConnections() {
    wait(until: 0)
    completeEnded()
    sendQueued(adding: transport.hasReadAll ? Self.addedAtOnce : 0)
    while completeEnded() { sendQueued() }
  }

  /// Closes a connection that the load does not need any longer. One in a pass, so that nothing else waits for it.
  private mutating func closeSurplus(at now: Int64) {
    guard let lane = lanes.retireSurplus(at: now), let slot = lanes.lanes[lane].freeSlots.last else { return }
    // One that could not be closed stands, and carries requests again when its lane is needed.
    if transport.closeConnection(of: slot) { lanes.lanes[lane].beginAnew() }
  }

  private mutating func drop(_ request: PendingRequest, at now: Int64) {
    ended(request, .dropped(cause(of: request, at: now)), failed: true, at: now)
    sources[request.stream].ended(request, at: now, failed: true)
  }

  /// Drops what waits when the load is stopped: nobody can tell how it would have ended.
  private mutating func discardQueue(at now: Int64) {
    while let request = queue.first {
      queue.removeFirst()
      ended(request, .stopped, failed: false, at: now)
    }
    heldSince = nil
  }

  /// - Returns: whether there was a connection to take; otherwise nothing has happened.
  private mutating func send(_ request: PendingRequest, at now: Int64, growing: Bool) -> Bool {
    guard lanes.hasEndpoint else {
      fail(request, SendingError(failure: .dns))
      return true
    }
    guard let passage = lanes.take(at: now, growing: growing) else { return false }
    let lane = passage.lane
    do throws(SendingError) {
      let slot = try takeSlot(on: lane)
      let sent: Int64
      do throws(SendingError) {
        sent = try transport.start(request, in: slot, over: passage.connection)
      } catch {
        lanes.lanes[lane].freeSlots.append(slot)
        throw error
      }
      flights[slot] = Flight(
        lane: lane, request: request, sent: sent, expectsConnection: passage.expectsConnection)
      inFlight += 1
      if connectTimeout < requestTimeout { connecting.append(slot) } else { answering.append(slot) }
      let lateness = sent - request.due
      let byMachine = machineShare(of: request, at: sent)
      ledger.sent(
        interval: request.interval, route: request.route, lateness: Int(lateness) / 1000,
        byMachine: Int(byMachine) / 1000, isLate: lateness > lateAfter, isLateByMachine: byMachine > lateAfter)
    } catch {
      lanes.leave(lane)
      fail(request, error)
    }
    return true
  }

  /// A slot of the lane that is not in flight.
  private mutating func takeSlot(on lane: Int) throws(SendingError) -> Int {
    if let slot = lanes.lanes[lane].freeSlots.popLast() { return slot }
    try transport.addSlot(lane: lane)
    flights.append(Flight(lane: lane))
    return flights.count - 1
  }

  /// Counts a request that this machine could not even begin.
  private mutating func fail(_ request: PendingRequest, _ error: SendingError) {
    let now = transport.now
    let outcome = Outcome.failure(error.failure)
    ended(request, outcome, failed: true, at: now)
    sources[request.stream].ended(request, at: now, failed: true)
    guard samples.admit(outcome, limit: plan.failureSamplesPerInterval) else { return }
    var detail = FailureDetail()
    detail.curlCode = error.code == 0 ? nil : error.code
    detail.osError = error.osError == 0 ? nil : error.osError
    ledger.failures.append(
      KeptFailure(
        request: request, start: start, sent: now, completed: now, outcome: outcome, version: nil, detail: detail))
  }

  /// - Returns: whether there was any.
  @discardableResult
  private mutating func completeEnded() -> Bool {
    var isAny = false
    while let ended = transport.nextEnded() {
      if ended.isAnswered { attention.answered() }
      complete(ended.slot)
      isAny = true
    }
    while let closed = transport.nextClosed() { lanes.lanes[closed.lane].closed(localPort: closed.localPort) }
    return isAny
  }

  /// Counts a request that was answered or has failed, and frees its slot.
  private mutating func complete(_ slot: Int) {
    let now = transport.now
    let end: RequestEnd
    switch transport.conclude(slot) {
    case .ended(let conclusion): end = conclusion
    case .redirected(let connection):
      if let connection { count(connection, of: slot, at: now) }
      flights[slot].expectsConnection = lanes.lanes[flights[slot].lane].openedAt != nil
      return
    case .sentAgain: return
    }
    let flight = flights[slot]
    let request = flight.request
    let failed = !plan.expected[request.route].isMet(by: end.outcome)
    if let connection = end.connection { count(connection, of: slot, at: now) }
    ledger.ended(
      interval: request.interval, route: request.route, outcome: end.outcome, failed: failed, version: end.version,
      bytes: end.bytes, fromDue: Int(now - request.due) / 1000, fromSend: Int(now - flight.sent) / 1000)
    if failed { sample(slot, end, at: now) }
    transport.release(slot)
    inFlight -= 1
    connecting.remove(slot)
    answering.remove(slot)
    lanes.lanes[flight.lane].freeSlots.append(slot)
    lanes.leave(flight.lane)
    sources[request.stream].ended(request, at: now, failed: failed)
  }

  /// Counts what a request has done to the connection of its lane.
  private mutating func count(_ connection: ConnectionUse, of slot: Int, at now: Int64) {
    let lane = flights[slot].lane
    ledger.connected(
      lanes.lanes[lane].endpoint,
      lanes.lanes[lane].count(connection, isExpected: flights[slot].expectsConnection, at: now))
  }

  /// Ends requests whose time is over.
  ///
  /// A transport could do so itself. But libcurl looks at the time before it looks at the socket, so that after a moment in
  /// which this machine was away it ends requests whose answers have long been there. Here every answer that has come is
  /// read first.
  ///
  /// - Returns: whether there was any.
  private mutating func endOverdue(_ now: Int64) -> Bool {
    guard
      isOverdue(connecting.first, after: connectTimeout, now) || isOverdue(answering.first, after: requestTimeout, now)
    else { return false }
    transport.readAll()
    completeEnded()
    while let slot = connecting.first, isOverdue(slot, after: connectTimeout, now) {
      if transport.hasConnection(slot) {
        connecting.remove(slot)
        answering.append(slot)
      } else {
        transport.timeOut(slot)
        complete(slot)
      }
    }
    while let slot = answering.first, isOverdue(slot, after: requestTimeout, now) {
      transport.timeOut(slot)
      complete(slot)
    }
    // What they did to their connections.
    completeEnded()
    return true
  }

  @inline(__always)
  private func isOverdue(_ slot: Int?, after timeout: Int64, _ now: Int64) -> Bool {
    slot.map { now - flights[$0].sent >= timeout } ?? false
  }

  /// Ends the drain: what is still in flight or queued stays without an answer.
  private mutating func giveUp(at now: Int64) {
    while let slot = connecting.first ?? answering.first {
      connecting.remove(slot)
      answering.remove(slot)
      transport.release(slot)
      ended(flights[slot].request, .unfinished, failed: true, sent: flights[slot].sent, at: now)
    }
    inFlight = 0
    heldSince = nil
    while let request = queue.first {
      queue.removeFirst()
      ended(request, .unfinished, failed: true, at: now)
    }
  }

  /// Counts a request that has ended without an answer.
  private mutating func ended(
    _ request: PendingRequest, _ outcome: Outcome, failed: Bool, sent: Int64? = nil, at now: Int64
  ) {
    ledger.ended(
      interval: request.interval, route: request.route, outcome: outcome, failed: failed, version: nil, bytes: 0,
      fromDue: Int(now - request.due) / 1000, fromSend: sent.map { Int(now - $0) / 1000 })
  }

  /// Keeps the first failures of each kind in detail.
  private mutating func sample(_ slot: Int, _ end: RequestEnd, at now: Int64) {
    guard samples.admit(end.outcome, limit: plan.failureSamplesPerInterval) else { return }
    let sent = flights[slot].sent
    var detail = transport.failure(slot)
    // The transport has not seen the end of those that were ended here.
    detail.times.end = max(detail.times.end, Int(now - sent) / 1000)
    ledger.failures.append(
      KeptFailure(
        request: flights[slot].request, start: start, sent: sent, completed: now, outcome: end.outcome,
        version: end.version, detail: detail))
  }

  /// The next instant at which there is something to do even if nothing comes.
  @inline(__always)
  private func nextInstant(end: Int64, now: Int64) -> Int64 {
    var instant = turns.due
    let due = nextSource.flatMap { sources[$0].nextDue }
    if let due { instant = min(instant, due) }
    if queue.count > 0, let waiting = queue.first {
      instant = min(instant, waiting.due + maxLateness + 1)
      if lacksConnection {
        instant = min(instant, transport.hasReadAll ? pace.instant(forLate: isLate(waiting)) : now)
      }
    }
    if let slot = connecting.first { instant = min(instant, flights[slot].sent + connectTimeout) }
    if let slot = answering.first { instant = min(instant, flights[slot].sent + requestTimeout) }
    if due == nil { instant = min(instant, now < end ? end : end + drainTimeout) }
    return instant
  }

  /// Hands the ledger over when its interval has ended.
  private mutating func handOverEnded(at now: Int64) {
    guard now >= turns.due else { return }
    report(interval: turns.next(at: now), isLast: false, wasStopped: false)
    samples.clear()
    lanes.refresh(transport.endpoints)
  }

  private mutating func report(interval: Int, isLast: Bool, wasStopped: Bool) {
    ledger = handOver(
      WorkerReport(
        worker: plan.worker, interval: interval, ledger: ledger, used: transport.use.less(usedBefore),
        openConnections: transport.openConnections, queued: queue.count, inFlight: inFlight, places: places,
        heldSince: heldSince.map { .nanoseconds($0 - start) },
        longestPause: .nanoseconds(attention.takeLongestPause()), isLast: isLast, wasStopped: wasStopped))
  }
}
