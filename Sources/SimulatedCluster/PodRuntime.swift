import KubernetesObjects

/// What the machine under a pod knows of it, beside the object in the API.
struct PodRuntime: Sendable {
  let id: PodID
  let key: ObjectKey
  let uid: String
  /// What made it.
  let owner: PodOwner?
  let createdAt: Duration
  /// The container that serves requests, and what its probes and limits say.
  let container: Container
  /// The names of the ports of containers and sidecars.
  let portNames: Set<String>
  /// Tag of the image: what answers call their version.
  let version: String

  /// What was known of the pod beforehand.
  var course: PodCourse?
  var node: Int?
  var startedAt: Duration?
  /// The application answers probes and requests.
  var isUp = false
  /// The application accepts requests.
  var isListening = false
  var isReady = false
  var readyAt: Duration?
  var startupDone = false
  var successes = 0
  var failures = 0
  var isTerminating = false
  /// When the machine kills what still runs.
  var killedAt: Duration?
  var load: PodLoad

  init(
    id: PodID, key: ObjectKey, uid: String, owner: PodOwner?, createdAt: Duration, container: Container,
    portNames: Set<String>, version: String, load: PodLoad
  ) {
    self.id = id
    self.key = key
    self.uid = uid
    self.owner = owner
    self.createdAt = createdAt
    self.container = container
    self.portNames = portNames
    self.version = version
    self.load = load
  }

  /// How long the preStop hook holds SIGTERM back; one whose length is unknown takes no time.
  var preStop: Duration {
    switch container.lifecycle?.preStop.map({ PreStopLength($0) }) {
    case .lasts(let duration): duration
    // The grace period ends before.
    case .forever: .seconds(Int64(Int32.max))
    case .unknown, nil: .zero
    }
  }
}
