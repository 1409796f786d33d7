import ApplicationNature
import Units

/// The machines with their pods, and the Ingress in front of them: what serves, and what the controllers decide about.
struct DataPlane: Sendable {
  /// What the machines know of their pods.
  var runtimes = PodTable()
  var podIDs: [ObjectKey: PodID] = [:]
  var machines: [Machine]
  /// Pods that no machine has room for, in the order in which they asked.
  var unscheduled: [PodID] = []
  /// The machines on which others make room for pods.
  var nominations: [PodID: Int] = [:]
  /// How many machines are on their way, and whether somebody looks for pods that need more.
  var machinesToCome = 0
  /// When the latest one came that was ordered. Cluster time.
  var machineAddedAt: Duration?
  var isWatchedForShortage = false
  private var podsOfOwner: [PodOwner: [PodID]] = [:]
  /// When containers ended, in seconds on the wall since the start.
  var exits: [ContainerRun: Double] = [:]
  /// What faults make of applications, for one version or for all.
  var changes: [(change: ApplicationChange, version: String?)] = []
  var routing = IngressRouting()
  /// The pods of connections, where the Ingress chooses one for each.
  var podsOfConnections: [Int: PodID] = [:]
  /// The pods of clients, by the Services that have all connections of one address stay with one.
  var podsOfClients: [ObjectKey: ClientPod] = [:]
  /// Rules that are on their way to the Ingress, the oldest first.
  var rulesToCome: [IngressRouting.Rules] = []
  /// Chooses the cookies of clients.
  var sessions: SeededRandom
  /// Decides which requests a canary takes.
  var chance: SeededRandom
  var offered = OfferedLoad()
  /// What is known beforehand of the next pods with an image, in the order of their creation.
  var courses: [String: [PodCourse]] = [:]
  /// What pods ask of their machines beside room, of those that ask something.
  var placements: [PodID: PlacementRules] = [:]

  /// What pods have of the ConfigMaps and Secrets that they refer to.
  var configurations: [PodID: PodConfiguration] = [:]

  /// - Parameter seed: of what is chosen at random for requests.
  init(machines: SimulatedWorkload.Machines = SimulatedWorkload.Machines(), seed: UInt64 = 0) {
    // Another sequence than that of names.
    chance = SeededRandom(seed: ~seed)
    sessions = SeededRandom(seed: ~seed ^ 0xA076_1D64_78BD_642F)
    self.machines = (1...max(machines.count, 1)).map { Machine(name: "node-\($0)", capacity: machines.capacity) }
  }

  /// The pods of a workload that are not gone, the oldest first.
  func members(of owner: PodOwner) -> [PodID] { podsOfOwner[owner] ?? [] }

  /// Takes up a pod; `make` gets its number.
  mutating func add(_ make: (PodID) -> PodRuntime) -> PodID {
    let id = runtimes.nextID
    let runtime = make(id)
    runtimes.append(runtime)
    podIDs[runtime.key] = id
    if let owner = runtime.owner { podsOfOwner[owner, default: []].append(id) }
    return id
  }

  /// Changes whose pod one is; `nil` for nobody's.
  mutating func give(_ id: PodID, to owner: PodOwner?) {
    leaveOwner(id)
    runtimes[id]?.owner = owner
    guard let owner else { return }
    podsOfOwner[owner] = ((podsOfOwner[owner] ?? []) + [id]).sorted()
  }

  private mutating func leaveOwner(_ id: PodID) {
    guard let owner = runtimes[id]?.owner else { return }
    podsOfOwner[owner]?.removeAll { $0 == id }
    if podsOfOwner[owner]?.isEmpty == true { podsOfOwner[owner] = nil }
  }

  mutating func forget(_ runtime: PodRuntime) {
    leaveOwner(runtime.id)
    runtimes[runtime.id] = nil
    placements[runtime.id] = nil
    configurations[runtime.id] = nil
    routing.forgetTargets()
    podIDs[runtime.key] = nil
    unscheduled.removeAll { $0 == runtime.id }
    nominations[runtime.id] = nil
    if let node = runtime.node { machines[node].release(runtime.request) }
  }

  /// Whether a pod has been ready for so many seconds.
  func isAvailable(_ id: PodID, after seconds: Int, at now: Duration) -> Bool {
    guard let runtime = runtimes[id], runtime.isReady else { return false }
    return runtime.readyAt.map { $0 + .seconds(seconds) <= now } ?? false
  }
}
