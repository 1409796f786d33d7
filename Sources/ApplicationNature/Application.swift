import Units

/// What the program in a container is like: everything about it that its manifest does not say.
///
/// Lengths marked *cluster time* pass faster than the wall clock when a time scale is set; those marked *wall time* do
/// not, so that latencies and utilization stay what a load generator measures.
package struct Application: Sendable, Equatable {
  /// CPU that one request costs its pod. Wall time.
  package var cpuPerRequest: Duration = .milliseconds(1)
  /// Time from a pod's taking up a request to its answer while the pod is not busy. Wall time.
  package var serviceTime = ServiceTime(.milliseconds(5))
  /// How many requests a pod works on at once; `nil` for any number.
  package var concurrency: Int?
  /// How many requests may wait in one pod, for CPU or for others to be done; further ones get 503 from the pod.
  package var queueLimit: Int = 50
  /// The share of requests that it answers with 500, from 0 to 1.
  package var failingShare: Double = 0

  /// Time from a running container to an application that listens and answers its probes. Cluster time.
  package var start: Duration = .zero
  /// How long it is busy with itself after its container has started. Cluster time.
  package var busyStart: Duration = .zero
  /// Cores that it takes meanwhile, as far as the limit allows.
  package var busyStartCores: Double = 1
  /// How long after its start requests cost more, since caches are cold and code is not compiled. Cluster time.
  package var warmUp: Duration = .zero
  /// How many times as much they cost then.
  package var warmUpCost: Double = 5

  /// Bytes that it takes without a request; `nil` for 128 MiB, or half of its limit if that is less.
  package var memory: Int64?
  /// Bytes that each request takes and does not give back.
  package var memoryPerRequest: Int64 = 0

  /// Whether its readiness and startup probes succeed once it is up.
  package var becomesReady = true
  /// Whether its liveness probe does.
  package var staysAlive = true
  /// How long after its start it ends by itself, with exit code 1. Cluster time.
  package var crashesAfter: Duration?

  /// How long it goes on accepting requests after SIGTERM. Cluster time.
  package var keepsServing: Duration = .milliseconds(200)
  /// Whether it answers what it has taken before it ends; else it ends with requests in hand.
  package var drains = true

  package init() {}

  /// One whose probes never succeed: a broken release.
  package static var broken: Application {
    var application = Application()
    application.becomesReady = false
    return application
  }
}
