/// How many connections there are, how long each is kept, and which one a request takes.
package struct ConnectionSettings: Sendable, Equatable {
  /// Requests that may be unanswered at one time before further ones wait.
  package var maxInFlight: Int
  /// How long a request may wait for its turn before it is dropped and counted.
  package var maxLateness: Duration
  /// Whether a connection carries more than one request.
  package var reuse: Bool
  /// So many connections are opened before one is used a second time.
  package var min: Int
  /// The most connections at one time; `nil` for as many as the requests in flight need.
  package var max: Int?
  /// The age from which on a connection takes no further request; at least a second.
  package var maxAge: Duration?
  /// The most requests that one connection carries.
  package var maxRequests: Int?
  package var choice: Choice
  /// HTTP/2: requests at one time on one connection.
  package var streams: Int
  /// How often names are looked up again; zero for never.
  package var resolveEvery: Duration

  /// Which of the idle connections takes the next request.
  package enum Choice: String, Sendable, Equatable, CaseIterable {
    /// The one that was idle longest, so that all carry traffic.
    case spread
    /// The one that was used last, so that few carry traffic, as most client pools do it.
    case narrow
  }

  package init(
    maxInFlight: Int = 1000, maxLateness: Duration = .seconds(1), reuse: Bool = true, min: Int = 0, max: Int? = nil,
    maxAge: Duration? = nil, maxRequests: Int? = nil, choice: Choice = .spread, streams: Int = 100,
    resolveEvery: Duration = .seconds(30)
  ) {
    self.maxInFlight = maxInFlight
    self.maxLateness = maxLateness
    self.reuse = reuse
    self.min = min
    self.max = max
    self.maxAge = maxAge
    self.maxRequests = maxRequests
    self.choice = choice
    self.streams = streams
    self.resolveEvery = resolveEvery
  }
}
