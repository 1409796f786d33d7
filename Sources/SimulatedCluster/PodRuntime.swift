import ApplicationNature
import Arrivals
import KubernetesObjects
import Units

/// One start of the container of a pod: what was meant for an earlier one is nothing to a later one.
struct ContainerRun: Sendable, Hashable {
  let pod: PodID
  /// How often the container had been started before.
  let restart: Int
}

/// What the machine under a pod knows of it, beside the object in the API.
struct PodRuntime: Sendable {
  let id: PodID
  let key: ObjectKey
  let uid: String
  /// What keeps it; `nil` where a client made it, or who made it has let it go.
  var owner: PodOwner?
  let createdAt: Duration
  /// The container that serves requests, and what its probes and limits say.
  let container: Container
  var ports = PodPorts([:])
  /// Tag of the image: what answers call their version.
  let version: String
  let request: PodRequest
  /// How much it counts beside others that want room.
  var priority: Int64 = 0
  /// What the containers of the pod may take together, where it says so.
  private let podMemoryLimit: ResourceQuantity?
  var application: Application

  /// What its container does, where it ends by itself.
  var task: ContainerTask?
  /// Whether it has done so well; `nil` while it has not ended. What has is only there to be read.
  var endedWell: Bool?
  /// Its Job has counted that: it has taken the finalizer `batch.kubernetes.io/job-tracking` away.
  var isCounted = false
  /// What was known of the pod beforehand.
  var course: PodCourse?
  var node: Int?
  /// Its machine is lost, so that nothing of it goes on.
  var isLost = false
  /// Connections of the Ingress to it that it keeps still, though its machine is lost.
  var deadConnections = 0
  var restarts = 0
  /// When the container was started last.
  var startedAt: Duration?
  /// The container runs.
  var isRunning = false
  /// The application answers probes and requests.
  var isUp = false
  /// The application accepts requests.
  var isListening = false
  var isReady = false
  var readyAt: Duration?
  var startupDone = false
  var startup = ProbeRecord()
  var readiness = ProbeRecord()
  var liveness = ProbeRecord()
  private let readinessTiming: ProbeTiming?
  private let livenessTiming: ProbeTiming?
  var isTerminating = false
  /// When the machine kills what still runs.
  var killedAt: Duration?
  /// How long the container waits before its next start, and when it ended last.
  var backOff: Duration = .zero
  var endedAt: Duration?
  /// The part of a failed request that is due.
  var failing = 0.0
  /// By which it takes longer for one request than for another.
  var luck: SplitMix64
  var load: PodLoad

  init(
    id: PodID, key: ObjectKey, uid: String, owner: PodOwner?, createdAt: Duration, container: Container,
    version: String, request: PodRequest, podLimits: [String: ResourceQuantity]?,
    application: Application
  ) {
    self.id = id
    self.key = key
    self.uid = uid
    self.owner = owner
    self.createdAt = createdAt
    self.container = container
    self.version = version
    self.request = request
    podMemoryLimit = podLimits?["memory"]
    self.application = application
    readinessTiming = container.readinessProbe.map(ProbeTiming.init)
    livenessTiming = container.livenessProbe.map(ProbeTiming.init)
    // The seed of the cluster has chosen the uid.
    luck = SplitMix64(seed: uid.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
    // A limit of zero is none.
    let limit = (container.resources?.limits?["cpu"] ?? podLimits?["cpu"]).map { Double($0.quantity.milli) / 1_000 }
      .flatMap {
        $0 > 0 ? $0 : nil
      }
    load = PodLoad(cost: application.cpuPerRequest.seconds, limit: limit, queueLimit: application.queueLimit)
  }

  /// Counts a probe of a pod in service that succeeds as the one before did, so that nothing else comes of it; how long until
  /// the next one, or `nil` where there is more to it. Most probes are such ones, and for these nothing is copied.
  mutating func passAsBefore(_ kind: ProbeKind, _ run: ContainerRun, at now: Double) -> Duration? {
    guard isUp, isReady, isRunning, !isTerminating, !isLost, self.run == run, course == nil else { return nil }
    let timing: ProbeTiming
    switch kind {
    case .startup: return nil
    case .readiness:
      guard let known = readinessTiming, application.becomesReady, load.wait(at: now) < known.timeout else {
        return nil
      }
      readiness.note(true)
      timing = known
    case .liveness:
      guard let known = livenessTiming, application.staysAlive, load.wait(at: now) < known.timeout else { return nil }
      liveness.note(true)
      timing = known
    }
    return timing.period
  }

  var hasEnded: Bool { endedWell != nil }

  var run: ContainerRun { ContainerRun(pod: id, restart: restarts) }

  /// How many connections to it the Ingress keeps: as many as requests were under way at once of late, and none where none
  /// came. A pod that ends closes them as it stops listening.
  ///
  /// - Parameter idle: seconds on the wall for which one is kept that nothing goes over.
  func keptConnections(for idle: Double, at now: Double, timeScale: Double) -> Int {
    guard idle > 0, isListening else { return 0 }
    let looked = min(idle, Self.lateSpan)
    let points = load.points
    guard let from = points.last(where: { now - $0.time.seconds / timeScale >= looked }) ?? points.first else {
      return 0
    }
    let (taken, elapsed) = (load.taken - from.taken, now - from.time.seconds / timeScale)
    guard taken > 0, elapsed > 0 else { return 0 }
    return max(1, Int((taken / elapsed * (load.wait(at: now) + application.serviceTime.median.seconds)).rounded(.up)))
  }

  /// What counts as of late. Seconds on the wall.
  private static let lateSpan = 15.0

  /// How long the preStop hook holds SIGTERM back; one whose length is unknown takes no time.
  var preStop: Duration {
    switch container.lifecycle?.preStop.map({ PreStopLength($0) }) {
    case .lasts(let duration): duration
    // The grace period ends before.
    case .forever: .seconds(Int64(Int32.max))
    case .unknown, nil: .zero
    }
  }

  /// Bytes of memory that the container may take; `nil` without a limit.
  var memoryLimit: Int64? {
    (container.resources?.limits?["memory"] ?? podMemoryLimit).map { $0.quantity.milli / 1_000 }.flatMap {
      $0 > 0 ? $0 : nil
    }
  }

  /// Bytes of memory that the container takes.
  var memory: Int64 {
    let own = application.memory ?? min(128 << 20, memoryLimit.map { $0 / 2 } ?? .max)
    return own + Int64(min(load.taken * Double(application.memoryPerRequest), 1e18))
  }
}

/// How often a container is asked, and how long it has for an answer.
private struct ProbeTiming: Sendable {
  let period: Duration
  /// Seconds.
  let timeout: Double

  init(_ probe: Probe) {
    period = .seconds(probe.period)
    timeout = Double(probe.timeout)
  }
}

/// How a probe of a container has gone of late.
struct ProbeRecord: Sendable {
  var successes = 0
  var failures = 0
  /// The part of a period by which its grid is shifted; `nil` before the first probe is planned.
  var phase: Duration?
  /// Whether one is planned.
  var isPlanned = false

  /// Counts a probe; a success ends a row of failures, and the other way round.
  mutating func note(_ succeeded: Bool) {
    successes = succeeded ? successes + 1 : 0
    failures = succeeded ? 0 : failures + 1
  }
}
