import RunTimeline

/// What became of the connections to one address over the whole run.
struct ConnectionTotal: Sendable, Equatable {
  let address: String
  var opened = 0
  /// Requests on a connection that stood already.
  var reused = 0
  var closedByPeer = 0
  /// On one connection.
  var mostRequests = 0
  /// Answers whose body was packed.
  var compressed = 0

  /// Each connection is opened for a request, so that these are all.
  var requests: Int { opened + reused }

  /// Mean; `nil` when all connections stood before the first count.
  var requestsPerConnection: Double? { opened > 0 ? Double(requests) / Double(opened) : nil }

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
      totals[index].opened += tally.opened
      totals[index].reused += tally.reused
      totals[index].closedByPeer += tally.closedByPeer
      totals[index].compressed += tally.compressed
      totals[index].mostRequests = max(totals[index].mostRequests, tally.mostRequests)
    }
    return totals
  }
}
