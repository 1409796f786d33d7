/// A set of counts of replicas, kept as ranges that neither overlap nor touch, in rising order.
///
/// What a doubt allows is often two counts far apart (a window that has just ended, or has not), and nothing between.
struct CountSet: Sendable, Hashable {
  let ranges: [ClosedRange<Int>]

  static let none = CountSet(ranges: [])

  private init(ranges: [ClosedRange<Int>]) { self.ranges = ranges }

  init(_ count: Int) { ranges = [count...count] }

  init(_ range: ClosedRange<Int>) { ranges = [range] }

  init(_ counts: some Sequence<Int>) { self.init(joining: counts.map { $0...$0 }) }

  /// The counts of all of the ranges, which may overlap.
  init(joining ranges: [ClosedRange<Int>]) {
    if ranges.count < 2 {
      self.ranges = ranges
      return
    }
    var joined: [ClosedRange<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = joined.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
        joined[joined.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        joined.append(range)
      }
    }
    self.ranges = joined
  }

  var isEmpty: Bool { ranges.isEmpty }
  var lowest: Int? { ranges.first?.lowerBound }
  var highest: Int? { ranges.last?.upperBound }

  /// From the lowest to the highest; `nil` of none.
  var hull: ClosedRange<Int>? {
    guard let lowest, let highest else { return nil }
    return lowest...highest
  }

  /// The one count that it holds; `nil` of none or several.
  var single: Int? { lowest == highest ? lowest : nil }

  func contains(_ count: Int) -> Bool { ranges.contains { $0.contains(count) } }

  func union(_ other: CountSet) -> CountSet {
    self == other || other.isEmpty ? self : isEmpty ? other : CountSet(joining: ranges + other.ranges)
  }

  func intersection(_ range: ClosedRange<Int>) -> CountSet {
    CountSet(ranges: ranges.compactMap { $0.overlaps(range) ? $0.clamped(to: range) : nil })
  }

  /// The counts from a lower bound on; none where there is no such count.
  func from(_ least: Int) -> CountSet { least > (highest ?? .min) ? .none : intersection(least...Int.max) }

  /// The counts up to an upper bound.
  func upTo(_ most: Int) -> CountSet { most < (lowest ?? .max) ? .none : intersection(Int.min...most) }

  /// What a rising function makes of each count; of a long range, everything between what it makes of the ends.
  func map(_ rising: (Int) -> Int) -> CountSet {
    CountSet(
      joining: ranges.flatMap { range -> [ClosedRange<Int>] in
        if range.count <= Self.longRange { return range.map { rising($0)...rising($0) } }
        let (one, other) = (rising(range.lowerBound), rising(range.upperBound))
        return [min(one, other)...max(one, other)]
      })
  }

  private static let longRange = 32

  /// The larger ones of all pairs; where one of the sets is empty, the other.
  static func larger(_ one: CountSet, _ other: CountSet) -> CountSet {
    guard let least = one.lowest, let others = other.lowest else { return one.union(other) }
    return one.from(others).union(other.from(least))
  }

  /// The smaller ones of all pairs; where one of the sets is empty, the other.
  static func smaller(_ one: CountSet, _ other: CountSet) -> CountSet {
    guard let most = one.highest, let others = other.highest else { return one.union(other) }
    return one.upTo(others).union(other.upTo(most))
  }

  /// `3, 5 to 7 or 10`.
  var text: String {
    let texts = ranges.flatMap { range -> [String] in
      if range.count <= 2 { return range.map { "\($0)" } }
      return ["\(range.lowerBound) to \(range.upperBound >= Int(Int32.max) ? "any more" : "\(range.upperBound)")"]
    }
    return texts.count > 1 ? texts.dropLast().joined(separator: ", ") + " or " + texts[texts.count - 1] : texts.joined()
  }
}

extension [CountSet] {
  /// What any of them holds.
  var union: CountSet { CountSet(joining: flatMap(\.ranges)) }
}
