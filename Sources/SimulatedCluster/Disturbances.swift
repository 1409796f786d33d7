/// What of the cluster's doings is held up by faults.
struct Disturbances: Sendable {
  /// Faults that have begun and not ended, by their number.
  var current: Set<Int> = []
  /// Names of custom and external metrics.
  var missingMetrics: Set<String> = []
  var metricsAreStale = false
  var endpointDelay: Duration?
  /// Cluster time at which the load begins; what depends on run time does so from here. `nil` while no load is planned.
  var loadBegan: Duration?
}
