import KubernetesObjects

/// New images, as `kubectl set image` sets them.
struct SettingImages: Deed {
  let place: WorkloadPlace
  let images: [String: String]

  /// A kind whose lists the API server does not merge has a container named by its place, which has to be known.
  func nextRead(having read: [JSONValue]) -> ActionRequest? {
    read.isEmpty && !place.workload.kind.type.mergesLists ? place.reading : nil
  }

  func writes(having read: [JSONValue], at now: KubernetesTime) throws(ActionProblem) -> [ActionRequest] {
    let sorted = images.sorted { $0.key < $1.key }
    guard let object = read.first else {
      let containers = sorted.map { JSONValue.object(["name": .string($0.key), "image": .string($0.value)]) }
      return [
        .patch(
          place.path, .strategicMergePatch, ["spec": ["template": ["spec": ["containers": .array(containers)]]]])
      ]
    }
    let containers = try place.decoded(object).template.spec.containers?.map(\.name) ?? []
    var operations: [JSONValue] = []
    for (name, image) in sorted {
      guard let index = containers.firstIndex(of: name) else {
        throw ActionProblem("\(place.workload.text) has no container named \(name)")
      }
      let path = "/spec/template/spec/containers/\(index)"
      // Nothing is changed where the place is no longer that of the container.
      operations.append(["op": "test", "path": .string(path + "/name"), "value": .string(name)])
      operations.append(["op": "replace", "path": .string(path + "/image"), "value": .string(image)])
    }
    return [.patch(place.path, .jsonPatch, .array(operations))]
  }
}

/// A rollout of what is there, as `kubectl rollout restart` starts it.
struct Restarting: Deed {
  let place: WorkloadPlace

  func writes(having read: [JSONValue], at now: KubernetesTime) -> [ActionRequest] {
    let time = KubernetesTime(seconds: now.microseconds / 1_000_000).description
    let type: ActionRequest.Body = place.workload.kind.type.mergesLists ? .strategicMergePatch : .mergePatch
    let annotations: JSONValue = ["kubectl.kubernetes.io/restartedAt": .string(time)]
    return [.patch(place.path, type, ["spec": ["template": ["metadata": ["annotations": annotations]]]])]
  }
}

/// The halt of a rollout and its end, as `kubectl rollout pause` and `resume` have it.
struct Pausing: Deed {
  let place: WorkloadPlace
  let isPaused: Bool

  func writes(having read: [JSONValue], at now: KubernetesTime) -> [ActionRequest] {
    [.patch(place.path, .strategicMergePatch, ["spec": ["paused": isPaused ? true : .null]])]
  }
}

/// The way back to the template of an earlier revision, as `kubectl rollout undo` goes it
/// (Kubernetes 1.36, staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollback.go).
struct Undoing: Deed {
  let place: WorkloadPlace
  let revision: Int?

  func nextRead(having read: [JSONValue]) throws(ActionProblem) -> ActionRequest? {
    switch read.count {
    case 0: return place.reading
    case 1:
      let kept: ResourceType = place.workload.kind == .statefulSet ? .controllerRevisions : .replicaSets
      return try place.listing(kept, of: place.decoded(read[0]))
    default: return nil
    }
  }

  func writes(having read: [JSONValue], at now: KubernetesTime) throws(ActionProblem) -> [ActionRequest] {
    let object = read[0]
    if object["spec", "paused"]?.bool == true {
      throw ActionProblem("\(place.workload.text) is paused: resume it before it is taken back")
    }
    let uid = object["metadata", "uid"]?.string
    let own = (read[1]["items"]?.array ?? []).filter { item in
      (item["metadata", "ownerReferences"]?.array ?? []).contains { $0["uid"]?.string == uid }
    }
    let wanted = try chosen(among: own)
    if place.workload.kind == .statefulSet {
      guard let data = wanted["data"] else {
        throw ActionProblem("the revision of \(place.workload.text) has no data")
      }
      return [.patch(place.path, .strategicMergePatch, data)]
    }
    guard var template = wanted["spec", "template"] else {
      throw ActionProblem("the ReplicaSet of the revision has no template")
    }
    template["metadata"]?["labels"]?["pod-template-hash"] = nil
    return [
      .patch(place.path, .jsonPatch, [["op": "replace", "path": "/spec/template", "value": template]])
    ]
  }

  /// The object of the revision that is wanted: without a number the one before the newest.
  private func chosen(among kept: [JSONValue]) throws(ActionProblem) -> JSONValue {
    let numbered = kept.compactMap { item -> (number: Int, item: JSONValue)? in
      let number =
        item["revision"]?.int
        ?? item["metadata", "annotations", "deployment.kubernetes.io/revision"]?.string.flatMap(Int.init)
      return number.map { ($0, item) }
    }.sorted { $0.number < $1.number }
    guard let revision else {
      guard numbered.count > 1 else {
        throw ActionProblem("\(place.workload.text) has no earlier revision that it could go back to")
      }
      return numbered[numbered.count - 2].item
    }
    guard let found = numbered.first(where: { $0.number == revision }) else {
      let known = numbered.map { "\($0.number)" }.joined(separator: ", ")
      throw ActionProblem(
        "\(place.workload.text) has no revision \(revision)" + (known.isEmpty ? "" : "; it has \(known)"))
    }
    return found.item
  }
}
