/// What a worker knows of a slot, and of the request that is in flight in it.
struct Flight {
  let lane: ConnectionLane
  var request = PendingRequest()
  /// When it was sent, in nanoseconds of the transport's clock.
  var sent: Int64 = 0
  /// Whether a connection was thought to stand for it.
  var expectsConnection = false
}
