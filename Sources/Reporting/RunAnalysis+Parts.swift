import Expectations

/// What reports make of a run, once for all of them.
extension RunAnalysis {
  /// Its load over time.
  var load: LoadSeries { partOfLoad { LoadSeries(timeline, delays: machineDelay) } }

  /// What became of all its requests; `nil` for a run without load.
  var totals: RunTotals? { partOfLoad { RunTotals(self) } }

  /// What its autoscaler decided, in order of time.
  var decisionMarks: [DecisionMark] { part { DecisionMark.marks(self) } }
}
