import LoadFacts

/// A transport without sockets, over a clock that stands still until the worker waits, and then jumps to the next instant.
///
/// Sending and reading take no time, so that what a worker does over it is exact to the nanosecond, and the same each time.
/// A request takes a nanosecond at the least: otherwise users without a pause would send without end at one instant.
public struct VirtualTransport<Target: VirtualTarget>: LoadTransport {
  private enum Event {
    case connected(slot: Int, use: Int)
    case ended(slot: Int, use: Int)
  }

  private struct Lane {
    /// Stands for the connection; `nil` when there is none.
    var port: Int?
    var standsFrom = Int64.max
    var idleSince: Int64 = 0
    var inFlight = 0
    var abandoned = 0
  }

  /// Plain numbers, since they are read several times a request, and nothing of it is to be retained for that.
  private struct Slot {
    let lane: Int
    /// Counts its requests, so that what is still to come of an earlier one is told apart.
    var use = 0
    var request = PendingRequest()
    var opened = 0
    var port = 0
    /// When its connection stands.
    var standsFrom = Int64.max
    var closesConnection = false
    /// How its request has ended; `nil` before it has.
    var outcome: Outcome?
  }

  public private(set) var now: Int64
  package private(set) var target: Target
  private let conditions: VirtualConditions
  private let began: Int64
  private var events = DueQueue<Event>()
  /// By lane.
  private var lanes: [Lane] = []
  private var slots: [Slot] = []
  /// By slot: the latest answer.
  private var answers: [VirtualAnswer] = []
  private var ports = 0
  /// Slots whose requests have ended and were read, and how many of them were told of.
  private var ended: [Int] = []
  private var told = 0
  private var closed: [ClosedConnection] = []
  public private(set) var hasReadAll = true

  /// - Parameter now: what the clock shows.
  package init(to target: Target, at now: Int64 = 0, _ conditions: VirtualConditions = VirtualConditions()) {
    self.target = target
    self.now = now
    self.conditions = conditions
    began = now
  }

  public var isStopped: Bool {
    conditions.stop.map { $0 <= now } ?? false || conditions.stopSignal?.isSet ?? false
  }
  public var endpoints: [Int] {
    (conditions.endpoints.last { $0.from <= now } ?? conditions.endpoints.first)?.known ?? []
  }
  public var openConnections: Int { lanes.count { $0.port != nil && $0.standsFrom <= now } }
  public var use: ThreadUse { ThreadUse(elapsed: .nanoseconds(now - began)) }

  public mutating func wait(until instant: Int64) {
    var next = min(instant, events.firstDue ?? .max)
    if let stop = conditions.stop, stop > now { next = min(next, stop) }
    now = max(now, next)
    if let absence = conditions.absences.first(where: { $0.contains(now) }) { now = absence.upperBound }
    read(atMost: conditions.mostRead)
  }

  public mutating func readAll() { read(atMost: .max) }

  private mutating func read(atMost most: Int) {
    var left = most
    while left > 0, let due = events.firstDue, due <= now, let event = events.removeFirst()?.element {
      switch event {
      case .connected(let slot, let use): if slots[slot].use == use { arrive(slot, at: due) }
      case .ended(let slot, let use):
        guard slots[slot].use == use else { continue }
        guard let answer = target.answer(in: slot, at: due) else {
          if let later = target.laterEnd(in: slot, at: due) {
            events.add(.ended(slot: slot, use: use), due: max(later, due + 1))
          }
          continue
        }
        end(slot, answer)
        ended.append(slot)
        left -= 1
      }
    }
    hasReadAll = events.firstDue.map { $0 > now } ?? true
  }

  public mutating func addSlot(lane: Int) throws(SendingError) {
    while lanes.count <= lane { lanes.append(Lane()) }
    slots.append(Slot(lane: lane))
    answers.append(VirtualAnswer())
  }

