import KubernetesObjects

/// Makes a volume for each claim at once and binds them, as a provisioner does that does not wait for a pod
/// (Kubernetes 1.36, pkg/controller/volume/persistentvolume/pv_controller.go); the volume goes with its claim.
///
/// Reads and writes PersistentVolumeClaims and PersistentVolumes.
enum VolumeController {
  static func reconcile(_ key: ObjectKey, in context: inout ControllerContext) {
    guard var claim = context.store[.persistentVolumeClaim, key] else {
      for volume in context.store.all(.persistentVolume) where isBound(volume, to: key) {
        context.discard(.persistentVolume, volume.key)
      }
      return
    }
    guard case .plain(var metadata, let status) = claim.content, status?["phase"] != "Bound" else { return }
    var spec = claim.written["spec"] ?? [:]
    if spec["volumeName"] == nil {
      let name = "pvc-\(metadata.uid ?? "")"
      createVolume(named: name, for: claim, spec, in: &context)
      spec["volumeName"] = .string(name)
    }
    metadata.annotations = (metadata.annotations ?? [:]).merging(["pv.kubernetes.io/bind-completed": "yes"]) { $1 }
    claim.written["spec"] = spec
    claim.content = .plain(
      metadata,
      status: [
        "phase": "Bound", "accessModes": spec["accessModes"] ?? [], "capacity": spec["resources", "requests"] ?? [:],
      ])
    context.commitStatus(of: claim)
  }

  private static func isBound(_ volume: ClusterObject, to claim: ObjectKey) -> Bool {
    let reference = volume.written["spec"]?["claimRef"]
    return reference?["namespace"]?.string == claim.namespace && reference?["name"]?.string == claim.name
      && volume.metadata.annotations?[provisionerAnnotation] != nil
  }

  private static let provisionerAnnotation = "pv.kubernetes.io/provisioned-by"

  private static func createVolume(
    named name: String, for claim: ClusterObject, _ claimSpec: JSONValue, in context: inout ControllerContext
  ) {
    var metadata = ObjectMetadata(name: name, uid: context.random.uid())
    metadata.creationTimestamp = context.date
    metadata.annotations = [provisionerAnnotation: "simulated"]
    var spec = JSONMembers([
      "capacity": claimSpec["resources", "requests"] ?? [:], "accessModes": claimSpec["accessModes"] ?? [],
      "persistentVolumeReclaimPolicy": "Delete", "volumeMode": claimSpec["volumeMode"] ?? "Filesystem",
      "claimRef": [
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": .string(claim.key.namespace),
        "name": .string(claim.key.name), "uid": .string(claim.metadata.uid ?? ""),
      ],
    ])
    spec.put("storageClassName", claimSpec["storageClassName"])
    var volume = ClusterObject(
      kind: .persistentVolume, content: .plain(metadata, status: ["phase": "Bound"]), written: ["spec": spec.json])
    volume.recordWriter(ControllerContext.controllerManager, at: context.date)
    context.commit(volume)
  }
}
