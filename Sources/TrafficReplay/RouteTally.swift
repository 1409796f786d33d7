/// What was counted of the requests with one method and one shape of path.
struct RouteTally: Sendable {
  struct Key: Sendable, Hashable {
    let method: String
    let shape: PathShape
  }

  private(set) var count = 0
  /// The smallest and the largest number in each place that has one.
  private(set) var numbers: [ClosedRange<Int>] = []
  /// A query that stands for all, the empty one included.
  private(set) var query = ""
  /// How often it was seen more often than others (the majority vote of Boyer and Moore), so that a query which most
  /// requests have is found while only one is kept.
  private var votes = 0
  /// Requests by status, where the log has one.
  private(set) var statuses: [Int: Int] = [:]

  mutating func add(query: String, numbers: [Int], status: Int?) {
    count += 1
    if self.numbers.isEmpty {
      self.numbers = numbers.map { $0...$0 }
    } else {
      for (index, number) in numbers.enumerated() {
        let range = self.numbers[index]
        self.numbers[index] = min(range.lowerBound, number)...max(range.upperBound, number)
      }
    }
    if votes == 0 { self.query = query }
    votes += self.query == query ? 1 : -1
    if let status { statuses[status, default: 0] += 1 }
  }
}
