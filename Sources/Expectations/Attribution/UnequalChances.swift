/// How likely it is that so many of some events come about which have different chances.
enum UnequalChances {
  /// What is worked out event by event.
  private static let most = 1_000

  /// The exact one-sided p-value of at least so many of independent events; `nil` where there are too many of them, of which the
  /// binomial of their mean chance tells nearly as much, and never more.
  ///
  /// - Parameter chances: how many events there are of each chance.
  static func pValue(atLeast count: Int, _ chances: [(share: Double, count: Int)]) -> Double? {
    let events = chances.flatMap { Array(repeating: $0.share, count: $0.count) }
    guard events.count <= most else { return nil }
    guard count > 0 else { return 1 }
    // How likely so many of the events so far have come about; the last is as many as are asked for, or more.
    var counts = [Double](repeating: 0, count: count + 1)
    counts[0] = 1
    for chance in events {
      counts[count] += counts[count - 1] * chance
      for number in stride(from: count - 1, to: 0, by: -1) {
        counts[number] = counts[number] * (1 - chance) + counts[number - 1] * chance
      }
      counts[0] *= 1 - chance
    }
    return min(counts[count], 1)
  }
}
