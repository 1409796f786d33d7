/// What the simulated application, its machines and its Ingress are like: everything that manifests do not say.
///
/// Lengths marked *cluster time* pass faster than the wall clock when a time scale is set; those marked *wall time*
/// do not, so that latencies and utilization stay what a load generator measures.
package struct SimulatedWorkload: Sendable, Equatable {
  /// CPU that one request costs its pod. Wall time.
  package var cpuPerRequest: Duration = .milliseconds(1)
  /// Time from a pod's taking up a request to its answer while the pod is not busy. Wall time.
  package var serviceTime: Duration = .milliseconds(5)
  /// How many requests may wait in one pod for CPU; further ones get 503 from the pod.
  package var queueLimit: Int = 50
  /// Size of the body of an answer.
  package var responseBytes: Int = 64

  /// Time to pull an image that a node does not have yet. Cluster time.
  package var imagePull: Duration = .seconds(2)
  /// Time from having the image to a running container. Cluster time.
  package var containerStart: Duration = .seconds(1)
  /// Time from a running container to an application that listens and answers its probes. Cluster time.
  package var applicationStart: Duration = .zero
  /// Images whose application never answers its probes: a broken release.
  package var brokenImages: Set<String> = []
  /// How long a container goes on accepting requests after SIGTERM. Cluster time.
  package var keepsServingAfterTermination: Duration = .milliseconds(200)
  /// Number of machines; pods go to the one with the fewest.
  package var nodes: Int = 3

  /// Time from a change of the endpoints to the Ingress acting on it. Cluster time.
  package var endpointDelay: Duration = .seconds(2)

  /// How often the CPU use of pods is measured. Cluster time.
  package var metricsResolution: Duration = .seconds(15)
  /// Cluster time of the first measurement; `nil` for a resolution after the start. Cluster time.
  package var firstMeasurement: Duration?
  /// Length of the interval that one measurement covers. Cluster time; a pod younger than it has no measurement.
  package var metricsWindow: Duration = .seconds(15)
  /// Time from the end of the interval until the metrics API shows it. Cluster time.
  package var metricsLag: Duration = .zero
  /// Memory that every pod reports, in bytes.
  package var memoryBytes: Int64 = 128 << 20

  /// Chooses names of pods, uids and the phases of probes; equal seeds give equal runs.
  package var seed: UInt64 = 1

  package init() {}
}
