/// What a worker knows of a slot, and of the request that is in flight in it: plain numbers, since they are read several
/// times a request, and nothing of it is to be retained for that.
struct Flight {
  /// Number of its lane.
  let lane: Int
  var request = PendingRequest()
  /// When it was sent, in nanoseconds of the transport's clock.
  var sent: Int64 = 0
  /// Whether a connection was thought to stand for it.
  var expectsConnection = false
}
