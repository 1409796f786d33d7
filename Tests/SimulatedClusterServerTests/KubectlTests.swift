import Foundation
import TestServers
import Testing

@Suite("kubectl against the simulated cluster", .timeLimit(.minutes(10)))
struct KubectlTests {
  private func withRig(_ kubectl: Kubectl, _ body: (KubectlRig) async throws -> Void) async throws {
    try await KubectlRig.withCluster(kubectl, body)
  }

  @Test("there is a kubectl to test with")
  func found() {
    #expect(!Kubectl.found.isEmpty, "scripts/test gets the versions that the simulated cluster is held to")
  }

  @Test("get, describe and top show the workload", arguments: Kubectl.found)
  func reads(_ kubectl: Kubectl) async throws {
    try await withRig(kubectl) { rig in
      let all = try await rig.kubectl("get", "all,ingress,endpointslices")
      #expect(all.succeeded, "\(all.output)")
      #expect(all.output.contains("deployment.apps/aspnetcore-deployment   3/3"))
      #expect(all.output.contains("horizontalpodautoscaler.autoscaling/aspnetcore-hpa"))
      #expect(all.output.contains("api.example.com"))
      let described = try await rig.kubectl("describe", "deployment", "aspnetcore-deployment")
      #expect(described.succeeded && described.output.contains("NewReplicaSetAvailable"), "\(described.output)")
      let autoscaler = try await rig.kubectl("describe", "hpa", "aspnetcore-hpa")
      // kubectl before 1.23 describes the version that has the conditions in an annotation.
      let active = kubectl.minor < 23 ? "autoscaling.alpha.kubernetes.io/conditions" : "ScalingActive"
      #expect(autoscaler.succeeded && autoscaler.output.contains(active), "\(autoscaler.output)")
      #expect(autoscaler.output.contains("70%"), "\(autoscaler.output)")
      let top = try await rig.kubectl("top", "pods")
      #expect(top.succeeded && top.output.contains("128Mi"), "\(top.output)")
      let nodes = try await rig.kubectl("top", "nodes")
      #expect(nodes.succeeded, "\(nodes.output)")
      let rows = nodes.output.split(separator: "\n").map { $0.split(separator: " ") }
      #expect(rows.first?.first == "NAME" && rows.count == 4, "\(nodes.output)")
      // Each node has one of the three pods, of half of 256Mi.
      #expect(
        rows.dropFirst().allSatisfy { $0.first?.hasPrefix("node-") == true && $0[3] == "128Mi" }, "\(nodes.output)")
      let node = try await rig.kubectl("top", "node", "node-2", "--no-headers")
      #expect(node.succeeded && node.output.hasPrefix("node-2 "), "\(node.output)")
      let events = try await rig.kubectl("get", "events")
      #expect(events.succeeded && events.output.contains("SuccessfulCreate"), "\(events.output)")
    }
  }

  @Test("set image, rollout status, history and undo run a rollout and take it back", arguments: Kubectl.found)
  func rollout(_ kubectl: Kubectl) async throws {
    try await withRig(kubectl) { rig in
      let image = "aspnetcore=myregistry.azurecr.io/aspnetcore-app:v2.0.0"
      let set = try await rig.kubectl("set", "image", "deploy/aspnetcore-deployment", image)
      #expect(set.output == "deployment.apps/aspnetcore-deployment image updated\n")
      let status = try await rig.kubectl("rollout", "status", "deploy/aspnetcore-deployment", "--timeout=60s")
      #expect(status.output.hasSuffix("deployment \"aspnetcore-deployment\" successfully rolled out\n"))
      let history = try await rig.kubectl("rollout", "history", "deploy/aspnetcore-deployment")
      #expect(history.output.contains("2         <none>"), "\(history.output)")
      let undo = try await rig.kubectl("rollout", "undo", "deploy/aspnetcore-deployment")
      #expect(undo.output == "deployment.apps/aspnetcore-deployment rolled back\n")
      let again = try await rig.kubectl("rollout", "status", "deploy/aspnetcore-deployment", "--timeout=60s")
      #expect(again.succeeded, "\(again.output)")
      let sets = try await rig.kubectl(
        "get", "rs", "-o", "jsonpath={range .items[*]}{.spec.replicas} {.metadata.annotations}{\"\\n\"}{end}")
      #expect(sets.output.split(separator: "\n").count == 2)
      let restart = try await rig.kubectl("rollout", "restart", "deploy/aspnetcore-deployment")
      #expect(restart.output == "deployment.apps/aspnetcore-deployment restarted\n")
      let restarted = try await rig.kubectl("rollout", "status", "deploy/aspnetcore-deployment", "--timeout=60s")
      #expect(restarted.succeeded, "\(restarted.output)")
    }
  }

  @Test("scale, wait, delete and a watch work", arguments: Kubectl.found)
  func scaling(_ kubectl: Kubectl) async throws {
    try await withRig(kubectl) { rig in
      // The autoscaler would take back what the test asks for.
      #expect(try await rig.kubectl("delete", "hpa", "aspnetcore-hpa").succeeded)
      async let sawFive = rig.sees("5", "get", "deploy", "-w", "-o", "jsonpath={.status.readyReplicas}{\"\\n\"}")
      let scaled = try await rig.kubectl("scale", "deploy/aspnetcore-deployment", "--replicas=5")
      #expect(scaled.output == "deployment.apps/aspnetcore-deployment scaled\n")
      let settled = try await rig.kubectl("rollout", "status", "deploy/aspnetcore-deployment", "--timeout=30s")
      #expect(settled.succeeded, "\(settled.output)")
      // kubectl before 1.23 waits for conditions only.
      let condition = kubectl.minor < 23 ? "condition=Available" : "jsonpath={.status.readyReplicas}=5"
      let waited = try await rig.kubectl(
        "wait", "--for=\(condition)", "deploy/aspnetcore-deployment", "--timeout=30s")
      #expect(waited.succeeded, "\(waited.output)")
      let pods = try await rig.kubectl("get", "pods", "-o", "name")
      let first = try #require(pods.output.split(separator: "\n").first)
      let deleted = try await rig.kubectl("delete", String(first))
      #expect(deleted.succeeded && deleted.output.contains("deleted"), "\(deleted.output)")
      #expect(try await sawFive)
    }
  }

  @Test(
    "apply creates, changes and leaves alone, and a dry run on the client accepts the shipped manifests",
    arguments: Kubectl.found)
  func apply(_ kubectl: Kubectl) async throws {
    try await withRig(kubectl) { rig in
      let manifests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Profiles/manifests")
      for name in ["aspnetcore", "aspnetcore-without-prestop"] {
        let dry = try await rig.kubectl(
          "apply", "--dry-run=client", "-f", manifests.appending(path: name).path)
        #expect(dry.succeeded && dry.output.matches(of: /(dry run)/).count == 4, "\(dry.output)")
      }
      let created = try await rig.kubectl(
        "apply", "-n", "default", "-f", manifests.appending(path: "aspnetcore").path)
      #expect(created.succeeded && created.output.contains("aspnetcore-deployment created"), "\(created.output)")
      let again = try await rig.kubectl(
        "apply", "-n", "default", "-f", manifests.appending(path: "aspnetcore").path)
      #expect(again.succeeded && !again.output.contains("created"), "\(again.output)")
      let onServer = try await rig.kubectl(
        "apply", "--dry-run=server", "-n", "default", "-f", manifests.appending(path: "aspnetcore").path)
      #expect(onServer.succeeded && onServer.output.contains("server dry run"), "\(onServer.output)")
    }
  }

  @Test("an autoscaler is made, read, changed and taken away in autoscaling/v1", arguments: Kubectl.found)
  func autoscalerVersion1(_ kubectl: Kubectl) async throws {
    try await withRig(kubectl) { rig in
      let target = kubectl.minor < 34 ? "--cpu-percent=60" : "--cpu=60%"
      let exists = try await rig.kubectl(
        "autoscale", "deploy", "aspnetcore-deployment", "--min=1", "--max=3", target, "--name=aspnetcore-hpa")
      #expect(exists.output.contains("already exists"), "\(exists.output)")
      #expect(try await rig.kubectl("delete", "hpa", "aspnetcore-hpa").succeeded)
      let made = try await rig.kubectl(
        "autoscale", "deploy", "aspnetcore-deployment", "--min=2", "--max=6", target, "--name=made")
      #expect(made.succeeded, "\(made.output)")
      let kept = try await rig.kubectl("get", "hpa", "made", "-o", "jsonpath={.apiVersion} {.spec.metrics}")
      #expect(
        kept.output.hasPrefix("autoscaling/v2 ") && kept.output.contains("\"averageUtilization\":60"), "\(kept.output)")
      let patched = try await rig.kubectl(
        "patch", "horizontalpodautoscalers.v1.autoscaling", "made", "--type=merge", "-p",
        "{\"spec\":{\"targetCPUUtilizationPercentage\":55}}")
      #expect(patched.succeeded, "\(patched.output)")
      let shown = try await rig.kubectl(
        "get", "horizontalpodautoscalers.v1.autoscaling", "made", "-o",
        "jsonpath={.apiVersion} {.spec.targetCPUUtilizationPercentage}")
      #expect(shown.output == "autoscaling/v1 55")
      let metrics = try await rig.kubectl("get", "hpa", "made", "-o", "jsonpath={.spec.metrics}")
      #expect(metrics.output.contains("\"averageUtilization\":55"), "\(metrics.output)")
      #expect(try await rig.kubectl("delete", "horizontalpodautoscalers.v1.autoscaling", "made").succeeded)
    }
  }

  /// Commands that newer versions send in another form than older ones, with a part of what each prints.
  private static let others: [(arguments: [String], prints: String)] = [
    (["auth", "can-i", "list", "pods"], "yes"),
    (["create", "namespace", "other"], "namespace/other created"),
    (["api-versions"], "autoscaling/v1\nautoscaling/v2\n"),
    (["api-resources"], "horizontalpodautoscalers"),
    (["label", "deploy", "aspnetcore-deployment", "tier=web"], "labeled"),
    (["annotate", "hpa", "aspnetcore-hpa", "note=a"], "annotated"),
    (["rollout", "pause", "deploy/aspnetcore-deployment"], "paused"),
    (["rollout", "resume", "deploy/aspnetcore-deployment"], "resumed"),
    (["get", "pods", "--chunk-size=2", "-l", "app=aspnetcore"], "1/1"),
    (["version"], "1.36"),
    (["cluster-info"], "is running at"),
  ]

  @Test("commands that versions of kubectl send in forms of their own are understood", arguments: Kubectl.found)
  func forms(_ kubectl: Kubectl) async throws {
    try await withRig(kubectl) { rig in
      for (arguments, prints) in Self.others {
        let answer = try await rig.kubectl(arguments)
        #expect(answer.succeeded && answer.output.contains(prints), "\(arguments): \(answer.output)")
      }
      let refused = try await rig.kubectl("create", "deployment", "new", "--image=a/b:1")
      #expect(refused.succeeded || refused.output.contains("use kubectl apply -f"), "\(refused.output)")
    }
  }

  @Test("Errors reach the user in the words of a real API server", arguments: Kubectl.found)
  func errors(_ kubectl: Kubectl) async throws {
    try await withRig(kubectl) { rig in
      let missing = try await rig.kubectl("get", "deploy", "nothing-here")
      #expect(missing.output == "Error from server (NotFound): deployments.apps \"nothing-here\" not found\n")
      let unknown = try await rig.kubectl("get", "frobs")
      #expect(unknown.output.contains("the server doesn't have a resource type \"frobs\""))
      let invalid = try await rig.kubectl(
        "patch", "hpa", "aspnetcore-hpa", "--type=merge", "-p", "{\"spec\":{\"maxReplicas\":0}}")
      #expect(invalid.output.contains("spec.maxReplicas: Required value: must be set and greater than 0"))
      let expired = try await rig.kubectl(
        "get", "--raw", "/api/v1/namespaces/production/pods?watch=1&resourceVersion=1&timeoutSeconds=5")
      #expect(expired.output.contains("\"code\":410"), "\(expired.output)")
      let ready = try await rig.kubectl("get", "--raw", "/readyz")
      #expect(ready.output == "ok")
    }
  }
}
