import AutoscalerModel
import KubernetesObjects

extension DeploymentController {
  private static let revisionHistoryAnnotation = "deployment.kubernetes.io/revision-history"

  /// Makes the ReplicaSet of a Deployment's template.
  func createReplicaSet(
    for object: ClusterObject, _ deployment: Deployment, fences: RolloutArithmetic.Fences, hash: String, size: Int,
    old: [OwnedReplicaSet], in context: inout ControllerContext
  ) -> OwnedReplicaSet? {
    let name = "\(object.key.name)-\(hash)"
    let key = ObjectKey(namespace: object.key.namespace, name: name)
    guard context.store[.replicaSet, key] == nil, let spec = object.written["spec"], var template = spec["template"]
    else {
      return nil
    }
    template.setMember(.string(hash), at: ["metadata", "labels", ReplicaSet.templateHashLabel])
    var selector = spec["selector"] ?? [:]
    selector.setMember(.string(hash), at: ["matchLabels", ReplicaSet.templateHashLabel])
    var json: JSONValue = [
      "metadata": ["name": .string(name), "namespace": .string(key.namespace)],
      "spec": [
        "replicas": .integer(Int64(size)), "selector": selector, "template": template,
      ],
    ]
    if let seconds = deployment.spec.minReadySeconds, seconds > 0 {
      json.setMember(.integer(Int64(seconds)), at: ["spec", "minReadySeconds"])
    }
    guard var created = try? ClusterObject(kind: .replicaSet, json: json), var set = created.replicaSet else {
      return nil
    }
    let revision = String((old.map(\.revision).max() ?? 0) + 1)
    set.metadata.uid = context.random.uid()
    set.metadata.generation = 1
    set.metadata.creationTimestamp = context.date
    set.metadata.labels = template["metadata", "labels"]?.texts
    set.metadata.annotations = inheritedAnnotations(deployment).merging([
      ReplicaSet.revisionAnnotation: revision,
      ReplicaSet.desiredReplicasAnnotation: String(fences.replicas),
      ReplicaSet.maxReplicasAnnotation: String(fences.ceiling),
    ]) { $1 }
    set.metadata.ownerReferences = [
      OwnerReference(
        apiVersion: ClusterKind.deployment.resource.apiVersion, kind: "Deployment", name: object.key.name,
        uid: deployment.metadata.uid ?? "")
    ]
    created.content = .replicaSet(set)
    if let refusal = context.store.quotaRefusal(
      of: .replicaSet, name: name, namespace: key.namespace, QuotaSubject(created))
    {
      noteFailedCreation(of: name, by: object.key, refusal, in: &context)
      return nil
    }
    var owned = OwnedReplicaSet(object: created, set: set)
    store(&owned, in: &context)
    noteCreation(of: owned, by: object.key, revision: revision, in: &context)
    if size > 0 {
      context.record(
        .normal, "ScalingReplicaSet", "Scaled up replica set \(name) from 0 to \(size)", about: .deployment,
        object.key, by: "deployment-controller")
    }
    return owned
  }

  /// The API server refuses a ReplicaSet (Kubernetes 1.36, pkg/controller/deployment/sync.go, `getNewReplicaSet`).
  private func noteFailedCreation(
    of name: String, by key: ObjectKey, _ refusal: String, in context: inout ControllerContext
  ) {
    let message = "Failed to create new replica set \"\(name)\": \(refusal)"
    context.record(
      .warning, Self.failedCreation, message, about: .deployment, key, by: "deployment-controller")
    guard var object = context.store[.deployment, key], var deployment = object.deployment else { return }
    var status = deployment.status ?? Deployment.Status()
    let before = status.condition("Progressing")
    guard let seconds = deployment.spec.progressDeadlineSeconds, seconds != Int(Int32.max),
      before?.status != "False" || before?.reason != Self.failedCreation
    else { return }
    status.set(
      Condition(
        type: "Progressing", status: "False", reason: Self.failedCreation, message: message,
        lastTransitionTime: context.date, lastUpdateTime: context.date))
    deployment.status = status
    object.content = .deployment(deployment)
    context.commitStatus(of: object)
  }

  static let failedCreation = "ReplicaSetCreateError"

  private func noteCreation(
    of owned: OwnedReplicaSet, by key: ObjectKey, revision: String, in context: inout ControllerContext
  ) {
    guard var object = context.store[.deployment, key], var deployment = object.deployment else { return }
    var status = deployment.status ?? Deployment.Status()
    status.set(
      Condition(
        type: "Progressing", status: "True", reason: "NewReplicaSetCreated",
        message: "Created new replica set \"\(owned.name)\"", lastTransitionTime: context.date,
        lastUpdateTime: context.date))
    deployment.status = status
    deployment.metadata.annotations = (deployment.metadata.annotations ?? [:])
      .merging([ReplicaSet.revisionAnnotation: revision]) { $1 }
    object.content = .deployment(deployment)
    context.commitStatus(of: object)
  }

  /// Gives the ReplicaSet of the current template the highest revision: after a rollback an old one becomes the newest.
  func adoptRevision(
    of key: ObjectKey, new: inout OwnedReplicaSet?, old: [OwnedReplicaSet], in context: inout ControllerContext
  ) {
    guard var current = new, var object = context.store[.deployment, key], var deployment = object.deployment else {
      return
    }
    let revision = (old.map(\.revision).max() ?? 0) + 1
    if current.revision < revision {
      var annotations = current.set.metadata.annotations ?? [:]
      if current.revision > 0 {
        let earlier = annotations[Self.revisionHistoryAnnotation].map { "\($0)," } ?? ""
        annotations[Self.revisionHistoryAnnotation] = earlier + String(current.revision)
      }
      annotations[ReplicaSet.revisionAnnotation] = String(revision)
      current.set.metadata.annotations = annotations
      store(&current, in: &context)
      new = current
    }
    var status = deployment.status ?? Deployment.Status()
    if status.condition("Progressing") == nil {
      status.set(
        Condition(
          type: "Progressing", status: "True", reason: "FoundNewReplicaSet",
          message: "Found new replica set \"\(current.name)\"", lastTransitionTime: context.date,
          lastUpdateTime: context.date))
    }
    let annotations = (deployment.metadata.annotations ?? [:])
      .merging([ReplicaSet.revisionAnnotation: String(current.revision)]) { $1 }
    guard annotations != deployment.metadata.annotations || status != deployment.status else { return }
    deployment.metadata.annotations = annotations
    deployment.status = status
    object.content = .deployment(deployment)
    context.commitStatus(of: object)
  }

  /// Annotations that a ReplicaSet takes over from its Deployment.
  private func inheritedAnnotations(_ deployment: Deployment) -> [String: String] {
    (deployment.metadata.annotations ?? [:]).filter {
      !$0.key.hasPrefix("deployment.kubernetes.io/") && $0.key != "kubectl.kubernetes.io/last-applied-configuration"
    }
  }
}
