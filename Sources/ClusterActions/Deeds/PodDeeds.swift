import KubernetesObjects
import Profiles

/// Pods that are deleted, or evicted through the API that obeys disruption budgets.
struct RemovingPods: Deed {
  let place: WorkloadPlace
  let choice: PodChoice
  let evicts: Bool

  func nextRead(having read: [JSONValue]) throws(ActionProblem) -> ActionRequest? {
    choice.name == nil ? try PodReading(place: place).next(having: read) : nil
  }

  func writes(having read: [JSONValue], at now: KubernetesTime) throws(ActionProblem) -> [ActionRequest] {
    let names = pods(having: read)
    if names.isEmpty { throw ActionProblem("\(place.workload.text) has no pod that is \(choice.order.rawValue)") }
    return names.map { name in
      evicts
        ? .eviction(of: name, namespace: place.namespace) : ActionRequest("DELETE", place.path(.pods, name))
    }
  }

  func pods(having read: [JSONValue]) -> [String] {
    if let name = choice.name { return [name] }
    let own = PodReading(place: place).pods(having: read)
    return choice.order.sorted(own).prefix(choice.count).compactMap(\.metadata.name)
  }
}

extension ActionRequest {
  static func eviction(of pod: String, namespace: String) -> ActionRequest {
    ActionRequest(
      "POST", ResourceType.pods.path(namespace: namespace, name: pod, subresource: "eviction"),
      body: [
        "apiVersion": "policy/v1", "kind": "Eviction",
        "metadata": ["name": .string(pod), "namespace": .string(namespace)],
      ], mayBeRefused: true)
  }
}

/// How the pods of a workload are read: its selector first, and then what that selects.
struct PodReading {
  let place: WorkloadPlace

  func next(having read: [JSONValue]) throws(ActionProblem) -> ActionRequest? {
    switch read.count {
    case 0: place.reading
    case 1: try place.listing(.pods, of: place.decoded(read[0]))
    default: nil
    }
  }

  /// Those that are not going already.
  func pods(having read: [JSONValue]) -> [Pod] {
    guard read.count > 1 else { return [] }
    return PodReading.pods(in: read[1])
  }

  static func pods(in list: JSONValue) -> [Pod] {
    (list["items"]?.array ?? []).compactMap { try? $0.decoded(as: Pod.self) }
      .filter { !$0.isTerminating && !["Succeeded", "Failed"].contains($0.status?.phase) }
  }
}

extension PodChoice.Order {
  /// Pods in this order; those that come into question only. Equal ones by name, so that the choice is the same each time.
  func sorted(_ pods: [Pod]) -> [Pod] {
    let byAge = pods.sorted { one, other in
      let (born, otherBorn) = (one.metadata.creationTimestamp, other.metadata.creationTimestamp)
      if born == otherBorn { return (one.metadata.name ?? "") < (other.metadata.name ?? "") }
      guard let born, let otherBorn else { return born != nil }
      return born < otherBorn
    }
    return switch self {
    case .oldest: byAge
    case .newest: byAge.reversed()
    case .notReady: byAge.filter { !$0.isReady }
    }
  }
}
