internal import CLibcurl
internal import CLinux
internal import Glibc

/// Runs many transfers on one thread: owner of libcurl's multi handles and of what they wait for.
///
/// One epoll set holds libcurl's sockets, a timer for the caller's next instant and a ``WakeUp``. libcurl says by
/// callback which sockets and which time it waits for, and is told which became ready
/// (`curl_multi_socket_action`), so that idle connections cost nothing.
///
/// It belongs to the thread that made it, and it must outlive the transfers that were added.
package final class Multiplexer {
  /// A transfer that ended.
  package struct Completion {
    /// The token of the ``Transfer``.
    package let token: Int
    /// libcurl's `CURLcode`; 0 is success. ``Transfer/error(_:)`` explains it.
    package let code: Int

    /// The caller has waited long enough for a transfer that libcurl has not ended.
    package static func timedOut(_ token: Int) -> Completion {
      Completion(token: token, code: Int(CURLE_OPERATION_TIMEDOUT.rawValue))
    }
  }

  /// A connection of a group that libcurl has closed, whoever wanted that.
  package struct ClosedConnection {
    /// The token of the ``ConnectionGroup``.
    package let group: Int
    /// As in ``Transfer/localPort``; 0 when it never stood.
    package let localPort: Int
  }

  /// Sockets handled between two looks at the clock. More at a time cost less each when the generator is near its limit;
  /// at some 15 µs each, the next due request waits for at most a quarter of a millisecond.
  private static let eventsPerWait = 16

  private let epoll: Int32
  private let timer: Int32
  /// Ends a wait from another thread.
  package let wakeUp: WakeUp
  private let events: UnsafeMutablePointer<epoll_event>
  private let sockets: WatchedSockets
  private let connectionsPerHandle: Int
  private let groupsPerHandle: Int
  private let streamsPerConnection: Int
  private var handles: [MultiHandle] = []
  /// Kept as long as libcurl may call back for their connections.
  private var groups: [ConnectionGroup] = []
  /// Of transfers that are started without a group.
  private var commonGroup: ConnectionGroup?
  /// Numbers of the handles that want to be called at once.
  private var due: [Int] = []
  /// Those that are being called.
  private var running: [Int] = []
  /// No other handle wants to be called before this instant.
  private var earliestDeadline = Int64.max
  /// Numbers of the handles whose transfers may have ended.
  private var ended: [Int] = []
  /// What the timer is set to.
  private var armed: Int64 = 0
  /// Whether the latest look found fewer ready sockets than it takes at a time: there was nothing else to read.
  package private(set) var hasReadAll = true

  /// - Parameters:
  ///   - connections: how many idle connections to keep for reuse, of each handle.
  ///   - groupsPerHandle: how many groups share what libcurl looks through at each request.
  ///   - streamsPerConnection: the most requests at one time on a connection of HTTP/2; a server may allow fewer.
  package init(
    connections: Int, groupsPerHandle: Int = 1, streamsPerConnection: Int = 100
  ) throws(CurlError) {
    CurlGlobal.initialise()
    connectionsPerHandle = connections
    self.groupsPerHandle = groupsPerHandle
    self.streamsPerConnection = streamsPerConnection
    wakeUp = try WakeUp()
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    timer = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK | TFD_CLOEXEC))
    guard epoll >= 0, timer >= 0 else {
      let number = errno
      if epoll >= 0 { close(epoll) }
      if timer >= 0 { close(timer) }
      throw CurlError.system("epoll_create1 or timerfd_create", errno: number)
    }
    sockets = WatchedSockets(epoll: epoll)
    events = .allocate(capacity: Self.eventsPerWait)
    scaleproof_epoll_control(epoll, EPOLL_CTL_ADD, wakeUp.descriptor, EPOLLIN.rawValue)
    scaleproof_epoll_control(epoll, EPOLL_CTL_ADD, timer, EPOLLIN.rawValue | EPOLLET.rawValue)
  }

  deinit {
    // libcurl closes its connections now, and tells their groups.
    handles = []
    withExtendedLifetime(groups) {}
    events.deallocate()
    close(epoll)
    close(timer)
  }

  /// A new group of connections.
  ///
  /// - Parameter token: what ``nextClosed()`` calls it; `nil` when nobody wants to hear of its connections.
  package func makeGroup(_ token: Int?) throws(CurlError) -> ConnectionGroup {
    if groups.count % groupsPerHandle == 0 {
      handles.append(
        try MultiHandle(
          number: handles.count, sockets: sockets, connections: connectionsPerHandle,
          streamsPerConnection: streamsPerConnection))
    }
    let group = ConnectionGroup(token: token, handle: handles[handles.count - 1], sockets: sockets)
    groups.append(group)
    return group
  }

  /// Adds a transfer, which is sent by the next ``sendAdded()`` or ``wait(until:)`` when a connection is ready, else as
  /// soon as one is.
  ///
  /// - Parameter group: always the same for a transfer; `nil` for that of all transfers without one.
  package func start(_ transfer: inout Transfer, in group: ConnectionGroup? = nil) throws(CurlError) {
    if group == nil, commonGroup == nil { commonGroup = try makeGroup(nil) }
    guard let group = group ?? commonGroup else { return }
    try transfer.join(group)
    let code = curl_multi_add_handle(group.handle.raw, transfer.handle)
    guard code == CURLM_OK else { throw CurlError.multi("curl_multi_add_handle", code: code) }
    noteDeadline(of: group.handle)
  }

  /// Sends what was added. Several at once cost less each than one after the other, for us and for the server.
  package func sendAdded() {
    runTimers()
  }

  /// Takes a transfer out, complete or not; it can then be changed and started again.
  package func remove(_ transfer: borrowing Transfer) {
    guard let handle = transfer.group?.handle else { return }
    curl_multi_remove_handle(handle.raw, transfer.handle)
    noteDeadline(of: handle)
  }

  /// Closes the idle connection that the transfer would go over if it were started, and sends nothing.
  ///
  /// - Parameter transfer: one that was started before, and is not on its way.
  package func closeConnection(of transfer: inout Transfer) throws(CurlError) {
    guard let handle = transfer.group?.handle else { return }
    try transfer.beginClosing()
    let code = curl_multi_add_handle(handle.raw, transfer.handle)
    if code == CURLM_OK {
      handle.runTimers()
      curl_multi_remove_handle(handle.raw, transfer.handle)
      note(handle)
    }
    try transfer.endClosing()
    guard code == CURLM_OK else { throw CurlError.multi("curl_multi_add_handle", code: code) }
  }

  /// Waits until a socket is ready, libcurl's time has come, another thread calls ``WakeUp/signal()``, or the monotonic
  /// clock reaches `deadline` (nanoseconds; `nil` for no limit), and lets libcurl do its work.
  package func wait(until deadline: Int64?) {
    handleEvents(timeout: armTimer(deadline))
    runTimers()
  }

  /// Lets libcurl read what has come, without waiting, until nothing is left to read; at most one round over all sockets.
  package func readAll() {
    var rounds = sockets.openConnections / Self.eventsPerWait + 2
    repeat {
      handleEvents(timeout: 0)
      rounds -= 1
    } while !hasReadAll && rounds > 0
  }

  private func handleEvents(timeout: Int32) {
    let count = Int(max(epoll_wait(epoll, events, Int32(Self.eventsPerWait), timeout), 0))
    hasReadAll = count < Self.eventsPerWait
    for index in 0..<count {
      let event = events + index
      let descriptor = scaleproof_epoll_descriptor(event)
      if descriptor == timer {
        // It is watched for edges, so it stays silent until it is set again, without being read.
        armed = 0
      } else if descriptor == wakeUp.descriptor {
        wakeUp.clear()
      } else if let number = sockets.handle(wanting: descriptor) {
        let handle = handles[number]
        handle.act(on: descriptor, Self.readiness(scaleproof_epoll_events(event)))
        note(handle)
      }
    }
  }

  /// Connections that stand, as far as is known.
  package var openConnections: Int { sockets.openConnections }

  /// The next transfer that ended, in no particular order; `nil` when there is none. It must be removed before it can
  /// be started again.
  package func nextCompletion() -> Completion? {
    while let number = ended.last {
      let handle = handles[number]
      let completion = scaleproof_multi_next_completion(handle.raw)
      if let easy = completion.handle {
        let token = Int(bitPattern: scaleproof_easy_get_private(easy)) - 1
        return Completion(token: token, code: Int(completion.code.rawValue))
      }
      ended.removeLast()
      handle.mayHaveEnded = false
    }
    return nil
  }

  /// The next connection of a group that was closed, in no particular order; `nil` when there is none. What went over it
  /// has ended before.
  package func nextClosed() -> ClosedConnection? { sockets.closedConnections.popLast() }

  /// Takes notice of what a call into libcurl may have changed.
  private func note(_ handle: MultiHandle) {
    if !handle.mayHaveEnded {
      handle.mayHaveEnded = true
      ended.append(handle.number)
    }
    noteDeadline(of: handle)
  }

  private func noteDeadline(of handle: MultiHandle) {
    if handle.deadline > 0 {
      earliestDeadline = min(earliestDeadline, handle.deadline)
    } else if !handle.isListed {
      handle.isListed = true
      due.append(handle.number)
    }
  }

  /// Tells libcurl that its time has come, where it has.
  private func runTimers() {
    // Those that want it again have their turn the next time.
    swap(&due, &running)
    for number in running {
      let handle = handles[number]
      handle.isListed = false
      handle.runTimers()
      note(handle)
    }
    running.removeAll(keepingCapacity: true)
    guard earliestDeadline < .max else { return }
    let now = MonotonicClock.now()
    guard earliestDeadline <= now else { return }
    earliestDeadline = .max
    for handle in handles {
      if handle.deadline <= now, !handle.isListed {
        handle.runTimers()
        note(handle)
      } else {
        noteDeadline(of: handle)
      }
    }
  }

  /// Sets the precise timer to the caller's instant and returns the milliseconds to libcurl's, for `epoll_wait`.
  private func armTimer(_ deadline: Int64?) -> Int32 {
    if !due.isEmpty { return 0 }
    var timeout: Int32 = -1
    if earliestDeadline < .max {
      // libcurl counts in milliseconds itself, so rounding up loses nothing.
      let left = max(earliestDeadline - MonotonicClock.now(), 0)
      timeout = Int32(clamping: (left + 999_999) / 1_000_000)
    }
    guard let deadline else {
      if armed != 0 {
        scaleproof_timer_set(timer, 0)
        armed = 0
      }
      return timeout
    }
    if deadline <= MonotonicClock.now() { return 0 }
    if deadline != armed {
      scaleproof_timer_set(timer, deadline)
      armed = deadline
    }
    return timeout
  }

  private static func readiness(_ events: UInt32) -> Int32 {
    var mask: Int32 = 0
    if events & EPOLLIN.rawValue != 0 { mask |= CURL_CSELECT_IN }
    if events & EPOLLOUT.rawValue != 0 { mask |= CURL_CSELECT_OUT }
    if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { mask |= CURL_CSELECT_ERR }
    return mask
  }
}
