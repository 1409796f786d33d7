package import Units

/// A condition under which a run ends early.
package struct StopRule: Sendable, Equatable {
  package enum Condition: Sendable, Equatable {
    /// More than this share of the requests that ended failed.
    case errorRatio(above: Percentage)
    /// A percentile (above 0, below 100) of the latency from the due time lies above a bound.
    case latency(percentile: Double, above: Duration)
    /// More than this share of the requests that were due was dropped unsent.
    case dropped(above: Percentage)
  }

  package var name: String
  /// The latest stretch of run time that is looked at; at least a second.
  package var over: Duration
  package var condition: Condition

  package init(name: String, over: Duration, condition: Condition) {
    self.name = name
    self.over = over
    self.condition = condition
  }
}
