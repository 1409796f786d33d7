import TestServers
import Testing

@Suite("kubectl drain against the simulated cluster", .timeLimit(.minutes(10)))
struct KubectlDrainTests {
  private static func budget(maxUnavailable: Int) -> String {
    """
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: web, namespace: production}
    spec: {maxUnavailable: \(maxUnavailable), selector: {matchLabels: {app: aspnetcore}}}
    """
  }

  private func pods(on node: String, _ rig: KubectlRig) async throws -> [Substring] {
    try await rig.kubectl("get", "pods", "-o", "name", "--field-selector", "spec.nodeName=\(node)").output
      .split(separator: "\n")
  }

  @Test("nodes and budgets are shown, and drain empties a node as its budget allows", arguments: Kubectl.found)
  func drains(_ kubectl: Kubectl) async throws {
    try await KubectlRig.withCluster(kubectl) { rig in
      let applied = try await rig.kubectl(["apply", "-f", "-"], input: Self.budget(maxUnavailable: 1))
      #expect(applied.output == "poddisruptionbudget.policy/web created\n")
      let nodes = try await rig.kubectl("get", "nodes")
      #expect(nodes.output.contains(#/node-1 +Ready +<none>/#), "\(nodes.output)")
      let described = try await rig.kubectl("describe", "node", "node-1")
      #expect(described.succeeded && described.output.contains("Non-terminated Pods:"), "\(described.output)")
      #expect(try await !pods(on: "node-1", rig).isEmpty)

      let drained = try await rig.kubectl("drain", "node-1", "--timeout=120s")
      #expect(drained.succeeded, "\(drained.output)")
      #expect(drained.output.hasPrefix("node/node-1 cordoned\n"), "\(drained.output)")
      #expect(drained.output.contains("evicting pod production/aspnetcore-deployment-"), "\(drained.output)")
      #expect(drained.output.contains(#/pod/aspnetcore-deployment-\S+ evicted/#), "\(drained.output)")
      #expect(drained.output.hasSuffix("node/node-1 \(kubectl.minor < 24 ? "evicted" : "drained")\n"))
      #expect(try await pods(on: "node-1", rig).isEmpty)
      let after = try await rig.kubectl("get", "nodes")
      #expect(after.output.contains("Ready,SchedulingDisabled"), "\(after.output)")
      let free = try await rig.kubectl("uncordon", "node-1")
      #expect(free.output == "node/node-1 uncordoned\n")
      let budgets = try await rig.kubectl("get", "pdb")
      #expect(
        budgets.output.hasPrefix("NAME   MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE\n"),
        "\(budgets.output)")
      // kubectl before 1.21 describes a version of budgets that is served no more.
      guard kubectl.minor > 20 else { return }
      let budget = try await rig.kubectl("describe", "pdb", "web")
      #expect(budget.output.contains(#/Max unavailable: +1\n/#), "\(budget.output)")
      #expect(budget.output.contains(#/Desired: +2\n/#), "\(budget.output)")
    }
  }

  @Test("drain waits for a budget that allows nothing, and says so", arguments: Kubectl.found)
  func blocked(_ kubectl: Kubectl) async throws {
    try await KubectlRig.withCluster(kubectl) { rig in
      #expect(try await rig.kubectl(["apply", "-f", "-"], input: Self.budget(maxUnavailable: 0)).succeeded)
      let drained = try await rig.kubectl("drain", "node-1", "--timeout=3s")
      #expect(!drained.succeeded)
      #expect(
        drained.output.contains("Cannot evict pod as it would violate the pod's disruption budget."),
        "\(drained.output)")
      #expect(try await !pods(on: "node-1", rig).isEmpty)
    }
  }

  @Test("drain leaves the pods of a DaemonSet when it is told to, and refuses without that", arguments: Kubectl.found)
  func daemonSets(_ kubectl: Kubectl) async throws {
    try await KubectlRig.withCluster(kubectl) { rig in
      let set = """
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: agent, namespace: production}
        spec:
          selector: {matchLabels: {app: agent}}
          template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: agent, image: "agent:1"}]}}
        """
      #expect(try await rig.kubectl(["apply", "-f", "-"], input: set).succeeded)
      let uid = try await rig.kubectl("get", "ds", "agent", "-o", "jsonpath={.metadata.uid}").output
      let pod = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: agent
          namespace: production
          labels: {app: agent}
          ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: \(uid), controller: true}]
        spec: {containers: [{name: agent, image: "agent:1"}]}
        """
      #expect(try await rig.kubectl(["apply", "-f", "-"], input: pod).succeeded)
      #expect(try await rig.kubectl("wait", "--for=condition=Ready", "pod/agent", "--timeout=30s").succeeded)
      let node = try await rig.kubectl("get", "pod", "agent", "-o", "jsonpath={.spec.nodeName}").output

      let refused = try await rig.kubectl("drain", node, "--timeout=60s")
      #expect(!refused.succeeded)
      #expect(
        refused.output.contains(
          "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): production/agent"),
        "\(refused.output)")
      let drained = try await rig.kubectl("drain", node, "--ignore-daemonsets", "--timeout=120s")
      #expect(drained.succeeded, "\(drained.output)")
      #expect(drained.output.contains("gnoring DaemonSet-managed Pods: production/agent"), "\(drained.output)")
      #expect(try await pods(on: node, rig) == ["pod/agent"])
    }
  }
}
