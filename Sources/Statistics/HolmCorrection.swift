/// Which of several tests refute what they test when all of them are asked at once.
///
/// The step-down procedure of S. Holm (*Scandinavian Journal of Statistics* 6, 1979, p. 65): the smallest of m p-values has to
/// keep an m-th of its risk, the next an (m − 1)-th, and so on until one does not. The chance that anything true is
/// refuted stays below the risk, or the largest one where risks differ, however the tests depend on each other.
package enum HolmCorrection {
  /// A p-value and the chance of refuting something true that is accepted.
  package typealias Test = (pValue: Double, risk: Double)

  /// The p-value of each test among all of them, in the order in which they were given: it keeps its risk alone where the
  /// procedure refutes it.
  package static func adjusted(_ tests: [Test]) -> [Double] {
    let order = tests.indices.sorted { tests[$0].pValue / tests[$0].risk < tests[$1].pValue / tests[$1].risk }
    var result = tests.map { _ in 1.0 }
    // In units of the risk, so that tests with another risk stand in the same order.
    var highest = 0.0
    for (rank, index) in order.enumerated() {
      let test = tests[index]
      highest = max(highest, Double(tests.count - rank) * test.pValue / test.risk)
      result[index] = min(highest * test.risk, 1)
    }
    return result
  }
}
