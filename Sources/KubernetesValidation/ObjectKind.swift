import KubernetesObjects
import Units

/// What Kubernetes 1.36 knows of an `apiVersion` and a `kind`.
package enum ObjectKind: Sendable, Equatable {
  /// Its fields are in the catalogue.
  case known
  /// Built in, but of no concern to a workload, so that its fields are not in the catalogue.
  case unlisted
  /// Of a group that is not built in: a custom resource.
  case custom
  /// Neither; what the API server says, and what to write.
  case unknown(message: String, hint: String?)

  package init(apiVersion: String, kind: String) {
    let catalogue = FieldCatalogue.kubernetes
    if catalogue.kinds["\(apiVersion) \(kind)"] != nil {
      self = .known
      return
    }
    let parts = apiVersion.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let group = parts.count == 2 ? parts[0] : ""
    let message = "no matches for kind \"\(kind)\" in version \"\(apiVersion)\""
    if let successor = Self.removed["\(apiVersion) \(kind)"] {
      self = .unknown(message: message, hint: successor)
    } else if Self.unlistedGroups.contains(group) {
      self = .unlisted
    } else if parts.count == 2, group.contains("."), !Self.listedGroups.contains(group), !Self.isMistyped(group, kind) {
      self = .custom
    } else {
      self = .unknown(message: message, hint: Self.hint(apiVersion: apiVersion, kind: kind))
    }
  }

  /// Groups whose kinds are in the catalogue, or were until they were removed.
  private static let listedGroups: Set<String> = [
    "", "apps", "autoscaling", "batch", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "extensions",
    "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "scheduling.k8s.io", "storage.k8s.io",
  ]

  /// Built-in groups whose kinds configure the cluster and not a workload.
  private static let unlistedGroups: Set<String> = [
    "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "authorization.k8s.io",
    "certificates.k8s.io", "flowcontrol.apiserver.k8s.io", "node.k8s.io", "resource.k8s.io",
    "storagemigration.k8s.io",
  ]

  /// Whether a group that nobody knows is a built-in one with a mistake in it.
  private static func isMistyped(_ group: String, _ kind: String) -> Bool {
    guard let nearest = Spelling.nearest(to: group, among: listedGroups) else { return false }
    return FieldCatalogue.kubernetes.kinds.keys.contains { $0.hasPrefix("\(nearest)/") && $0.hasSuffix(" \(kind)") }
  }

  /// What was served once, and what to write now (Kubernetes, "Deprecated API Migration Guide").
  private static let removed: [String: String] = {
    var hints: [String: String] = [:]
    func note(_ versions: [String], _ kinds: [String], since release: String, write version: String) {
      for old in versions {
        for kind in kinds { hints["\(old) \(kind)"] = "removed in Kubernetes \(release): write \(version)" }
      }
    }
    note(["autoscaling/v2beta1"], ["HorizontalPodAutoscaler"], since: "1.25", write: "autoscaling/v2")
    note(["autoscaling/v2beta2"], ["HorizontalPodAutoscaler"], since: "1.26", write: "autoscaling/v2")
    note(
      ["extensions/v1beta1", "apps/v1beta1", "apps/v1beta2"], ["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"],
      since: "1.16", write: "apps/v1")
    note(["extensions/v1beta1"], ["NetworkPolicy"], since: "1.16", write: "networking.k8s.io/v1")
    note(
      ["extensions/v1beta1", "networking.k8s.io/v1beta1"], ["Ingress", "IngressClass"], since: "1.22",
      write: "networking.k8s.io/v1")
    note(["policy/v1beta1"], ["PodDisruptionBudget"], since: "1.25", write: "policy/v1")
    note(["batch/v1beta1", "batch/v2alpha1"], ["CronJob"], since: "1.25", write: "batch/v1")
    note(["discovery.k8s.io/v1beta1"], ["EndpointSlice"], since: "1.25", write: "discovery.k8s.io/v1")
    note(
      ["rbac.authorization.k8s.io/v1beta1", "rbac.authorization.k8s.io/v1alpha1"],
      ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"], since: "1.22", write: "rbac.authorization.k8s.io/v1"
    )
    note(["scheduling.k8s.io/v1beta1"], ["PriorityClass"], since: "1.22", write: "scheduling.k8s.io/v1")
    note(
      ["storage.k8s.io/v1beta1"], ["StorageClass", "CSIDriver", "CSINode", "VolumeAttachment"], since: "1.22",
      write: "storage.k8s.io/v1")
    for version in ["policy/v1beta1", "extensions/v1beta1"] {
      hints["\(version) PodSecurityPolicy"] = "removed in Kubernetes 1.25 without a successor: leave it out"
    }
    return hints
  }()

  private static func hint(apiVersion: String, kind: String) -> String? {
    let known = FieldCatalogue.kubernetes.kinds.keys
    let versions = known.filter { $0.hasSuffix(" \(kind)") }.map { String($0.dropLast(kind.count + 1)) }.sorted()
    if let newest = versions.last { return "write \(newest)" }
    let kinds = known.filter { $0.hasPrefix("\(apiVersion) ") }.map { String($0.dropFirst(apiVersion.count + 1)) }
    return
      (Spelling.nearest(to: kind, among: kinds)
      ?? Spelling.nearest(to: kind, among: known.map { $0.split(separator: " ").last.map(String.init) ?? "" }))
      .map { "did you mean \"\($0)\"?" }
  }
}
