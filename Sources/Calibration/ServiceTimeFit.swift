import LoadFacts
import RunTimeline
import Statistics
import Units

/// How long an answer takes where nothing waits: the median of the answers at the lowest rates.
enum ServiceTimeFit {
  /// Fewer answers tell no median.
  private static let leastAnswers = 20

  static func value(_ timeline: Timeline) -> FittedValue? {
    let rates = Dictionary(grouping: timeline.load.filter { $0.end > $0.start }) { $0.start }.map { start, intervals in
      let length = (intervals.map(\.end).max() ?? start) - start
      let answers = intervals.flatMap(\.outcomes).filter(\.succeeded)
      return (rate: Double(answers.reduce(0) { $0 + $1.completed }) / length.seconds, answers: answers)
    }.filter { $0.rate > 0 }.sorted { $0.rate < $1.rate }
    guard let quietest = rates.first?.rate else { return nil }
    var histogram = LatencyHistogram()
    for entry in rates where entry.rate <= quietest * 1.25 {
      for tally in entry.answers { histogram.merge(tally.fromSend) }
    }
    guard histogram.count >= leastAnswers, let median = histogram.quantile(0.5), let low = histogram.quantile(0.25),
      let high = histogram.quantile(0.75)
    else { return nil }
    return FittedValue(.serviceTime, median, range: low...high, observations: histogram.count)
  }
}
