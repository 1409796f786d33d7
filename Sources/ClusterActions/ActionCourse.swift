package import KubernetesObjects
package import Profiles

/// The course of one action: what is read of the cluster first, and what is written then, one request after another.
///
/// It knows no clock and no socket. Whoever carries the action out sends the request that it asks for, gives it the answer,
/// and asks for the next one.
package struct ActionCourse: Sendable {
  package enum Step: Sendable, Equatable {
    case read(ActionRequest)
    case write(ActionRequest)
  }

  private let deed: any Deed
  private let workloadPath: String
  private let isPutBack: Bool
  /// Whether it may change the template of the workload's pods.
  private let mayRollOut: Bool
  private var read: [JSONValue] = []
  private var writes: [ActionRequest]?
  private var answers: [JSONValue?] = []
  /// The object that is read before it is changed.
  private var readBefore: String?
  /// What was changed so far, where that is to be put back.
  package private(set) var changes: [ChangedObject] = []
  /// `metadata.generation` of the workload right before the first write to it, by which a change of others is told from its
  /// own; 0 where there was no workload. `nil` where none was read.
  package private(set) var generationBefore: Int64?

  /// - Parameters:
  ///   - workload: that which the action is done to.
  ///   - namespace: in which that is.
  ///   - isPutBack: whether what it changes is to be put back, for which each object is read before.
  package init(
    _ kind: PlannedAction.Kind, of workload: WorkloadReference, namespace: String, isPutBack: Bool = false
  ) {
    self.isPutBack = isPutBack
    mayRollOut = kind.startsRollout != false
    let place = WorkloadPlace(workload: workload, namespace: namespace)
    workloadPath = place.path
    deed =
      switch kind {
      case .setImage(let images): SettingImages(place: place, images: images)
      case .restart: Restarting(place: place)
      case .undo(let revision): Undoing(place: place, revision: revision)
      case .pause(let isPaused): Pausing(place: place, isPaused: isPaused)
      case .scale(let replicas): Scaling(place: place, replicas: replicas)
      case .patch(let patch): Patching(place: place, patch: patch)
      case .apply(let apply): Applying(place: place, apply: apply)
      // What a program asks of the API server is its own affair.
      case .wait, .exec: Waiting()
      case .deletePods(let choice): RemovingPods(place: place, choice: choice, evicts: false)
      case .evictPods(let choice): RemovingPods(place: place, choice: choice, evicts: true)
      case .cordon(let choice): Cordoning(place: place, choice: choice, isUnschedulable: true)
      case .uncordon(let choice): Cordoning(place: place, choice: choice, isUnschedulable: false)
      case .drain(let choice): Draining(place: place, choice: choice)
      }
  }

  /// What is to be sent next; `nil` when all is done.
  ///
  /// - Throws: ``ActionProblem`` where what was read does not allow the action.
  package mutating func next(at now: KubernetesTime) throws(ActionProblem) -> Step? {
    if let answer = answers.last ?? nil, answer["kind"]?.string == "Status", answer["status"]?.string == "Failure" {
      throw ActionProblem(answer["message"]?.string ?? "the API server says that it failed")
    }
    if writes == nil {
      if let request = try deed.nextRead(having: read) { return .read(request) }
      writes = try deed.writes(having: read, at: now)
    }
    guard let writes, answers.count < writes.count else { return nil }
    let write = writes[answers.count]
    let isAwaited = mayRollOut && write.path == workloadPath && generationBefore == nil
    if isAwaited || isPutBack && write.method == "PATCH" && !changes.contains(where: { $0.path == write.path }) {
      readBefore = write.path
      return .read(ActionRequest("GET", write.path, mayBeMissing: write.type == .apply))
    }
    return .write(write)
  }

  /// All that is to be written; empty while it is read.
  package var plannedWrites: [ActionRequest] { writes ?? [] }

  /// Takes the answer to what was sent last; `nil` where what was to be removed is gone already.
  package mutating func take(_ answer: JSONValue?) {
    if let path = readBefore {
      readBefore = nil
      if path == workloadPath, generationBefore == nil {
        generationBefore = answer?["metadata", "generation"]?.integer ?? 0
      }
      if isPutBack { changes.append(ChangedObject(path: path, before: answer ?? .null, after: answer ?? .null)) }
    } else if let writes {
      let path = writes[answers.count].path
      if let answer, let index = changes.firstIndex(where: { $0.path == path }) { changes[index].after = answer }
      answers.append(answer)
    } else {
      read.append(answer ?? .null)
    }
  }

  /// Names of the pods that it has taken away.
  package var pods: [String] { deed.pods(having: read) }

  /// `metadata.generation` of the workload as the last write has left it; `nil` where no write was to the workload.
  package var generation: Int64? {
    let own = (writes ?? []).indices.last { $0 < answers.count && writes?[$0].path == workloadPath }
    return own.flatMap { answers[$0]?["metadata", "generation"]?.integer }
  }
}

/// One kind of action, as what it reads and what it writes.
protocol Deed: Sendable {
  /// What is to be read, given what was read before; `nil` when that is enough.
  func nextRead(having read: [JSONValue]) throws(ActionProblem) -> ActionRequest?
  /// What is to be written, in this order.
  func writes(having read: [JSONValue], at now: KubernetesTime) throws(ActionProblem) -> [ActionRequest]
  func pods(having read: [JSONValue]) -> [String]
}

extension Deed {
  func nextRead(having read: [JSONValue]) throws(ActionProblem) -> ActionRequest? { nil }
  func pods(having read: [JSONValue]) -> [String] { [] }
}

/// Where the workload of an action is.
struct WorkloadPlace: Sendable {
  let workload: WorkloadReference
  let namespace: String

  var resource: ResourceType { workload.kind.resource }
  var path: String { resource.path(namespace: namespace, name: workload.name) }

  func path(_ resource: ResourceType, _ name: String? = nil, _ subresource: String? = nil) -> String {
    resource.path(namespace: namespace, name: name, subresource: subresource)
  }

  var reading: ActionRequest { ActionRequest("GET", path) }

  /// - Throws: ``ActionProblem`` where it is not what its kind is like.
  func decoded(_ object: JSONValue) throws(ActionProblem) -> Workload {
    do {
      return try Workload(workload.kind, json: object.json())
    } catch {
      throw ActionProblem("\(workload.text) cannot be read: \(error)")
    }
  }

  /// Asks for all objects of a kind that the workload's selector selects.
  func listing(_ resource: ResourceType, of workload: Workload) throws(ActionProblem) -> ActionRequest {
    guard let selector = workload.selector, !selector.text.isEmpty else {
      throw ActionProblem("\(self.workload.text) has no selector, so that its pods cannot be told from others")
    }
    return ActionRequest("GET", path(resource), query: ["labelSelector": selector.text])
  }
}
