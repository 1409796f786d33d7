import Curl
import LoadDriving
import LoadFacts

/// The transport of a load worker over libcurl and the clock of this machine. It belongs to one thread.
struct CurlTransport: LoadTransport {
  /// Lanes whose connections libcurl looks through at each request. Each multi handle takes two descriptors and some 30 KiB.
  static let lanesPerHandle = 64
  /// How often a request is sent again that libcurl has given up after its own six attempts.
  private static let mostResends = 5
  private static let contentEncoding = HeaderName("Content-Encoding")

  private let plan: LoadPlan
  private let book: AddressBook
  private let stop: StopSignal
  private let worker: Int
  /// Whose connections are spread over lanes; `nil` for all.
  private let target: HostAndPort?
  private let podHeader: HeaderName?
  private let versionHeader: HeaderName?
  private let multiplexer: Multiplexer
  private let setup: RequestSlot.Setup
  /// By lane.
  private var lanes: [(group: ConnectionGroup, address: LaneAddress)] = []
  private var slots: [RequestSlot] = []
  private var versions = VersionNames()

  /// - Parameters:
  ///   - checks: by route.
  ///   - target: `nil` where requests go to one host only.
  init(
    _ plan: LoadPlan, checks: [CompiledChecks], target: HostAndPort?, book: AddressBook, worker: Int, stop: StopSignal
  ) throws(CurlError) {
    self.plan = plan
    self.book = book
    self.stop = stop
    self.worker = worker
    self.target = target
    podHeader = plan.podHeader.map { HeaderName($0) }
    versionHeader = plan.versionHeader.map { HeaderName($0) }
    // Twice what the lanes hold: where redirects lead to other hosts, each keeps a connection there beside its own.
    multiplexer = try Multiplexer(
      connections: 2 * Self.lanesPerHandle, groupsPerHandle: Self.lanesPerHandle,
      streamsPerConnection: plan.connections.streams)
    setup = try RequestSlot.Setup(plan, checks: checks)
    stop.notify(multiplexer.wakeUp)
  }

  var now: Int64 { MonotonicClock.now() }
  var isStopped: Bool { stop.isStopped }
  var endpoints: [Int] { book.current }
  var openConnections: Int { multiplexer.openConnections }
  var use: ThreadUse { .sinceItBegan() }

  mutating func wait(until instant: Int64) { multiplexer.wait(until: instant) }
  var hasReadAll: Bool { multiplexer.hasReadAll }
  mutating func readAll() { multiplexer.readAll() }

  mutating func addSlot(lane: Int) throws(SendingError) {
    do throws(CurlError) {
      while lanes.count <= lane {
        lanes.append(
          (
            try multiplexer.makeGroup(lanes.count),
            LaneAddress(lane: lanes.count, worker: worker, target: target, proxy: plan.proxy)
          ))
      }
      slots.append(
        try RequestSlot(token: slots.count, lane: lanes[lane].address, group: lanes[lane].group, plan: plan))
    } catch {
      throw SendingError(error)
    }
  }

  mutating func start(
    _ request: PendingRequest, in slot: Int, over connection: ConnectionChoice
  ) throws(SendingError) -> Int64 {
    let slot = slots[slot]
    do throws(CurlError) {
      try slot.prepare(setup, request, connection, book)
      let sent = now
      try slot.start(on: multiplexer)
      return sent
    } catch {
      throw SendingError(error)
    }
  }

  mutating func sendStarted() { multiplexer.sendAdded() }

  func hasConnection(_ slot: Int) -> Bool { slots[slot].transfer.isReady || slots[slot].redirects > 0 }

  mutating func nextEnded() -> EndedRequest? {
    guard let completion = multiplexer.nextCompletion() else { return nil }
    slots[completion.token].completion = completion
    return EndedRequest(slot: completion.token, isAnswered: completion.code == 0)
  }

  mutating func nextClosed() -> ClosedConnection? {
    multiplexer.nextClosed().map { ClosedConnection(lane: $0.group, localPort: $0.localPort) }
  }

