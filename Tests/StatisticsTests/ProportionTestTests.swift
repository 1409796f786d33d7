import Statistics
import Testing

@Suite("Tests of proportions")
struct ProportionTestTests {
  struct Row: Sendable {
    let failures: Int
    let count: Int
    let allowed: Double
    let pValue: Double
  }

  @Test(
    "the p-value of a count is that of binomtest of SciPy 1.17.1",
    arguments: [
      Row(failures: 3, count: 4, allowed: 0.1, pValue: 0.0037),
      Row(failures: 0, count: 1000, allowed: 0.001, pValue: 1),
      Row(failures: 5, count: 1000, allowed: 0.001, pValue: 0.003636878029521792),
      Row(failures: 12, count: 10_000, allowed: 0.001, pValue: 0.3031669333250704),
      Row(failures: 20, count: 7200, allowed: 0.002, pValue: 0.09380904894807517),
      Row(failures: 40, count: 7200, allowed: 0.001, pValue: 2.0249043431734775e-17),
      Row(failures: 120, count: 100_000, allowed: 0.001, pValue: 0.028167005850853494),
      Row(failures: 1, count: 299, allowed: 0.01, pValue: 0.9504637433623375),
      Row(failures: 7, count: 7200, allowed: 0.0001, pValue: 1.0609485812605837e-05),
      Row(failures: 300, count: 300, allowed: 0.5, pValue: 4.909093465297727e-91),
    ])
  func count(_ row: Row) {
    let pValue = ProportionTest.pValue(
      failures: row.failures, of: row.count, allowed: row.allowed, complement: 1 - row.allowed)
    #expect(abs(pValue - row.pValue) <= 1e-10 * row.pValue)
  }

  @Test(
    "a lower bound lies above what is allowed exactly where the p-value lies below the risk",
    arguments: [(5, 1000, 0.001), (12, 10_000, 0.001), (3, 4, 0.1), (0, 100, 0.01), (40, 7200, 0.004)])
  func bound(failures: Int, count: Int, allowed: Double) {
    let pValue = ProportionTest.pValue(failures: failures, of: count, allowed: allowed, complement: 1 - allowed)
    for risk in [0.001, 0.003, 0.01, 0.05, 0.1, 0.3] {
      let lower = ProportionInterval.clopperPearsonLower(failures: failures, of: count, confidence: 1 - risk)
      #expect((lower > allowed) == (pValue < risk))
    }
  }

  struct DifferenceRow: Sendable {
    let first: ProportionDifference.Count
    let second: ProportionDifference.Count
    let margin: Double
    let pValue: Double
  }

  @Test(
    "the p-value of a difference is the risk for which SciPy 1.17.1 finds Newcombe's bound at the margin",
    arguments: [
      DifferenceRow(first: (56, 70), second: (48, 80), margin: 0.05, pValue: 0.02320171364247109),
      DifferenceRow(first: (9, 10), second: (3, 10), margin: 0.1, pValue: 0.011037423940876076),
      DifferenceRow(first: (20, 7200), second: (10, 36_000), margin: 0.0015, pValue: 0.025891197471890844),
      DifferenceRow(first: (120, 5000), second: (100, 5000), margin: 0.002, pValue: 0.24761144283797093),
      DifferenceRow(first: (3, 1000), second: (1, 2000), margin: 0.005, pValue: 0.8559189643502991),
      DifferenceRow(first: (30, 1000), second: (2, 2000), margin: 0.01, pValue: 7.544857895607253e-06),
    ])
  func difference(_ row: DifferenceRow) {
    let pValue = ProportionTest.pValue(of: row.first, less: row.second, margin: row.margin)
    #expect(abs(pValue - row.pValue) <= 1e-7 * row.pValue)
  }

  @Test("Holm's procedure gives the p-values that it gives elsewhere, in the order of the tests")
  func holm() {
    // As p.adjust of R gives them.
    let adjusted = HolmCorrection.adjusted([0.03, 0.01, 0.05, 0.02, 0.04].map { ($0, 0.05) })
    let expected = [0.09, 0.05, 0.09, 0.08, 0.09]
    #expect(zip(adjusted, expected).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(HolmCorrection.adjusted([(0.6, 0.05), (0.7, 0.05)]) == [1, 1])
    #expect(HolmCorrection.adjusted([]) == [])
    #expect(HolmCorrection.adjusted([(0.02, 0.05)]) == [0.02])
  }

  @Test("with other risks, tests stand in the order of what they use of theirs")
  func risks() {
    // 0.004 of 0.01 is 0.4 of the risk, and 0.015 of 0.1 is 0.15 of it.
    let adjusted = HolmCorrection.adjusted([(0.004, 0.01), (0.015, 0.1)])
    #expect(abs(adjusted[0] - 0.004) < 1e-12)
    #expect(abs(adjusted[1] - 0.03) < 1e-12)
  }
}
