internal import CLibcurl
internal import CLinux
internal import Glibc

/// Which sockets of a ``Multiplexer`` stand in its epoll set, and for what.
///
/// libcurl asks for a socket to be watched at each request and to be forgotten at each answer. That would be two system
/// calls per request. So a connection that falls idle stays in the set, where its next request finds it, until
/// it is closed or something unexpected happens on it. This needs to know when descriptors begin and end, since
/// their numbers are used again: libcurl tells by two callbacks of the transfer that opened the connection. Descriptors
/// of other kinds (those of name lookups) are watched and forgotten as libcurl says.
final class WatchedSockets {
  private struct State {
    /// What epoll was told, as a mask of `EPOLLIN` and `EPOLLOUT`; 0 when it is not in the set.
    var registered: UInt32 = 0
    /// What libcurl waits for at the moment; 0 for nothing.
    var wanted: UInt32 = 0
    /// Number of the handle that waits.
    var handle = 0
    /// Whether it belongs to a connection whose end will be told.
    var isConnection = false
    /// Whether something happened on it while it was idle: as a rule, the server has closed it.
    var isGone = false
  }

  private let epoll: Int32
  /// Connections that stand, as far as is known.
  private(set) var openConnections = 0
  /// Connections of groups that were closed, until somebody takes notice.
  var closedConnections: [Multiplexer.ClosedConnection] = []
  /// By descriptor.
  private var states = [State](repeating: State(), count: 1024)

  init(epoll: Int32) {
    self.epoll = epoll
  }

  /// libcurl waits for `what` (a `CURL_POLL_…`) on a socket from now on.
  ///
  /// - Parameter handle: number of the multi handle.
  func watch(_ socket: Int32, _ what: Int32, for handle: Int) {
    let descriptor = Int(socket)
    while descriptor >= states.count { states += Array(repeating: State(), count: states.count) }
    var state = states[descriptor]
    state.handle = handle
    state.wanted = Self.events(what)
    if state.wanted == 0 {
      // A descriptor of ours that is watched for input only may stay.
      if !state.isConnection || state.registered != EPOLLIN.rawValue {
        scaleproof_epoll_control(epoll, EPOLL_CTL_DEL, socket, 0)
        state.registered = 0
      }
    } else if state.registered != state.wanted {
      let operation = state.registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
      if scaleproof_epoll_control(epoll, operation, socket, state.wanted) != 0 {
        // The number was used again behind our back.
        let other = operation == EPOLL_CTL_ADD ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
        scaleproof_epoll_control(epoll, other, socket, state.wanted)
      }
      state.registered = state.wanted
    }
    if state.isGone, state.wanted != 0 {
      state.isGone = false
      openConnections += 1
    }
    states[descriptor] = state
  }

  /// Number of the multi handle that is to hear of an event; `nil` when none waits for it. Then something happened on an idle
  /// connection (as a rule, the server has closed it), which libcurl will notice when it wants to use it. It is not watched
  /// any longer.
  func handle(wanting socket: Int32) -> Int? {
    let descriptor = Int(socket)
    if states[descriptor].wanted != 0 { return states[descriptor].handle }
    scaleproof_epoll_control(epoll, EPOLL_CTL_DEL, socket, 0)
    states[descriptor].registered = 0
    if states[descriptor].isConnection, !states[descriptor].isGone {
      states[descriptor].isGone = true
      openConnections -= 1
    }
    return nil
  }

  private func opened(_ socket: Int32) {
    let descriptor = Int(socket)
    while descriptor >= states.count { states += Array(repeating: State(), count: states.count) }
    states[descriptor] = State(isConnection: true)
    openConnections += 1
  }

  private func closed(_ socket: Int32, of group: ConnectionGroup) {
    if let token = group.token {
      closedConnections.append(
        Multiplexer.ClosedConnection(group: token, localPort: Int(scaleproof_local_port(socket))))
    }
    if states[Int(socket)].isConnection, !states[Int(socket)].isGone { openConnections -= 1 }
    // The kernel takes a closed descriptor out of the set by itself.
    states[Int(socket)] = State()
  }

  private static func events(_ what: Int32) -> UInt32 {
    var events: UInt32 = 0
    if what & CURL_POLL_IN != 0 { events |= EPOLLIN.rawValue }
    if what & CURL_POLL_OUT != 0 { events |= EPOLLOUT.rawValue }
    return events
  }

  static let openedCallback: scaleproof_socket_opened_callback = { context, socket, _ in
    guard let context else { return CURL_SOCKOPT_ERROR }
    Unmanaged<ConnectionGroup>.fromOpaque(context).takeUnretainedValue().sockets.opened(socket)
    return CURL_SOCKOPT_OK
  }

  static let closedCallback: scaleproof_socket_closed_callback = { context, socket in
    if let context {
      let group = Unmanaged<ConnectionGroup>.fromOpaque(context).takeUnretainedValue()
      group.sockets.closed(socket, of: group)
    }
    return close(socket)
  }
}