  mutating func timeOut(_ slot: Int) { slots[slot].completion = .timedOut(slot) }

  mutating func conclude(_ slot: Int) -> Conclusion {
    let slot = slots[slot]
    var error = slot.error
    if error?.failure == .tooManyRedirects {
      if !Redirection.isFollowed(slot.transfer.status) {
        error = nil
      } else if slot.redirects < plan.redirects {
        let connection = slot.isAtTarget ? use(ofConnectionOf: slot, nil) : nil
        do throws(CurlError) {
          slot.remove(from: multiplexer)
          try slot.follow(setup)
          try slot.start(on: multiplexer)
          return .redirected(connection)
        } catch {
          return .ended(end(of: slot, error, connection))
        }
      }
    }
    if let failed = error, slot.wasGivenUp(failed), slot.resends < Self.mostResends {
      do throws(CurlError) {
        slot.remove(from: multiplexer)
        try slot.resend(setup)
        try slot.start(on: multiplexer)
        return .sentAgain
      } catch let problem {
        error = problem
      }
    }
    return .ended(end(of: slot, error, slot.isAtTarget ? use(ofConnectionOf: slot, error) : nil))
  }

  private mutating func end(of slot: RequestSlot, _ error: CurlError?, _ connection: ConnectionUse?) -> RequestEnd {
    slot.failure = error
    return RequestEnd(
      outcome: result(of: slot, error), bytes: slot.transfer.bodySize,
      version: versionHeader.flatMap { versions.name(in: slot.transfer, header: $0) }, connection: connection)
  }

  private func result(of slot: RequestSlot, _ error: CurlError?) -> Outcome {
    let checks = setup.checks[slot.request.route]
    if let error {
      return error.failure == .tooLarge && checks.limitsSize ? .check(.size) : .failure(error.failure)
    }
    let status = slot.transfer.status
    guard !checks.isEmpty, plan.routes[slot.request.route].expected.contains(status) else { return .status(status) }
    return checks.failure(of: slot.transfer, body: slot.body).map(Outcome.check) ?? .status(status)
  }

  private func use(ofConnectionOf slot: RequestSlot, _ error: CurlError?) -> ConnectionUse {
    ConnectionUse(
      opened: slot.transfer.connectionsOpened, localPort: slot.transfer.localPort, failure: error?.failure,
      isClosed: slot.closesConnection,
      isCompressed: plan.acceptsGzip && slot.transfer.withHeader(Self.contentEncoding, { _ in true }) == true)
  }

  func failure(_ slot: Int) -> FailureDetail {
    let slot = slots[slot]
    var detail = FailureDetail()
    detail.curlCode = slot.failure.flatMap { $0.code == 0 ? nil : $0.code }
    detail.osError = slot.failure.flatMap { $0.osError == 0 ? nil : $0.osError }
    detail.status = slot.transfer.status == 0 ? nil : slot.transfer.status
    detail.localPort = slot.transfer.localPort
    detail.remoteAddress = slot.transfer.remoteAddress
    detail.pod = podHeader.flatMap { header in
      slot.transfer.withHeader(header) { String(decoding: $0.prefix(VersionNames.maximumLength), as: UTF8.self) }
    }
    detail.times = slot.transfer.times
    detail.reusedConnection = slot.transfer.reusedConnection
    return detail
  }

  mutating func release(_ slot: Int) {
    slots[slot].remove(from: multiplexer)
    do throws(CurlError) {
      try slots[slot].renewIfRepeated(plan)
    } catch {
      // libcurl had no memory for another transfer: this one goes on, and fails with the sixth repetition.
    }
  }

  mutating func closeConnection(of slot: Int) -> Bool {
    do throws(CurlError) {
      try slots[slot].closeConnection(on: multiplexer)
      return true
    } catch {
      // libcurl had no memory for it.
      return false
    }
  }
}

extension SendingError {
  fileprivate init(_ error: CurlError) {
    self.init(failure: error.failure, code: error.code, osError: error.osError)
  }
}
