package import Statistics

/// How late requests left: the moment of sending each less the moment it was due.
package struct Lateness: Sendable, Equatable {
  /// What half of the requests exceeded, one in a hundred, and none.
  private struct Figures: Sendable, Equatable {
    var p50 = Duration.zero
    var p99 = Duration.zero
    var maximum = Duration.zero

    static func of(_ values: LatencyHistogram) -> Figures {
      let quantiles = values.quantiles([0.5, 0.99])
      return Figures(
        p50: quantiles.first ?? .zero, p99: quantiles.last ?? .zero, maximum: values.maximum ?? .zero)
    }

    func highest(_ other: Figures) -> Figures {
      Figures(p50: max(p50, other.p50), p99: max(p99, other.p99), maximum: max(maximum, other.maximum))
    }
  }

  /// Of each request; empty where only figures were recorded.
  package private(set) var values: LatencyHistogram
  /// What was recorded in place of values.
  private var recorded: Figures?
  /// Of values and of what was recorded in their place.
  private var figures: Figures

  package init(_ values: LatencyHistogram = LatencyHistogram()) {
    self.values = values
    figures = Figures.of(values)
  }

  /// Of requests of which no more is known than these figures, as recordings up to schema 5 keep them. What is not recorded is at
  /// most as long as what is: the median of what this machine took as its 99th percentile.
  package init(p50: Duration, p99: Duration, maximum: Duration) {
    values = LatencyHistogram()
    figures = Figures(p50: p50, p99: p99, maximum: maximum)
    recorded = figures
  }

  /// Whether no request is known to have been sent.
  package var isEmpty: Bool { values.isEmpty && recorded == nil }

  /// Whether every value is known, and not some figures only.
  package var hasValues: Bool { recorded == nil }

  /// The median, the 99th percentile and the longest; zero where no request was sent. Of what several have recorded as figures
  /// it is what none of them exceeds, as far as that is known.
  package var p50: Duration { figures.p50 }
  package var p99: Duration { figures.p99 }
  package var maximum: Duration { figures.maximum }

  /// Adds that of other requests.
  package mutating func merge(_ other: Lateness) {
    values.merge(other.values)
    if let theirs = other.recorded { recorded = recorded?.highest(theirs) ?? theirs }
    figures = Figures.of(values).highest(recorded ?? Figures())
  }

  mutating func compact() { values = values.compacted() }
}
