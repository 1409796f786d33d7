import Statistics
import Testing

@Suite("Differences of proportions")
struct ProportionDifferenceTests {
  struct Row: Sendable {
    let first: ProportionDifference.Count
    let second: ProportionDifference.Count
    let confidence: Double
    let lower: Double
    let upper: Double
  }

  @Test(
    "Newcombe's bounds are those that SciPy 1.17.1 gives by two intervals of Wilson",
    arguments: [
      Row(first: (56, 70), second: (48, 80), confidence: 0.95, lower: 0.07656419154407199, upper: 0.3136445835829438),
      Row(first: (9, 10), second: (3, 10), confidence: 0.95, lower: 0.24211240088494485, upper: 0.7896235073721287),
      Row(first: (10, 10), second: (0, 20), confidence: 0.95, lower: 0.7559859167434292, upper: 1),
      Row(
        first: (0, 1000), second: (0, 1000), confidence: 0.95, lower: -0.0026982432397605217,
        upper: 0.0026982432397605217),
      Row(
        first: (3, 1000), second: (1, 2000), confidence: 0.99, lower: -0.0012934525978641883, upper: 0.01001014819618113
      ),
      Row(
        first: (20, 7200), second: (10, 36_000), confidence: 0.95, lower: 0.0016294753478446015,
        upper: 0.0037288729301057496),
      Row(
        first: (0, 300), second: (5, 300), confidence: 0.9, lower: -0.029104393085950656, upper: -0.007660101020452616),
      Row(
        first: (120, 5000), second: (100, 5000), confidence: 0.8, lower: 0.0015315093206448678,
        upper: 0.0064761892725139596),
    ])
  func oracle(_ row: Row) {
    let lower = ProportionDifference.lowerBound(of: row.first, less: row.second, confidence: row.confidence)
    let upper = ProportionDifference.upperBound(of: row.first, less: row.second, confidence: row.confidence)
    #expect(abs(lower - row.lower) < 1e-9)
    #expect(abs(upper - row.upper) < 1e-9)
  }

  @Test("nothing is known of a share of which nothing was counted")
  func nothing() {
    #expect(ProportionDifference.upperBound(of: (0, 0), less: (0, 100), confidence: 0.95) > 0.9)
    #expect(ProportionDifference.lowerBound(of: (0, 0), less: (100, 100), confidence: 0.95) < -0.9)
  }

  @Test(
    "so many requests without a failure as are said to be needed prove the margin, and one less does not",
    arguments: [(0.005, 7200, 7200), (0.005, 7200, 36_000), (0.02, 100, 50), (0.001, 30, 3000)])
  func needed(margin: Double, first: Int, second: Int) {
    func upper(_ count: Int) -> Double {
      let other = max(Int(Double(count) * Double(second) / Double(first)), 1)
      return ProportionDifference.upperBound(of: (0, count), less: (0, other), confidence: 0.95)
    }
    let needed = ProportionDifference.requestsNeeded(margin: margin, first: first, second: second, confidence: 0.95)
    #expect(upper(needed) <= margin)
    #expect(upper(needed - 1) > margin)
  }
}
