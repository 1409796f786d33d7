internal import CLibcurl
internal import CLinux
internal import Glibc

/// Runs many transfers on one thread: owner of a libcurl multi handle and of what it waits for.
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
  }

  /// Sockets handled between two looks at the clock. More at a time cost less each when the generator is near its limit;
  /// at some 15 µs each, the next due request waits for at most a quarter of a millisecond.
  private static let eventsPerWait = 16

  private let multi: UnsafeMutableRawPointer
  private let epoll: Int32
  private let timer: Int32
  /// Ends a wait from another thread.
  package let wakeUp: WakeUp
  private let events: UnsafeMutablePointer<epoll_event>
  /// Outlives libcurl's handle, which calls back while it is cleaned up.
  private let sockets: WatchedSockets
  /// When libcurl wants to be called although no socket is ready.
  private var libcurlDeadline: Int64?
  /// What the timer is set to.
  private var armed: Int64 = 0

  /// - Parameters:
  ///   - connections: how many idle connections to keep for reuse.
  ///   - streamsPerConnection: the most requests at one time on a connection of HTTP/2; a server may allow fewer.
  package init(connections: Int, streamsPerConnection: Int = 100) throws(CurlError) {
    CurlGlobal.initialise()
    wakeUp = try WakeUp()
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    timer = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK | TFD_CLOEXEC))
    guard epoll >= 0, timer >= 0 else {
      let number = errno
      if epoll >= 0 { close(epoll) }
      if timer >= 0 { close(timer) }
      throw CurlError.system("epoll_create1 or timerfd_create", errno: number)
    }
    guard let multi = curl_multi_init() else {
      close(epoll)
      close(timer)
      throw CurlError(failure: .localLimit, description: "libcurl: curl_multi_init: out of memory")
    }
    // libcurl has opened a pair of sockets by which it can be woken, which a program started later would inherit.
    scaleproof_close_all_on_exec()
    self.multi = multi
    sockets = WatchedSockets(epoll: epoll)
    events = .allocate(capacity: Self.eventsPerWait)
    scaleproof_epoll_control(epoll, EPOLL_CTL_ADD, wakeUp.descriptor, EPOLLIN.rawValue)
    scaleproof_epoll_control(epoll, EPOLL_CTL_ADD, timer, EPOLLIN.rawValue | EPOLLET.rawValue)
    scaleproof_multi_set_socket_callback(
      multi, WatchedSockets.socketCallback, Unmanaged.passUnretained(sockets).toOpaque())
    scaleproof_multi_set_timer_callback(multi, Self.timerCallback, Unmanaged.passUnretained(self).toOpaque())
    // Without this libcurl keeps four times the transfers of the moment, and closes connections in every lull.
    scaleproof_multi_set_long(multi, CURLMOPT_MAXCONNECTS, max(connections, 1))
    scaleproof_multi_set_long(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, max(streamsPerConnection, 1))
  }

  deinit {
    // libcurl calls back while it cleans up, and this object is on its way out.
    scaleproof_multi_set_timer_callback(multi, nil, nil)
    curl_multi_cleanup(multi)
    events.deallocate()
    close(epoll)
    close(timer)
  }

  /// Adds a transfer, which is sent by the next ``sendAdded()`` or ``wait(until:)`` when a connection is ready, else as
  /// soon as one is.
  package func start(_ transfer: inout Transfer) throws(CurlError) {
    try transfer.report(to: sockets)
    let code = curl_multi_add_handle(multi, transfer.handle)
    guard code == CURLM_OK else { throw CurlError.multi("curl_multi_add_handle", code: code) }
  }

  /// Sends what was added. Several at once cost less each than one after the other, for us and for the server.
  package func sendAdded() {
    runTimers()
  }

  /// Takes a transfer out, complete or not; it can then be changed and started again.
  package func remove(_ transfer: borrowing Transfer) {
    curl_multi_remove_handle(multi, transfer.handle)
  }

  /// Waits until a socket is ready, libcurl's time has come, another thread calls ``WakeUp/signal()``, or the monotonic
  /// clock reaches `deadline` (nanoseconds; `nil` for no limit), and lets libcurl do its work.
  package func wait(until deadline: Int64?) {
    let timeout = armTimer(deadline)
    let count = epoll_wait(epoll, events, Int32(Self.eventsPerWait), timeout)
    var running: Int32 = 0
    for index in 0..<Int(max(count, 0)) {
      let event = events + index
      let descriptor = scaleproof_epoll_descriptor(event)
      if descriptor == timer {
        // It is watched for edges, so it stays silent until it is set again, without being read.
        armed = 0
      } else if descriptor == wakeUp.descriptor {
        wakeUp.clear()
      } else if sockets.wants(descriptor) {
        curl_multi_socket_action(multi, descriptor, Self.readiness(scaleproof_epoll_events(event)), &running)
      }
    }
    runTimers()
  }

  /// Connections that stand, as far as is known.
  package var openConnections: Int { sockets.openConnections }

  /// The next transfer that ended, in no particular order; `nil` when there is none. It must be removed before it can
  /// be started again.
  package func nextCompletion() -> Completion? {
    let completion = scaleproof_multi_next_completion(multi)
    guard let handle = completion.handle else { return nil }
    let token = Int(bitPattern: scaleproof_easy_get_private(handle)) - 1
    return Completion(token: token, code: Int(completion.code.rawValue))
  }

  /// Tells libcurl that its time has come, if it has.
  private func runTimers() {
    guard let due = libcurlDeadline, due <= MonotonicClock.now() else { return }
    // Before the call, since the call may set the next one.
    libcurlDeadline = nil
    var running: Int32 = 0
    curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running)
  }

  /// Sets the precise timer to the caller's instant and returns the milliseconds to libcurl's, for `epoll_wait`.
  private func armTimer(_ deadline: Int64?) -> Int32 {
    var timeout: Int32 = -1
    if let due = libcurlDeadline {
      // libcurl counts in milliseconds itself, so rounding up loses nothing.
      let left = max(due - MonotonicClock.now(), 0)
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

  private static let timerCallback: scaleproof_timer_callback = { _, milliseconds, context in
    guard let context else { return -1 }
    let multiplexer = Unmanaged<Multiplexer>.fromOpaque(context).takeUnretainedValue()
    // Only noted: libcurl must not be called from its own callback.
    multiplexer.libcurlDeadline = milliseconds < 0 ? nil : MonotonicClock.now() + Int64(milliseconds) * 1_000_000
    return 0
  }
}
