package import ApplicationNature
import Units

/// What applications, machines, metrics and the Ingress of a simulated cluster are like: everything that manifests do not
/// say.
///
/// Lengths are cluster time, which passes faster than the wall clock when a time scale is set.
package struct SimulatedWorkload: Sendable, Equatable {
  /// What the applications are like whose version is not among ``versions``.
  package var application = Application()
  /// Other applications, by the tag of their image.
  package var versions: [String: Application] = [:]
  /// Size of the body of an answer.
  package var responseBytes: Int = 64

  /// Time to pull an image that a machine does not have yet.
  package var imagePull: Duration = .seconds(2)
  /// Time from having the image to a running container.
  package var containerStart: Duration = .seconds(1)
  /// How long an init container takes.
  package var initialization: Duration = .zero
  /// How long a container of a Job takes of which the manifest does not tell that.
  package var taskTakes: Duration = .seconds(5)

  package var machines = Machines()

  /// Time from a change of the endpoints to the Ingress acting on it.
  package var endpointDelay: Duration = .seconds(2)
  /// Time from a change of an Ingress or a Service to the Ingress acting on it: it writes its configuration anew, and loads it.
  package var ruleDelay: Duration = .seconds(2)
  /// How long the Ingress keeps a connection to a pod that nothing goes over, as ingress-nginx does; zero keeps none. Wall time.
  package var keptConnections: Duration = .seconds(60)
  package var balancing = Balancing.requests
  /// How many other pods the Ingress tries when one refuses the connection.
  package var retries: Int = 0

  /// How often pods are measured.
  package var metricsResolution: Duration = .seconds(15)
  /// Cluster time of the first measurement; `nil` for a resolution after the start.
  package var firstMeasurement: Duration?
  /// Length of the interval that one measurement covers; a pod younger than it has no measurement.
  package var metricsWindow: Duration = .seconds(15)
  /// Time from the end of the interval until the metrics API shows it.
  package var metricsLag: Duration = .zero
  /// What the APIs of custom and external metrics know, by name.
  package var metrics: [String: MetricSource] = [:]

  /// Chooses names of pods, uids and the phases of probes; equal seeds give equal runs.
  package var seed: UInt64 = 1

  package init() {}

  /// What an application is like, by the tag of its image.
  func application(version: String) -> Application { versions[version] ?? application }

  /// The machines that pods run on.
  package struct Machines: Sendable, Equatable {
    /// Pods go to the one with the fewest that has room for them.
    package var count: Int = 3
    /// What each has for pods.
    package var capacity = MachineCapacity()
    /// How many there may be; more than ``count`` has some added for pods that find no room.
    package var most: Int = 0
    /// Time from the decision to add a machine until it takes pods.
    package var addingTakes: Duration = .seconds(120)
    /// After how long a machine is taken away that is hardly used; `nil` has all stay.
    package var removedAfter: Duration?
    /// How many stay in any case.
    package var least: Int = 1
  }

  /// What the Ingress chooses a pod for.
  package enum Balancing: Sendable, Equatable {
    /// For each request, as HTTP proxies do.
    case requests
    /// For each connection, as a Service of the type LoadBalancer does.
    case connections
  }
}
