import Statistics
import Testing

@Suite("Intervals of proportions")
struct ProportionIntervalTests {
  struct Row: Sendable {
    let failures: Int
    let count: Int
    /// Percent: Clopper-Pearson two-sided, its one-sided upper bound, Wilson two-sided; all at 95 %.
    let exact: (Double, Double)
    let upper: Double
    let wilson: (Double, Double)
    /// Half a unit of the last digit given.
    let tolerance: Double
  }

  @Test(
    "Clopper-Pearson and Wilson intervals are those of the published tables",
    arguments: [
      Row(failures: 0, count: 100, exact: (0, 3.62), upper: 2.95, wilson: (0, 3.70), tolerance: 0.005),
      Row(failures: 0, count: 1000, exact: (0, 0.368), upper: 0.299, wilson: (0, 0.383), tolerance: 0.0006),
      Row(failures: 0, count: 3000, exact: (0, 0.123), upper: 0.0998, wilson: (0, 0.128), tolerance: 0.0006),
      Row(failures: 1, count: 1000, exact: (0.0025, 0.556), upper: 0.474, wilson: (0.018, 0.564), tolerance: 0.0006),
      Row(failures: 3, count: 1000, exact: (0.062, 0.874), upper: 0.774, wilson: (0.102, 0.878), tolerance: 0.0006),
      Row(failures: 5, count: 10_000, exact: (0.016, 0.117), upper: 0.105, wilson: (0.021, 0.117), tolerance: 0.0006),
      Row(failures: 10, count: 20_000, exact: (0.024, 0.092), upper: 0.085, wilson: (0.027, 0.092), tolerance: 0.0006),
      Row(failures: 12, count: 10_000, exact: (0.062, 0.210), upper: 0.194, wilson: (0.069, 0.210), tolerance: 0.0006),
    ])
  func published(_ row: Row) {
    let exact = ProportionInterval.clopperPearson(failures: row.failures, of: row.count, confidence: 0.95)
    let upper = ProportionInterval.clopperPearsonUpper(failures: row.failures, of: row.count, confidence: 0.95)
    let wilson = ProportionInterval.wilson(failures: row.failures, of: row.count, confidence: 0.95)
    #expect(abs(exact.lower * 100 - row.exact.0) <= row.tolerance)
    #expect(abs(exact.upper * 100 - row.exact.1) <= row.tolerance)
    #expect(abs(upper * 100 - row.upper) <= row.tolerance)
    #expect(abs(wilson.lower * 100 - row.wilson.0) <= row.tolerance)
    #expect(abs(wilson.upper * 100 - row.wilson.1) <= row.tolerance)
  }

  @Test(
    "the requests needed to prove an objective with k failures at 95 % are the published ones",
    arguments: [
      (0.99, [299, 473, 628, 773, 1049, 1693]),
      (0.995, [598, 947, 1258, 1549, 2100, 3389]),
      (0.999, [2995, 4742, 6294, 7752, 10_511, 16_959]),
      (0.9995, [5990, 9486, 12_590, 15_505, 21_024, 33_921]),
      (0.9999, [29_956, 47_437, 62_956, 77_535, 105_128, 169_619]),
    ])
  func requestsNeeded(objective: Double, expected: [Int]) {
    let needed = [0, 1, 2, 3, 5, 10].map {
      ProportionInterval.requestsNeeded(failures: $0, objective: objective, confidence: 0.95)
    }
    #expect(needed == expected)
  }

  @Test("with no failure the exact upper bound is 1 − α^(1/n), also for a thousand million requests")
  func closedFormAtZero() {
    for (count, expected) in [(1, 0.95), (2, 0.776393202250021), (1_000_000_000, 2.995732269e-9)] {
      let upper = ProportionInterval.clopperPearsonUpper(failures: 0, of: count, confidence: 0.95)
      #expect(abs(upper / expected - 1) < 1e-8, "\(count) requests")
    }
  }

  @Test("bounds of failures and of successes mirror each other")
  func symmetry() {
    for (failures, count) in [(3, 10), (1, 1000), (400, 1000), (999_000, 1_000_000)] {
      let failed = ProportionInterval.clopperPearson(failures: failures, of: count, confidence: 0.99)
      let passed = ProportionInterval.clopperPearson(failures: count - failures, of: count, confidence: 0.99)
      #expect(abs(failed.lower + passed.upper - 1) < 1e-12)
      #expect(abs(failed.upper + passed.lower - 1) < 1e-12)
      #expect(failed.lower < Double(failures) / Double(count) && failed.upper > Double(failures) / Double(count))
    }
  }

  @Test("no data gives the whole range")
  func noData() {
    let whole = ProportionInterval(lower: 0, upper: 1)
    #expect(ProportionInterval.clopperPearson(failures: 0, of: 0, confidence: 0.95) == whole)
    #expect(ProportionInterval.wilson(failures: 0, of: 0, confidence: 0.95) == whole)
  }
}

@Suite("Order-statistic intervals of quantiles")
struct QuantileRanksTests {
  @Test(
    "the maximum bounds a quantile from 59, 299 and 2,995 values on",
    arguments: [
      (0.95, 59), (0.99, 299), (0.999, 2995),
    ])
  func fewestValues(quantile: Double, count: Int) {
    #expect(QuantileRanks.upper(count: count, quantile: quantile, confidence: 0.95) == count)
    #expect(QuantileRanks.upper(count: count - 1, quantile: quantile, confidence: 0.95) == nil)
  }

  @Test("the ranks of the median of ten values are 2 and 9, as in tables")
  func medianOfTen() {
    let ranks = QuantileRanks(count: 10, quantile: 0.5, confidence: 0.95)
    #expect(ranks.lower == 2)
    #expect(ranks.upper == 9)
  }

  @Test("the interval covers the true quantile at least as often as it says")
  func coverage() {
    let seed: UInt64 = 77
    var random = SeededGenerator(state: seed)
    let ranks = QuantileRanks(count: 500, quantile: 0.9, confidence: 0.95)
    let runs = 2000
    let covered = (0..<runs).count { _ in
      let values = (0..<500).map { _ in Double.random(in: 0..<1, using: &random) }.sorted()
      guard let lower = ranks.lower, let upper = ranks.upper else { return false }
      return values[lower - 1] <= 0.9 && 0.9 <= values[upper - 1]
    }
    // Four standard deviations below 95 % of 2,000.
    #expect(covered >= 1861, "covered \(covered) of \(runs), seed \(seed)")
  }

  @Test("an interval of a histogram holds the quantile, and misses a side when there are too few values")
  func ofHistogram() throws {
    var histogram = LatencyHistogram()
    for value in 1...1000 { histogram.record(microseconds: value * 10) }
    let interval = histogram.quantileInterval(0.9, confidence: 0.95)
    #expect(try #require(interval.lower) < .microseconds(9000))
    #expect(try #require(interval.upper) > .microseconds(9000))
    #expect(histogram.quantileInterval(0.999, confidence: 0.95).upper == nil)
  }
}
