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
    outcomes = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    let lengths = told.map { $0.completed - $0.due }.sorted()
    median = lengths.isEmpty ? nil : lengths[(lengths.count - 1) / 2] / timeScale
  }
}
