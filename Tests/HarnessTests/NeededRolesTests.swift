import Foundation
import KubernetesClient
import KubernetesObjects
import RunTimeline
import SimulatedCluster
import TestServers
import Testing

@testable import Harness
@testable import Profiles

@Suite("The roles that a profile needs")
struct NeededRolesTests {
  private static let kinds: [PlannedAction.Kind] = [
    .setImage(["web": "web:v2"]), .undo(toRevision: nil), .scale(3),
    .patch(PlannedPatch(form: .merge, object: ObjectReference(text: "cm/settings"), body: [:])),
    .apply(
      PlannedApply(
        manifests: ["x"],
        objects: [
          ["apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": ["name": "web"]],
          ["apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": "high"]],
        ])),
    .deletePods(PodChoice()), .evictPods(PodChoice()), .cordon(.named("n1")), .drain(.ofPod(.oldest)),
  ]

  private static let needed = NeededRights(
    cluster: ClusterDescription(
      context: "", namespace: "shop", workload: WorkloadReference(.deployment, "web"), autoscaler: "web"),
    actions: kinds.enumerated().map { PlannedAction(name: "a\($0)", at: Moment(.runStart), kind: $1) },
    configs: [ConfigReference(.configMap, "settings"), ConfigReference(.secret, "login")])

  /// Which rights the user `watcher` has who is given some, by the roles that are printed for them.
  private func findings(given rights: [AccessRight]) throws -> [AccessRight: RightFinding] {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      NeededRoles(rights: rights, optional: Self.needed.optional, namespace: "shop").text, to: "roles.yaml")
    let roles = try ManifestLoading.read([path], changes: []).objects.map(\.object)
    let bindings = roles.map { role -> JSONValue in
      let kind = role["kind"]?.string ?? ""
      var metadata: JSONValue = ["name": "scaleproof"]
      if kind == "Role" { metadata["namespace"] = "shop" }
      return [
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": .string(kind + "Binding"), "metadata": metadata,
        "subjects": [["kind": "User", "name": "watcher", "apiGroup": "rbac.authorization.k8s.io"]],
        "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": .string(kind), "name": "scaleproof"],
      ]
    }
    let cluster = try ClusterSimulation(
      manifests: (roles + bindings).map { ClusterManifest(source: "roles.yaml", object: $0) })
    return Self.needed.findings(of: "watcher", in: cluster)
  }

  @Test("are enough for a run with actions of every kind")
  func enough() throws {
    let findings = try findings(given: Self.needed.all)

    #expect(findings.count > 20 && findings.values.allSatisfy { $0 == .allowed }, "\(findings)")
  }

  @Test("name each ConfigMap and each Secret of which the metadata are watched, and without that it is said once")
  func configs() throws {
    let text = NeededRoles(rights: [], optional: Self.needed.optional, namespace: "shop").text
    let rule = #"{apiGroups: [""], resources: [secrets], resourceNames: [login], verbs: [list, watch]}"#
    #expect(text.contains("  - \(rule)\n"), "\(text)")

    let lacking = Self.needed.optional.filter { $0.name == "login" }
    let regrets = Self.needed.regrets(
      in: Dictionary(uniqueKeysWithValues: lacking.map { ($0, .denied(nil)) }), user: "watcher")
    #expect(
      regrets == [
        "watcher may not list and watch secrets named login in the namespace shop, so that nothing tells when it changes: "
          + "configRolled stays undecided: add to a Role of theirs the rule \(rule)"
      ])
    #expect(
      Self.needed.unreadable(in: Dictionary(uniqueKeysWithValues: lacking.map { ($0, .denied(nil)) }))
        == [ConfigReference(.secret, "login").resource])
  }

  @Test("hold nothing beyond: without a right it is the one that is missing, unless a wider one gives it")
  func nothingBeyond() throws {
    for right in Self.needed.all {
      let findings = try findings(given: Self.needed.all.filter { $0 != right })
      let missing = findings.filter { $0.value != .allowed }.map(\.key)
      let isWithinAnother = Self.needed.all.contains {
        $0 != right && $0.verb == right.verb && $0.resource == right.resource && $0.subresource == right.subresource
          && ($0.name == nil || $0.name == right.name) && ($0.namespace == nil || $0.namespace == right.namespace)
      }
      #expect(missing == (isWithinAnother ? [] : [right]), "\(right) \(right.name ?? "")")
    }
  }
}
