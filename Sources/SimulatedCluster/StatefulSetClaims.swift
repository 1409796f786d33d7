import AutoscalerModel
import KubernetesObjects

/// The PersistentVolumeClaims of a StatefulSet: one for each template and ordinal, kept when the pod goes
/// (Kubernetes 1.36, pkg/controller/statefulset/stateful_pod_control.go; stateful_set_utils.go,
/// `updateClaimOwnerRefForSetAndPod`).
struct StatefulSetClaims {
  private let owner: ClusterObject
  private let set: StatefulSet
  private let templates: [JSONValue]
  private let goWithSet: Bool
  private let goWithScale: Bool

  init(_ owner: ClusterObject, _ set: StatefulSet) {
    self.owner = owner
    self.set = set
    let spec = owner.written["spec"]
    templates = spec?["volumeClaimTemplates"]?.array ?? []
    let policy = spec?["persistentVolumeClaimRetentionPolicy"]
    goWithSet = policy?["whenDeleted"] == "Delete"
    goWithScale = policy?["whenScaled"] == "Delete"
  }

  private func templateName(_ template: JSONValue) -> String { template["metadata", "name"]?.string ?? "" }

  private func key(_ template: JSONValue, _ ordinal: Int) -> ObjectKey {
    ObjectKey(namespace: owner.key.namespace, name: "\(templateName(template))-\(owner.key.name)-\(ordinal)")
  }

  /// Makes the claims of an ordinal that are missing.
  ///
  /// - Returns: why one could not be made.
  func create(for ordinal: Int, in context: inout ControllerContext) -> String? {
    for template in templates {
      let key = key(template, ordinal)
      guard context.store[.persistentVolumeClaim, key] == nil else { continue }
      let spec = template["spec"] ?? [:]
      let pod = set.podName(ordinal)
      let refusal =
        context.store.limitRefusal(ofClaim: key.name, spec, namespace: key.namespace)
        ?? context.store.quotaRefusal(
          of: .persistentVolumeClaim, name: key.name, namespace: key.namespace, .claim(spec))
      if let refusal {
        context.record(
          .warning, "FailedCreate",
          "create Claim \(key.name) for Pod \(pod) in StatefulSet \(owner.key.name) failed error: \(refusal)",
          about: .statefulSet, owner.key, by: StatefulSetController.name)
        return "failed to create PVC \(key.name): \(refusal)"
      }
      var metadata = ObjectMetadata(
        name: key.name, namespace: key.namespace, uid: context.random.uid(),
        labels: (template["metadata", "labels"]?.texts ?? [:]).merging(set.spec.selector?.matchLabels ?? [:]) { $1 })
      metadata.annotations = template["metadata", "annotations"]?.texts
      metadata.creationTimestamp = context.date
      metadata.ownerReferences = goWithSet ? [ownerReference] : nil
      var claim = ClusterObject(
        kind: .persistentVolumeClaim, content: .plain(metadata, status: ["phase": "Pending"]), written: ["spec": spec])
      claim.recordWriter(ControllerContext.controllerManager, at: context.date)
      context.commit(claim)
      context.record(
        .normal, "SuccessfulCreate",
        "create Claim \(key.name) Pod \(pod) in StatefulSet \(owner.key.name) success", about: .statefulSet, owner.key,
        by: StatefulSetController.name)
    }
    return nil
  }

  /// The spec of a pod with its claims as volumes, in place of others of their names.
  func mounted(in spec: JSONValue, for ordinal: Int) -> JSONValue {
    guard !templates.isEmpty else { return spec }
    let names = Set(templates.map(templateName))
    let claims: [JSONValue] = templates.map {
      ["name": .string(templateName($0)), "persistentVolumeClaim": ["claimName": .string(key($0, ordinal).name)]]
    }
    let others = (spec["volumes"]?.array ?? []).filter { !names.contains($0["name"]?.string ?? "") }
    var spec = spec
    spec["volumes"] = .array(claims + others)
    return spec
  }

  private var ownerReference: OwnerReference {
    OwnerReference(
      apiVersion: ClusterKind.statefulSet.resource.apiVersion, kind: ClusterKind.statefulSet.resource.kind,
      name: owner.key.name, uid: owner.metadata.uid ?? "")
  }

  /// Has claims belong to what takes them along: to the StatefulSet, or to a pod that is too much, by
  /// `persistentVolumeClaimRetentionPolicy`.
  func adopt(
    of pods: [Int], by plan: StatefulSetOrder.Plan, ordinals: Range<Int>, in context: inout ControllerContext
  ) {
    guard !templates.isEmpty else { return }
    let removesSurplus = plan.actions.contains { action in
      if case .remove(let ordinal) = action { !ordinals.contains(ordinal) } else { false }
    }
    for ordinal in pods {
      let isSurplus = !ordinals.contains(ordinal)
      if isSurplus, !removesSurplus { continue }
      let podKey = ObjectKey(namespace: owner.key.namespace, name: set.podName(ordinal))
      guard let podUID = context.store[.pod, podKey]?.metadata.uid else { continue }
      var wanted: [OwnerReference] = []
      if isSurplus, goWithScale {
        wanted = [OwnerReference(apiVersion: "v1", kind: "Pod", name: podKey.name, uid: podUID)]
      } else if goWithSet {
        wanted = [ownerReference]
      }
      for template in templates {
        guard var claim = context.store[.persistentVolumeClaim, key(template, ordinal)] else { continue }
        let before = claim.metadata.ownerReferences ?? []
        let after = before.filter { $0.uid != owner.metadata.uid && $0.uid != podUID } + wanted
        guard after != before else { continue }
        claim.metadata.ownerReferences = after.isEmpty ? nil : after
        claim.recordWriter(ControllerContext.controllerManager, at: context.date)
        context.commit(claim)
      }
    }
  }
}
