/// Connections that serve one purpose, such as those of one lane: transfers that are started in a group share connections
/// with each other at most, as far as their host names let them.
///
/// It belongs to the thread of its ``Multiplexer``, which outlives it.
package final class ConnectionGroup {
  /// What ``Multiplexer/nextClosed()`` calls it; `nil` when nobody wants to hear of its connections.
  package let token: Int?
  unowned let handle: MultiHandle
  /// Outlives libcurl's handles, which call back while they are cleaned up.
  let sockets: WatchedSockets

  init(token: Int?, handle: MultiHandle, sockets: WatchedSockets) {
    self.token = token
    self.handle = handle
    self.sockets = sockets
  }
}
