import Arrivals

/// How what workers count by numbers and on their clock is told: routes by name, intervals and instants in run time.
package struct FactNaming: Sendable {
  /// Names of the routes, in the order of the plan.
  package var routes: [String]
  /// The intervals in which workers count, each under its number, in run time.
  package var intervals: CountingIntervals
  /// Run time that passes in a second of wall time.
  package var timeScale: Double
  /// Which process it is, see ``LoadSnapshot``.
  package var source: String

  package init(routes: [String], intervals: CountingIntervals, timeScale: Double = 1, source: String = "") {
    self.routes = routes
    self.intervals = intervals
    self.timeScale = timeScale
    self.source = source
  }

  /// The run time of an instant that is counted from the start of the load.
  package func runTime(_ instant: Duration) -> Duration { timeScale == 1 ? instant : instant * timeScale }
}
