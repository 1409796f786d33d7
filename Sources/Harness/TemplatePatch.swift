import Foundation
import KubernetesClient
import KubernetesObjects
import Profiles

/// A change of the pod template of a workload, in the form in which the API server takes it for the workload's kind.
struct TemplatePatch: Sendable, Equatable {
  let type: APIClient.PatchType
  let body: JSONValue

  /// The patch that `kubectl set image` or `kubectl rollout restart` would send.
  init(_ kind: PlannedAction.Kind, at now: KubernetesTime) {
    switch kind {
    case .setImage(let images):
      let containers = images.sorted { $0.key < $1.key }
        .map { JSONValue.object(["name": .string($0.key), "image": .string($0.value)]) }
      self.init(.strategicMerge, ["spec": ["template": ["spec": ["containers": .array(containers)]]]])
    case .restart: self.init(restartedAt: now, as: .strategicMerge)
    }
  }

  /// For kinds whose lists the API server does not merge, so that a container is named by its place: that place is told
  /// first to be that of the container, and nothing is changed where it no longer is.
  ///
  /// - Throws: ``KubernetesError`` where the workload has no such container.
  init(
    _ kind: PlannedAction.Kind, of workload: Workload, at now: KubernetesTime
  ) throws(KubernetesError) {
    guard case .setImage(let images) = kind else {
      self.init(restartedAt: now, as: .merge)
      return
    }
    let containers = workload.template.spec.containers?.map(\.name) ?? []
    var operations: [JSONValue] = []
    for (name, image) in images.sorted(by: { $0.key < $1.key }) {
      guard let index = containers.firstIndex(of: name) else {
        let title = "\(workload.kind.rawValue)/\(workload.metadata.name ?? "")"
        throw KubernetesError(
          .notFound, attempt: "cannot set the image of \(name)", cause: "\(title) has no container of this name")
      }
      let path = "/spec/template/spec/containers/\(index)"
      operations.append(["op": "test", "path": .string(path + "/name"), "value": .string(name)])
      operations.append(["op": "replace", "path": .string(path + "/image"), "value": .string(image)])
    }
    self.init(.json, .array(operations))
  }

  /// The patch for a workload of whatever kind, which is read before where its form depends on it.
  static func read(
    for kind: PlannedAction.Kind, of workload: WorkloadReference, namespace: String, from client: APIClient
  ) async throws(KubernetesError) -> TemplatePatch {
    if workload.kind.type.mergesLists { return TemplatePatch(kind, at: Date().kubernetesTime) }
    let current = try await client.workload(workload, namespace: namespace)
    return try TemplatePatch(kind, of: current, at: Date().kubernetesTime)
  }

  private init(_ type: APIClient.PatchType, _ body: JSONValue) {
    self.type = type
    self.body = body
  }

  private init(restartedAt now: KubernetesTime, as type: APIClient.PatchType) {
    let time = KubernetesTime(seconds: now.microseconds / 1_000_000).description
    self.init(
      type, ["spec": ["template": ["metadata": ["annotations": ["kubectl.kubernetes.io/restartedAt": .string(time)]]]]])
  }
}
