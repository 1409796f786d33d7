/// What a short probe of the target measured, or what is known in its place.
package struct ProbeFigures: Sendable, Equatable {
  /// Thousandths of a core that a request in a second costs: milliseconds of CPU a request.
  package struct Cost: Sendable, Equatable {
    package var best: Double
    /// What the measurements allow.
    package var bounds: ClosedRange<Double>

    package init(best: Double, bounds: ClosedRange<Double>) {
      self.best = best
      self.bounds = bounds
    }

    /// `1.96..2.04`
    package var boundsText: String { "\(Figure.text(bounds.lowerBound))..\(Figure.text(bounds.upperBound))" }
  }

  /// What the requests of the probe came to.
  package struct Answers: Sendable, Equatable {
    /// The highest rate that it sent, in requests a second.
    package var rate: Double
    package var requests: Int
    package var failed: Int
    /// How many of those failed by each outcome.
    package var failures: [String: Int] = [:]
    /// Seconds that it took.
    package var length: Double
    /// Seconds; `nil` where no request was answered.
    package var median: Double?
    package var high: Double?

    package init(rate: Double, requests: Int, failed: Int, length: Double, median: Double?, high: Double?) {
      self.rate = rate
      self.requests = requests
      self.failed = failed
      self.length = length
      self.median = median
      self.high = high
    }

    /// `2 of 20 requests of the probe failed: 1 with 503, 1 with read timeout`; `nil` where none did.
    package var failureText: String? {
      guard failed > 0 else { return nil }
      let outcomes = failures.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) with \($0.key)" }
      let which = outcomes.isEmpty ? "" : ": \(outcomes.joined(separator: ", "))"
      return "\(failed) of \(requests) requests of the probe failed\(which)"
    }
  }

  /// `nil` where nothing was sent.
  package var answers: Answers?
  /// `nil` where it is not known.
  package var cost: Cost?
  /// Where the cost is from, or why it is not known: `measured`, `given by --cpu-per-request`.
  package var costSource: String
  /// Thousandths of a core that all pods used together without the probe; `nil` where it is not known.
  package var idle: Double?
  /// Over how many seconds pods are measured, and how often; `nil` where that is not known.
  package var metricsWindow: Double?
  package var metricsResolution: Double?

  package init(
    answers: Answers? = nil, cost: Cost? = nil, costSource: String, idle: Double? = nil,
    metricsWindow: Double? = nil, metricsResolution: Double? = nil
  ) {
    self.answers = answers
    self.cost = cost
    self.costSource = costSource
    self.idle = idle
    self.metricsWindow = metricsWindow
    self.metricsResolution = metricsResolution
  }
}
