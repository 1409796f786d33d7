/// How fast connections are added for requests that the worker noticed too late.
///
/// A request that was noticed in time and finds no free connection gets one of its own, since that is what an open model
/// promises. A worker that was away finds many requests due at once, which the target would not have met at once: were each
/// given a connection, the load would be made of openings, the worker would fall further behind, and the connections would
/// stay. So such requests wait for connections that become free, and as long as there are only such, the number of connections
/// takes a second to grow by the factor e, from ``least`` on.
struct OpeningPace {
  /// Fewer connections grow as fast as so many.
  static let least = 50

  private var next = Int64.min

  /// The earliest instant at which a connection may be added.
  func instant(forLate isLate: Bool) -> Int64 { isLate ? next : .min }

  /// - Parameter connections: how many there are now.
  mutating func added(forLate isLate: Bool, at now: Int64, connections: Int) {
    if isLate { next = now + 1_000_000_000 / Int64(max(connections, Self.least)) }
  }
}
