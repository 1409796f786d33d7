import Arrivals

/// Rows of values that requests are filled in from.
package struct DataFeed: Sendable {
  package enum Order: Sendable, Equatable {
    /// Each kind of request takes the rows one after the other, and begins again after the last.
    case sequential
    /// Any row, all equally likely.
    case random
    /// As ``sequential``, but no row is taken twice: there must be as many as requests.
    case unique
  }

  package let name: String
  /// At least one, all of the same length.
  package let rows: [[String]]
  package let order: Order

  package init(name: String, rows: [[String]], order: Order) {
    self.name = name
    self.rows = rows
    self.order = order
  }

  /// The row of a request.
  func row(feed: Int, _ context: RequestText.Context) -> Int {
    switch order {
    case .sequential, .unique: return context.ordinal % rows.count
    case .random:
      // From a generator of its own, so that all columns in all texts of the request agree.
      var random = SplitMix64(
        seed: context.seed, purpose: .rows, stream: context.stream, arrival: context.arrival, place: feed)
      return Int.random(in: rows.indices, using: &random)
    }
  }
}
