/// Which connection a request goes over, as a ``LoadTransport`` has to know it.
public struct ConnectionChoice: Sendable, Equatable {
  /// Number of the lane: a place for one connection at a time, which is used again as long as it stands.
  package let lane: Int
  /// Where a connection of the lane goes that has to be opened.
  package let endpoint: Int
  /// Changes with ``endpoint``; never the same for two of a lane.
  package let edition: Int
  /// How many connections of the lane were left behind: one that stood when this changed is not used again.
  package let abandoned: Int
  /// The request goes over a connection of its own making even if one stands.
  package internal(set) var opensConnection: Bool
  /// The connection is closed after it.
  package internal(set) var closesConnection: Bool

  package init(
    lane: Int, endpoint: Int, edition: Int = 1, abandoned: Int = 0, opensConnection: Bool = false,
    closesConnection: Bool = false
  ) {
    self.lane = lane
    self.endpoint = endpoint
    self.edition = edition
    self.abandoned = abandoned
    self.opensConnection = opensConnection
    self.closesConnection = closesConnection
  }
}