  public mutating func start(
    _ request: PendingRequest, in slot: Int, over connection: ConnectionChoice
  ) throws(SendingError) -> Int64 {
    let lane = connection.lane
    let isOver = conditions.keepAlive.map { lanes[lane].inFlight == 0 && now - lanes[lane].idleSince >= $0 } ?? false
    if connection.opensConnection || connection.abandoned != lanes[lane].abandoned || isOver { close(lane) }
    lanes[lane].abandoned = connection.abandoned
    slots[slot].use += 1
    slots[slot].request = request
    slots[slot].outcome = nil
    slots[slot].closesConnection = connection.closesConnection
    slots[slot].opened = 0
    if lanes[lane].port == nil {
      ports += 1
      lanes[lane].port = ports
      lanes[lane].standsFrom = conditions.connectTime.map { now + $0 } ?? .max
      slots[slot].opened = 1
    }
    slots[slot].port = lanes[lane].port ?? 0
    slots[slot].standsFrom = lanes[lane].standsFrom
    lanes[lane].inFlight += 1
    if lanes[lane].standsFrom <= now {
      arrive(slot, at: now)
    } else if lanes[lane].standsFrom < .max {
      events.add(.connected(slot: slot, use: slots[slot].use), due: lanes[lane].standsFrom)
    }
    return now
  }

  private mutating func arrive(_ slot: Int, at instant: Int64) {
    let (request, port) = (slots[slot].request, slots[slot].port)
    guard let end = target.arrive(request, over: port, in: slot, at: instant) else { return }
    events.add(.ended(slot: slot, use: slots[slot].use), due: max(end, instant + 1))
  }

  public mutating func sendStarted() {}

  public func hasConnection(_ slot: Int) -> Bool { slots[slot].standsFrom <= now }

  public mutating func nextEnded() -> EndedRequest? {
    guard told < ended.count else {
      if told > 0 { ended.removeAll(keepingCapacity: true) }
      told = 0
      return nil
    }
    let slot = ended[told]
    told += 1
    if case .failure? = slots[slot].outcome { return EndedRequest(slot: slot, isAnswered: false) }
    return EndedRequest(slot: slot, isAnswered: true)
  }

  public mutating func nextClosed() -> ClosedConnection? { closed.popLast() }

  public mutating func timeOut(_ slot: Int) {
    end(slot, VirtualAnswer(.failure(hasConnection(slot) ? .timeout : .connectTimeout)))
  }

  private mutating func end(_ slot: Int, _ answer: VirtualAnswer) {
    slots[slot].outcome = answer.outcome
    if answer.closesConnection { slots[slot].closesConnection = true }
    answers[slot] = answer
  }

  public mutating func conclude(_ slot: Int) -> Conclusion {
    if slots[slot].outcome == nil { end(slot, VirtualAnswer(.failure(.cancelled))) }
    let stands = hasConnection(slot)
    var use = ConnectionUse(
      opened: stands ? slots[slot].opened : 0, localPort: stands ? slots[slot].port : 0,
      isClosed: slots[slot].closesConnection)
    if case .failure(let failure)? = slots[slot].outcome { use.failure = failure }
    return .ended(
      RequestEnd(
        outcome: answers[slot].outcome, bytes: answers[slot].bytes, version: answers[slot].version, connection: use))
  }

  public func failure(_ slot: Int) -> FailureDetail {
    var detail = FailureDetail()
    if case .status(let status)? = slots[slot].outcome {
      detail.status = status
      detail.pod = target.pod(in: slot)
    }
    detail.localPort = hasConnection(slot) ? slots[slot].port : 0
    detail.reusedConnection = slots[slot].opened == 0 && detail.localPort > 0
    return detail
  }

  public mutating func release(_ slot: Int) {
    let lane = slots[slot].lane
    lanes[lane].inFlight -= 1
    lanes[lane].idleSince = now
    slots[slot].use += 1
    switch slots[slot].outcome {
    case nil: return closeIfIdle(lane)
    case .failure: closeIfIdle(lane)
    default: break
    }
    if slots[slot].closesConnection { close(lane) }
  }

  public mutating func closeConnection(of slot: Int) -> Bool {
    close(slots[slot].lane)
    return true
  }

  /// A connection over which something has failed is closed, unless something else is on its way over it.
  private mutating func closeIfIdle(_ lane: Int) {
    if lanes[lane].inFlight == 0 { close(lane) }
  }

  private mutating func close(_ lane: Int) {
    guard let port = lanes[lane].port else { return }
    closed.append(ClosedConnection(lane: lane, localPort: port))
    lanes[lane].port = nil
    lanes[lane].standsFrom = .max
  }
}
