import Expectations
import LoadFacts
import RunTimeline
import Units

/// The connections to each address: which pods get traffic at all is decided here, since a connection stays where it is.
enum ConnectionSection {
  static func html(_ timeline: Timeline) -> HTML {
    let totals = ConnectionTotal.totals(timeline.connections)
    let all = totals.reduce(0) { $0 + $1.requests }
    let isPacked = totals.contains { $0.compressed > 0 }
    let rows = totals.map { total -> HTML in
      TableSections.row(
        total.address,
        [
          total.requests.grouped, all > 0 ? percentText(total.requests, of: all) : "–",
          total.opened.grouped, total.reused.grouped, total.closedByPeer.grouped,
          total.requestsPerConnection.map { $0.fixed(1) } ?? "–",
          total.mostRequests > 0 ? total.mostRequests.grouped : "–",
        ] + (isPacked ? [total.compressed.grouped] : []))
    }
    return TableSections.section(
      "connections", "Connections",
      [
        "address", "requests", "share", "opened", "requests that reused one", "closed by the peer",
        "requests per connection", "most on one",
      ] + (isPacked ? ["packed answers"] : []), rows)
  }
}
