import Arrivals
import Curl
import Units

/// One thread of the load: it offers its share of the arrivals on time and counts how each request ends.
///
/// The life of a request from top to bottom: ``offerDue(_:)`` → ``sendQueued()`` → ``send(_:)`` → ``complete(_:)``,
/// or ``drop(_:at:)`` on the way, or ``giveUp(at:)`` at the end. Nothing here is shared with another thread but
/// the stop signal and, once per interval, the handover of the ledger.
final class LoadWorker {
  /// What all workers of a run have in common.
  struct Assignment: Sendable {
    let plan: LoadPlan
    let rotation: RouteRotation
    let worker: Int
    /// The most requests in flight in this worker.
    let maxInFlight: Int
    /// The start of the load in monotonic nanoseconds.
    let start: Int64
    let stop: StopSignal
    let pool: LedgerPool
    let report: @Sendable (WorkerReport) -> Void
  }

  private let assignment: Assignment
  private let plan: LoadPlan
  private let start: Int64
  private let intervalLength: Int64
  private let maxLateness: Int64
  private let lateAfter: Int64
  private let drainTimeout: Int64
  private let podHeader: HeaderName?
  private let versionHeader: HeaderName?
  private let multiplexer: Multiplexer
  private var arrivals: ArrivalSequence
  private var nextArrival: Arrival?
  private var queue = PendingQueue()
  private var slots: [RequestSlot] = []
  /// Slots that are not in flight, by the route that they are configured for.
  private var freeSlots: [[Int]]
  private var inFlight = 0
  private var ledger: Ledger
  private var versions = VersionNames()
  private var samples = SampleCounts()
  /// Number of the first interval that was not handed over.
  private var currentInterval = 0

  init(_ assignment: Assignment) throws(CurlError) {
    self.assignment = assignment
    plan = assignment.plan
    start = assignment.start
    intervalLength = plan.interval.nanoseconds
    maxLateness = plan.maxLateness.nanoseconds
    lateAfter = plan.lateAfter.nanoseconds
    drainTimeout = plan.drainTimeout.nanoseconds
    podHeader = plan.podHeader.map { HeaderName($0) }
    versionHeader = plan.versionHeader.map { HeaderName($0) }
    multiplexer = try Multiplexer(connections: assignment.maxInFlight)
    arrivals = plan.schedule.arrivals(worker: assignment.worker, of: plan.workers)
    freeSlots = plan.routes.map { _ in [] }
    ledger = assignment.pool.take()
  }

  /// Runs from before the start of the load to the end of its drain.
  func run() {
    assignment.stop.notify(multiplexer.wakeUp)
    nextArrival = arrivals.next()
    var end = start + plan.schedule.duration.nanoseconds
    var wasStopped = false
    while true {
      if !wasStopped, assignment.stop.isStopped {
        wasStopped = true
        end = min(end, MonotonicClock.now())
        nextArrival = nil
      }
      let now = MonotonicClock.now()
      offerDue(now)
      sendQueued()
      // A request may end while it is being sent, and makes room for the next one.
      while completeEnded() { sendQueued() }
      handOver(at: now)
      if nextArrival == nil, now >= end {
        if queue.count == 0, inFlight == 0 { break }
        if now >= end + drainTimeout {
          giveUp(at: now)
          break
        }
      }
      multiplexer.wait(until: nextInstant(end: end, now: now))
      completeEnded()
    }
    report(interval: currentInterval, isLast: true, wasStopped: wasStopped)
  }

  /// Puts every request that has become due into the queue.
  private func offerDue(_ now: Int64) {
    while let arrival = nextArrival, start + arrival.due <= now {
      let route = assignment.rotation.route(ofArrival: arrival.index)
      let interval = Int(arrival.due / intervalLength)
      ledger.offered(interval: interval, route: route)
      queue.append(.init(arrival: arrival.index, due: start + arrival.due, interval: interval, route: route))
      nextArrival = arrivals.next()
    }
  }

  /// Sends from the queue while there is room in flight, and drops what has become too late.
  private func sendQueued() {
    while let pending = queue.first {
      let now = MonotonicClock.now()
      if now - pending.due > maxLateness {
        queue.removeFirst()
        drop(pending, at: now)
      } else if inFlight < assignment.maxInFlight {
        queue.removeFirst()
        send(pending)
      } else {
        return
      }
    }
  }

  private func drop(_ pending: PendingQueue.Pending, at now: Int64) {
    ledger.ended(
      interval: pending.interval, route: pending.route, outcome: .dropped, failed: true, version: nil, bytes: 0,
      fromDue: Int(now - pending.due) / 1000, fromSend: nil)
  }

  private func send(_ pending: PendingQueue.Pending) {
    let slot: RequestSlot
    do throws(CurlError) {
      slot = try takeSlot(route: pending.route)
    } catch {
      return fail(pending, error)
    }
    do throws(CurlError) {
      try slot.prepare(plan, pending)
      slot.sent = MonotonicClock.now()
      let lateness = slot.sent - pending.due
      try slot.start(on: multiplexer)
      inFlight += 1
      ledger.sent(
        interval: pending.interval, route: pending.route, lateness: Int(lateness) / 1000, isLate: lateness > lateAfter)
    } catch {
      freeSlots[pending.route].append(slot.transfer.token)
      fail(pending, error)
    }
  }

  /// A free slot: one that is configured for the route, else a new one, else one of another route.
  private func takeSlot(route: Int) throws(CurlError) -> RequestSlot {
    if let token = freeSlots[route].popLast() { return slots[token] }
    if slots.count < assignment.maxInFlight {
      let slot = try RequestSlot(token: slots.count, plan: plan)
      slots.append(slot)
      return slot
    }
    for other in freeSlots.indices {
      if let token = freeSlots[other].popLast() { return slots[token] }
    }
    throw CurlError(failure: .localLimit, description: "no free slot although fewer than the limit are in flight")
  }

