import LoadFacts
import Units

/// How failures looked.
struct FailureMark {
  let outcomes: [String]
  let median: Duration?

  init(_ failures: [FailedRequest], timeScale: Double) {
    var counts: [String: Int] = [:]
    let told = failures.filter { !OutcomeLabel.isUntold($0.outcome) }
    for failure in told { counts[failure.outcome, default: 0] += 1 }
    outcomes = counts.mostFrequentFirst.map(\.key)
    let lengths = told.map { $0.completed - $0.due }.sorted()
    median = lengths.isEmpty ? nil : lengths[(lengths.count - 1) / 2] / timeScale
  }
}
