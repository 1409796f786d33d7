import KubernetesObjects
import Profiles

/// A node on which no further pod is put, or is again.
struct Cordoning: Deed {
  let place: WorkloadPlace
  let choice: NodeChoice
  let isUnschedulable: Bool

  func nextRead(having read: [JSONValue]) throws(ActionProblem) -> ActionRequest? {
    try NodeReading(place: place, choice: choice).next(having: read)
  }

  func writes(having read: [JSONValue], at now: KubernetesTime) throws(ActionProblem) -> [ActionRequest] {
    let node = try NodeReading(place: place, choice: choice).node(having: read)
    return [.cordoning(node, isUnschedulable)]
  }
}

/// A node that is emptied: no further pod is put on it, and its pods are evicted, those of DaemonSets and of the machine itself
/// apart (Kubernetes 1.36, staging/src/k8s.io/kubectl/pkg/drain/filters.go).
struct Draining: Deed {
  let place: WorkloadPlace
  let choice: NodeChoice

  private var nodes: NodeReading { NodeReading(place: place, choice: choice) }

  func nextRead(having read: [JSONValue]) throws(ActionProblem) -> ActionRequest? {
    if let request = try nodes.next(having: read) { return request }
    guard read.count == nodes.count else { return nil }
    let node = try nodes.node(having: read)
    return ActionRequest(
      "GET", ResourceType.pods.path(namespace: nil), query: ["fieldSelector": "spec.nodeName=\(node)"])
  }

  func writes(having read: [JSONValue], at now: KubernetesTime) throws(ActionProblem) -> [ActionRequest] {
    let node = try nodes.node(having: read)
    let evictions = evicted(having: read).compactMap { pod -> ActionRequest? in
      guard let name = pod.metadata.name, let namespace = pod.metadata.namespace else { return nil }
      return .eviction(of: name, namespace: namespace)
    }
    return [.cordoning(node, true)] + evictions
  }

  /// Those of the workload's namespace: what happens in others is not observed.
  func pods(having read: [JSONValue]) -> [String] {
    evicted(having: read).filter { $0.metadata.namespace == place.namespace }.compactMap(\.metadata.name)
  }

  private func evicted(having read: [JSONValue]) -> [Pod] {
    guard let list = read.last, read.count > nodes.count else { return [] }
    return PodReading.pods(in: list).filter { pod in
      let isOfDaemonSet = pod.metadata.ownerReferences?.contains { $0.kind == "DaemonSet" } ?? false
      let isMirror = pod.metadata.annotations?["kubernetes.io/config.mirror"] != nil
      return !isOfDaemonSet && !isMirror
    }
  }
}

extension ActionRequest {
  fileprivate static func cordoning(_ node: String, _ isUnschedulable: Bool) -> ActionRequest {
    .patch(
      ResourceType.nodes.path(namespace: nil, name: node), .strategicMergePatch,
      ["spec": ["unschedulable": isUnschedulable ? true : .null]])
  }
}

/// How a node is found: by its name, or by a pod that runs on it.
private struct NodeReading {
  let place: WorkloadPlace
  let choice: NodeChoice

  /// How many answers it takes.
  var count: Int { if case .named = choice { 0 } else { 2 } }

  func next(having read: [JSONValue]) throws(ActionProblem) -> ActionRequest? {
    read.count < count ? try PodReading(place: place).next(having: read) : nil
  }

  func node(having read: [JSONValue]) throws(ActionProblem) -> String {
    switch choice {
    case .named(let name): return name
    case .ofPod(let order):
      let pods = order.sorted(PodReading(place: place).pods(having: read))
      guard let node = pods.lazy.compactMap(\.spec.nodeName).first(where: { !$0.isEmpty }) else {
        throw ActionProblem("\(place.workload.text) has no pod that is \(order.rawValue) and runs on a node")
      }
      return node
    }
  }
}
