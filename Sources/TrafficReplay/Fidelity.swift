package import Arrivals
import Units

/// How well the arrivals of a profile follow the log that it was made from, second by second.
package struct Fidelity: Sendable, Equatable {
  package struct Second: Sendable, Equatable {
    /// Seconds after the beginning.
    package let offset: Int
    package let logged: Int
    package let planned: Int
  }

  /// Pearson's correlation of the planned and the logged counts; `nil` where one of them never changes and they differ.
  package let correlation: Double?
  /// The second in which they differ most, the first one of several.
  package let worst: Second
  package let logged: Int
  package let planned: Int

  /// - Parameter counts: requests in each second of the log, at least one second.
  package init(_ counts: [Int], plannedBy phases: [LoadPhase]) {
    var planned = counts.map { _ in 0 }
    for arrival in ArrivalSchedule(phases: phases, process: .uniform).arrivals() {
      planned[min(Int(arrival.due / 1_000_000_000), planned.count - 1)] += 1
    }
    var worst = Second(offset: 0, logged: counts[0], planned: planned[0])
    for index in counts.indices where abs(counts[index] - planned[index]) > abs(worst.logged - worst.planned) {
      worst = Second(offset: index, logged: counts[index], planned: planned[index])
    }
    self.worst = worst
    logged = counts.reduce(0, +)
    self.planned = planned.reduce(0, +)
    correlation = Self.correlation(counts, planned)
  }

  static func correlation(_ one: [Int], _ other: [Int]) -> Double? {
    if one == other { return 1 }
    let size = Double(one.count)
    let (meanOne, meanOther) = (Double(one.reduce(0, +)) / size, Double(other.reduce(0, +)) / size)
    var (product, squareOne, squareOther) = (0.0, 0.0, 0.0)
    for (a, b) in zip(one, other) {
      let (x, y) = (Double(a) - meanOne, Double(b) - meanOther)
      product += x * y
      squareOne += x * x
      squareOther += y * y
    }
    guard squareOne > 0, squareOther > 0 else { return nil }
    return product / (squareOne * squareOther).squareRoot()
  }
}
