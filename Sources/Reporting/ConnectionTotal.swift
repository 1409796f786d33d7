import LoadFacts

/// What became of the connections to one address over the whole run.
@dynamicMemberLookup
struct ConnectionTotal: Sendable, Equatable {
  let address: String
  private var count = ConnectionCount()

  private init(address: String) { self.address = address }

  subscript<Value>(dynamicMember member: KeyPath<ConnectionCount, Value>) -> Value { count[keyPath: member] }

  /// Mean; `nil` when all connections stood before the first count.
  var requestsPerConnection: Double? { count.opened > 0 ? Double(count.requests) / Double(count.opened) : nil }

  /// In the order of their first use.
  static func totals(_ tallies: [ConnectionTally]) -> [ConnectionTotal] {
    var totals: [ConnectionTotal] = []
    var indexOfAddress: [String: Int] = [:]
    for tally in tallies {
      let index = indexOfAddress[tally.address] ?? totals.count
      if index == totals.count {
        indexOfAddress[tally.address] = index
        totals.append(ConnectionTotal(address: tally.address))
      }
      totals[index].count.merge(tally.count)
    }
    return totals
  }
}
