/// How connections are opened, chosen and given up.
package struct ConnectionPolicy: Sendable, Equatable {
  /// Which of several idle connections carries the next request.
  package enum Choice: Sendable, Equatable {
    /// The one that has been idle for longest, so that all carry traffic.
    case leastRecentlyUsed
    /// The one that fell idle last, as most client pools choose, so that few carry traffic.
    case mostRecentlyUsed
  }

  /// Whether a connection carries more than one request.
  package var reuse: Bool
  /// So many are opened before one is used a second time.
  package var minimum: Int
  /// The most connections at one time, over all workers; `nil` for as many as requests may be in flight.
  package var maximum: Int?
  /// A connection that is older is replaced before its next request. libcurl counts in seconds when it closes the old one.
  package var maximumAge: Duration?
  /// A connection is closed after so many requests.
  package var maximumRequests: Int?
  package var choice: Choice
  /// HTTP/2: the most requests at one time on one connection.
  package var streams: Int
  /// How often the names are looked up again; zero for never.
  package var lookupInterval: Duration

  package init(
    reuse: Bool = true, minimum: Int = 0, maximum: Int? = nil, maximumAge: Duration? = nil,
    maximumRequests: Int? = nil, choice: Choice = .leastRecentlyUsed, streams: Int = 100,
    lookupInterval: Duration = .seconds(30)
  ) {
    self.reuse = reuse
    self.minimum = minimum
    self.maximum = maximum
    self.maximumAge = maximumAge
    self.maximumRequests = maximumRequests
    self.choice = choice
    self.streams = streams
    self.lookupInterval = lookupInterval
  }

  /// The most requests at one time on one connection.
  ///
  /// - Parameter isMultiplexed: whether the protocol carries several requests at a time.
  func requestsAtOnce(isMultiplexed: Bool) -> Int { isMultiplexed && reuse ? max(streams, 1) : 1 }
}
