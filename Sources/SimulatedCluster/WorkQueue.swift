/// What the cluster has to do at some time.
enum Work: Sendable, Hashable {
  case reconcile(Reconciliation)
  case proceedReplicaSet(ObjectKey)
  case synchronizeAutoscaler(ObjectKey)
  case bind(PodID)
  case finishPull(PodID)
  case startContainers(PodID)
  case startUp(ContainerRun)
  case probe(ContainerRun, ProbeKind)
  case crash(ContainerRun)
  case becomeAvailable(PodID)
  case signal(ContainerRun)
  case stopListening(ContainerRun)
  case exit(ContainerRun, killed: Bool)
  case remove(PodID)
  case forgetExit(ContainerRun)
  case finishTask(ContainerRun)
  case renewFiles(PodID)
  case addMachines
  case machineJoins
  case removeMachines
  case machineUnreachable(Int)
  case evict(PodID)
  case faultBegins(Int)
  case faultEnds(Int)
  case awaitFault(Int)
  case considerFaults
  case cutWatches(Int)
  case route(service: ObjectKey, pods: [PodID])
  case routeByRules
  case measure
  case collectGarbage(ownerUID: String)
  case checkProgress(ObjectKey)
  case forgetEvents
}

/// An object that a controller has to look at again; asking twice before it does so is asking once.
enum Reconciliation: Sendable, Hashable {
  case deployment(ObjectKey)
  case replicaSet(ObjectKey)
  case statefulSet(ObjectKey)
  case job(ObjectKey)
  case endpoints(service: ObjectKey)
  case volumes(claim: ObjectKey)
  case quotas(namespace: String)
  case disruptionBudget(ObjectKey)
  case node(ObjectKey)
  /// Who controls an object, after its labels or owners have changed.
  case ownership(ClusterKind, ObjectKey)
}

/// Number of a pod in the order of creation.
typealias PodID = Int

extension Work {
  /// Whether the controller manager does this: what is asked of it is lost with its process.
  var isOfControllers: Bool {
    switch self {
    case .reconcile, .proceedReplicaSet, .synchronizeAutoscaler, .collectGarbage, .checkProgress: true
    default: false
    }
  }
}

/// Work by due time; what is due at the same time comes in the order of asking. A binary heap.
struct WorkQueue: Sendable {
  private struct Entry: Sendable {
    let due: Duration
    let order: UInt64
    /// Where the work lies, so that entries change places without its being copied.
    let place: Int

    func precedes(_ other: Entry) -> Bool {
      due == other.due ? order < other.order : due < other.due
    }
  }

  private var heap: [Entry] = []
  private var works: [Work?] = []
  private var emptyPlaces: [Int] = []
  private var asked: UInt64 = 0

  var nextDue: Duration? { heap.first?.due }

  mutating func add(_ work: Work, at due: Duration) {
    asked += 1
    let place: Int
    if let empty = emptyPlaces.popLast() {
      place = empty
      works[place] = work
    } else {
      place = works.count
      works.append(work)
    }
    heap.append(Entry(due: due, order: asked, place: place))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].precedes(heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Forgets work that nobody will do.
  mutating func remove(where isLost: (Work) -> Bool) {
    // Ordered by time and number, the array is a heap.
    heap = heap.filter { entry in
      guard let work = works[entry.place], isLost(work) else { return true }
      empty(entry.place)
      return false
    }.sorted { $0.precedes($1) }
  }

  /// Takes the first work that is due at or before a time.
  mutating func next(until time: Duration) -> (work: Work, due: Duration)? {
    // Asked for each request, so nothing is copied as long as nothing is due.
    guard !heap.isEmpty, heap[0].due <= time else { return nil }
    let first = heap[0]
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    let work = works[first.place]
    empty(first.place)
    return work.map { ($0, first.due) }
  }

  private mutating func empty(_ place: Int) {
    works[place] = nil
    emptyPlaces.append(place)
  }

  private mutating func sink() {
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < heap.count else { return }
      let right = left + 1
      let child = right < heap.count && heap[right].precedes(heap[left]) ? right : left
      guard heap[child].precedes(heap[parent]) else { return }
      heap.swapAt(child, parent)
      parent = child
    }
  }
}
