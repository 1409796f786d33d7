import Expectations
import Units

/// Each point of a sweep by what it cost and what it did to the requests; those that no other one beats in both are joined.
struct SweepChart {
  /// What the vertical axis measures: the first of these in which the points differ.
  private enum Harm: CaseIterable {
    case failures, latency, missing

    var title: String {
      switch self {
      case .failures: "failed requests in %"
      case .latency: "p99 in ms"
      case .missing: "missing pod seconds"
      }
    }

    func value(of row: Sweep.Row) -> Double? {
      switch self {
      case .failures: row.failedShare.map { $0 * 100 }
      case .latency: row.p99.map { $0 * 1000 }
      case .missing: row.missing
      }
    }
  }

  private struct Point: Equatable {
    let row: Sweep.Row
    let cost: Double
    let harm: Double
  }

  private static let width = 900.0
  private static let height = 360.0
  private static let left = 70.0

  private let points: [Point]
  private let harm: Harm

  /// `nil` where there is nothing to be compared: no two points, or figures that are not known.
  init?(_ sweep: Sweep) {
    let found = Harm.allCases.first { harm in Set(sweep.rows.compactMap(harm.value)).count > 1 }
    guard let harm = found else { return nil }
    self.harm = harm
    points = sweep.rows.compactMap { row in
      guard let cost = row.podMinutes, let value = harm.value(of: row) else { return nil }
      return Point(row: row, cost: cost, harm: value)
    }
    guard points.count > 1 else { return nil }
  }

  /// Points that no other one beats in one figure without losing in the other, from the cheapest to the dearest.
  private var front: [Point] {
    let whole = points.filter { !$0.row.isCutShort }
    return whole.filter { point in
      !whole.contains { other in
        other.cost <= point.cost && other.harm <= point.harm && (other.cost < point.cost || other.harm < point.harm)
      }
    }.sorted { ($0.cost, $1.harm) < ($1.cost, $0.harm) }
  }

  var html: HTML {
    let vertical = ValueAxis(.linear, values: points.map(\.harm), height: Self.height)
    let (cheapest, dearest) = (points.map(\.cost).min() ?? 0, points.map(\.cost).max() ?? 1)
    let margin = max((dearest - cheapest) * 0.08, 0.5)
    let (low, high) = (max(cheapest - margin, 0), dearest + margin)
    func x(_ cost: Double) -> Double { Self.left + (cost - low) / (high - low) * (Self.width - Self.left - 20) }
    let grid = vertical.ticks.map { tick -> HTML in
      """
      <line x1="\(Self.left)" x2="\(Self.width)" y1="\(vertical.y(tick) + 10)" y2="\(vertical.y(tick) + 10)" \
      stroke="var(--grid)"/><text x="\(Self.left - 8)" y="\(vertical.y(tick) + 14)" text-anchor="end" \
      fill="var(--soft)" font-size="12">\(tick.coordinate)</text>
      """
    }
    let ends = [low, (low + high) / 2, high].map { cost -> HTML in
      """
      <text x="\(x(cost))" y="\(Self.height + 30)" text-anchor="middle" fill="var(--soft)" \
      font-size="12">\(cost.fixed(1))</text>
      """
    }
    let path = front.enumerated().map { index, point -> HTML in
      "\(index == 0 ? "M" : "L")\(x(point.cost)) \(vertical.y(point.harm) + 10)"
    }
    let placed = points.map { (point: $0, x: x($0.cost), y: vertical.y($0.harm) + 10) }
    let named = Self.named(placed.map { ($0.x, $0.y, front.contains($0.point)) })
    let marks = placed.indices.map { index in
      mark(placed[index].point, x: placed[index].x, y: placed[index].y, isNamed: named.contains(index))
    }
    return """
      <figure class="chart"><figcaption><h3>Cost and harm</h3> <span class="measure">\(harm.title), over pod minutes</span>\
      </figcaption>
      <svg width="100%" viewBox="0 0 \(Self.width) \(Self.height + 40)" role="img" aria-label="Each point of the sweep by pod \
      minutes and \(harm.title)">\(grid)\(ends)<path d="\(path)" fill="none" stroke="var(--soft)" stroke-width="1.5" \
      stroke-dasharray="5 4"/>\(marks)</svg>
      <p class="note">Further left is cheaper, further down is better. The dashed line joins what no other point beats in \
      both, of what was not cut short. A disc: every expectation passes; a cross: one fails; a ring: it is undecided.</p>
      </figure>

      """
  }

  /// Which points bear their values as a text: those on the line first, and none whose text would lie upon another one.
  private static func named(_ places: [(x: Double, y: Double, isOnLine: Bool)]) -> Set<Int> {
    var named: [Int] = []
    for wantsLine in [true, false] {
      for index in places.indices where places[index].isOnLine == wantsLine {
        let isFree = named.allSatisfy { other in
          abs(places[other].x - places[index].x) > 90 || abs(places[other].y - places[index].y) > 16
        }
        if isFree { named.append(index) }
      }
    }
    return Set(named)
  }

  private func mark(_ point: Point, x: Double, y: Double, isNamed: Bool) -> HTML {
    let label = point.row.values.joined(separator: " ")
    let shape: HTML =
      switch point.row.verdict {
      case .pass: "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"6\" fill=\"var(--pass)\"/>"
      case .inconclusive:
        "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"5\" fill=\"none\" stroke=\"var(--open)\" stroke-width=\"2.5\"/>"
      case .fail:
        """
        <path d="M\(x - 5) \(y - 5)L\(x + 5) \(y + 5)M\(x + 5) \(y - 5)L\(x - 5) \(y + 5)" stroke="var(--fail)" \
        stroke-width="2.5"/>
        """
      }
    let name: HTML =
      isNamed
      ? "<text x=\"\(x + 9)\" y=\"\(y - 7)\" fill=\"var(--ink)\" font-size=\"12\">\(label)</text>" : .empty
    return """
      <g><title>\(label): \(point.row.verdictText), \(point.cost.fixed(1)) pod minutes, \(point.harm.coordinate) \
      \(harm.title)</title>\(shape)\(name)</g>
      """
  }
}
