extension [String: Int] {
  /// Outcomes by how often each was counted, the most frequent first.
  package var mostFrequentFirst: [(key: String, value: Int)] {
    sorted { ($1.value, $0.key) < ($0.value, $1.key) }
  }
}
