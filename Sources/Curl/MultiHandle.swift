internal import CLibcurl
internal import CLinux
internal import LoadFacts

/// Owner of one libcurl multi handle: some of the transfers of a ``Multiplexer``, with connections, host names and timers of
/// their own.
///
/// A multi handle keeps what it knows in hash tables of fixed length (97 chains for connections and 71 for host names in
/// libcurl 7.88), and walks through all its connections whenever a transfer is removed and all its names whenever one ends.
/// So the cost of a request grows with what the handle that carries it holds, and several of them share one epoll set.
final class MultiHandle {
  let raw: UnsafeMutableRawPointer
  /// Its place in the multiplexer.
  let number: Int
  private let sockets: WatchedSockets
  /// When libcurl wants to be called although no socket is ready, in monotonic nanoseconds; 0 for at once, `Int64.max` for
  /// never.
  var deadline = Int64.max
  /// Whether the multiplexer knows that it is to be called at once.
  var isListed = false
  /// Whether the multiplexer knows that transfers may have ended.
  var mayHaveEnded = false

  /// - Parameters:
  ///   - number: its place in the multiplexer.
  ///   - connections: how many idle connections to keep for reuse.
  ///   - streamsPerConnection: the most requests at one time on a connection of HTTP/2.
  init(number: Int, sockets: WatchedSockets, connections: Int, streamsPerConnection: Int) throws(CurlError) {
    guard let raw = curl_multi_init() else {
      throw CurlError(failure: .localLimit, description: "libcurl: curl_multi_init: out of memory")
    }
    // libcurl has opened a pair of sockets by which it can be woken, which a program started later would inherit.
    scaleproof_close_all_on_exec()
    self.raw = raw
    self.number = number
    self.sockets = sockets
    scaleproof_multi_set_socket_callback(raw, Self.socketCallback, Unmanaged.passUnretained(self).toOpaque())
    scaleproof_multi_set_timer_callback(raw, Self.timerCallback, Unmanaged.passUnretained(self).toOpaque())
    // Without this libcurl keeps four times the transfers of the moment, and closes connections in every lull.
    scaleproof_multi_set_long(raw, CURLMOPT_MAXCONNECTS, max(connections, 1))
    scaleproof_multi_set_long(raw, CURLMOPT_MAX_CONCURRENT_STREAMS, max(streamsPerConnection, 1))
  }

  deinit {
    // libcurl calls back while it cleans up, and this object is on its way out.
    scaleproof_multi_set_timer_callback(raw, nil, nil)
    scaleproof_multi_set_socket_callback(raw, nil, nil)
    curl_multi_cleanup(raw)
  }

  /// Tells libcurl that a socket is ready (`CURL_CSELECT_…`).
  func act(on socket: Int32, _ readiness: Int32) {
    var running: Int32 = 0
    curl_multi_socket_action(raw, socket, readiness, &running)
  }

  /// Tells libcurl that its time has come.
  func runTimers() {
    // Before the call, since the call may set the next one.
    deadline = .max
    act(on: CURL_SOCKET_TIMEOUT, 0)
  }

  private static let socketCallback: scaleproof_socket_callback = { _, socket, what, context, _ in
    guard let context else { return -1 }
    let handle = Unmanaged<MultiHandle>.fromOpaque(context).takeUnretainedValue()
    handle.sockets.watch(socket, what, for: handle.number)
    return 0
  }

  private static let timerCallback: scaleproof_timer_callback = { _, milliseconds, context in
    guard let context else { return -1 }
    let handle = Unmanaged<MultiHandle>.fromOpaque(context).takeUnretainedValue()
    // Only noted: libcurl must not be called from its own callback.
    handle.deadline =
      milliseconds < 0 ? .max : milliseconds == 0 ? 0 : MonotonicClock.now() + Int64(milliseconds) * 1_000_000
    return 0
  }
}