  /// Counts a request that this machine could not even begin.
  private func fail(_ pending: PendingQueue.Pending, _ error: CurlError) {
    let now = MonotonicClock.now()
    let outcome = Outcome.failure(error.failure)
    ledger.ended(
      interval: pending.interval, route: pending.route, outcome: outcome, failed: true, version: nil, bytes: 0,
      fromDue: Int(now - pending.due) / 1000, fromSend: nil)
    guard samples.admit(outcome, limit: plan.failureSamplesPerInterval) else { return }
    ledger.failures.append(
      FailureSample(
        due: .nanoseconds(pending.due - start), sent: .nanoseconds(now - start), completed: .nanoseconds(now - start),
        route: pending.route, outcome: outcome.text, curlCode: error.code, osError: error.osError, status: nil,
        localPort: 0, remoteAddress: "", pod: nil, version: nil, times: TransferTimes()))
  }

  /// - Returns: whether there was any.
  @discardableResult
  private func completeEnded() -> Bool {
    var ended = false
    while let completion = multiplexer.nextCompletion() {
      complete(completion)
      ended = true
    }
    return ended
  }

  /// Counts a request that was answered or has failed, and frees its slot.
  private func complete(_ completion: Multiplexer.Completion) {
    let now = MonotonicClock.now()
    let slot = slots[completion.token]
    let pending = slot.pending
    let error = slot.transfer.error(completion)
    let status = slot.transfer.status
    let outcome: Outcome = error.map { .failure($0.failure) } ?? .status(status)
    let failed = error != nil || !plan.routes[pending.route].passes(status)
    let version = versionHeader.flatMap { versions.name(in: slot.transfer, header: $0) }
    let opened = slot.transfer.connectionsOpened
    ledger.connectionsOpened += opened
    if opened == 0, error == nil { ledger.connectionsReused += 1 }
    ledger.ended(
      interval: pending.interval, route: pending.route, outcome: outcome, failed: failed, version: version,
      bytes: slot.transfer.bodySize, fromDue: Int(now - pending.due) / 1000, fromSend: Int(now - slot.sent) / 1000)
    if failed { sample(slot, outcome, error, version, at: now) }
    slot.remove(from: multiplexer)
    free(slot)
  }

  /// Ends the drain: what is still in flight or queued stays without an answer.
  private func giveUp(at now: Int64) {
    let free = Set(freeSlots.joined())
    for slot in slots where !free.contains(slot.transfer.token) {
      slot.remove(from: multiplexer)
      ledger.ended(
        interval: slot.pending.interval, route: slot.pending.route, outcome: .unfinished, failed: true, version: nil,
        bytes: 0, fromDue: Int(now - slot.pending.due) / 1000, fromSend: Int(now - slot.sent) / 1000)
    }
    inFlight = 0
    while let pending = queue.first {
      queue.removeFirst()
      ledger.ended(
        interval: pending.interval, route: pending.route, outcome: .unfinished, failed: true, version: nil, bytes: 0,
        fromDue: Int(now - pending.due) / 1000, fromSend: nil)
    }
  }

  private func free(_ slot: RequestSlot) {
    inFlight -= 1
    freeSlots[slot.pending.route].append(slot.transfer.token)
  }

  /// Keeps the first failures of each kind in detail.
  private func sample(_ slot: RequestSlot, _ outcome: Outcome, _ error: CurlError?, _ version: String?, at now: Int64) {
    guard samples.admit(outcome, limit: plan.failureSamplesPerInterval) else { return }
    let pod = podHeader.flatMap { header in
      slot.transfer.withHeader(header) { String(decoding: $0.prefix(VersionNames.maximumLength), as: UTF8.self) }
    }
    let status = slot.transfer.status
    ledger.failures.append(
      FailureSample(
        due: .nanoseconds(slot.pending.due - start), sent: .nanoseconds(slot.sent - start),
        completed: .nanoseconds(now - start), route: slot.pending.route, outcome: outcome.text,
        curlCode: error.map(\.code), osError: error.flatMap { $0.osError == 0 ? nil : $0.osError },
        status: status == 0 ? nil : status, localPort: slot.transfer.localPort,
        remoteAddress: slot.transfer.remoteAddress, pod: pod, version: version, times: slot.transfer.times))
  }

  /// The next instant at which there is something to do even if no socket is ready.
  private func nextInstant(end: Int64, now: Int64) -> Int64 {
    var instant = max(start + Int64(currentInterval + 1) * intervalLength, start)
    if let arrival = nextArrival { instant = min(instant, start + arrival.due) }
    if let waiting = queue.first { instant = min(instant, waiting.due + maxLateness + 1) }
    if nextArrival == nil { instant = min(instant, now < end ? end : end + drainTimeout) }
    return instant
  }

  /// Hands the ledger over when an interval has ended.
  private func handOver(at now: Int64) {
    guard now >= start + Int64(currentInterval + 1) * intervalLength else { return }
    let ended = Int((now - start) / intervalLength) - 1
    report(interval: ended, isLast: false, wasStopped: false)
    currentInterval = ended + 1
    samples.clear()
  }

  private func report(interval: Int, isLast: Bool, wasStopped: Bool) {
    let full = ledger
    ledger = assignment.pool.take()
    assignment.report(
      WorkerReport(
        worker: assignment.worker, interval: interval, ledger: full,
        threadCPU: .nanoseconds(MonotonicClock.threadCPU()), queued: queue.count, inFlight: inFlight, isLast: isLast,
        wasStopped: wasStopped))
  }
}
