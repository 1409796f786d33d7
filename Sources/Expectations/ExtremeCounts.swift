import RunTimeline
import Units

/// The smallest and the largest value of a count in a window whose ends are uncertain, each between two bounds.
struct ExtremeCounts {
  /// `nil` where nothing bounds it.
  private(set) var least: (lowest: Int?, highest: Int?)
  private(set) var most: (lowest: Int?, highest: Int?)

  /// - Parameters:
  ///   - possible: all that may belong to the window.
  ///   - certain: what certainly does; it may be empty.
  ///   - isWhole: whether the window had ended when the recording did.
  init(_ envelope: CountEnvelope, possible: InstantBounds, certain: (from: Duration, to: Duration), isWhole: Bool) {
    var (lowest, highest): (Int?, Int?) = (nil, nil)
    let pieces = envelope.pieces(from: possible.earliest, to: possible.latest)
    if isWhole, !pieces.contains(where: { $0.range == nil }),
      let extent = envelope.extent(from: possible.earliest, to: possible.latest)
    {
      let perhaps = (envelope.stays ?? [])
        .filter { $0.from.earliest < possible.latest && $0.mayLast(after: possible.earliest) }.map(\.value)
      lowest = perhaps.reduce(extent.lowerBound, min)
      highest = perhaps.reduce(extent.upperBound, max)
    }
    let ranges = envelope.pieces(from: certain.from, to: certain.to).filter { $0.from < $0.to }.compactMap(\.range)
    let seen = (envelope.stays ?? [])
      .filter { $0.from.earliest >= certain.from && $0.from.latest < certain.to }.map(\.value)
    least = (lowest, (ranges.map(\.upperBound) + seen).min())
    most = ((ranges.map(\.lowerBound) + seen).max(), highest)
  }

  /// What is measured where a condition has to hold throughout.
  func measurements(of name: String, _ condition: CountCondition) -> [Judgement.Measurement] {
    typealias Limit = Judgement.Measurement.Limit
    let value = Double(condition.count)
    let (below, above): (Limit?, Limit?) =
      switch condition.relation {
      case .atLeast, .moreThan: (Limit(condition.relation, value), nil)
      case .atMost, .lessThan: (nil, Limit(condition.relation, value))
      case .equal: (Limit(.atLeast, value), Limit(.atMost, value))
      }
    return [
      .count("\(name).least", least.lowest, least.highest, limit: below),
      .count("\(name).most", most.lowest, most.highest, limit: above),
    ]
  }
}
