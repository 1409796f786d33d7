import RunTimeline
import TestRecordings
import Testing

extension Recordings {
  /// What a recording says of its workload, all clocks being one.
  static func history(_ name: String) throws -> ClusterHistory {
    try #require(try timeline(name, skew: .zero).cluster)
  }
}

/// The values that a count certainly had, one after another, each with when it certainly had it.
func certainValues(_ envelope: CountEnvelope) -> [(value: Int, by: Duration)] {
  var values: [(value: Int, by: Duration)] = []
  for segment in envelope.segments {
    guard let range = segment.range, range.count == 1, range.lowerBound != values.last?.value else { continue }
    values.append((range.lowerBound, segment.start))
  }
  return values
}
