import Foundation
import KubernetesObjects
import SimulatedCluster
import SimulatedClusterServer
import Subprocess
import Testing

@Suite("kubectl against the simulated cluster", .serialized)
struct KubectlTests {
  /// A running server, its kubeconfig in a folder of its own, and kubectl pointed at it.
  private struct Rig {
    let server: ClusterServer
    let endpoints: ClusterServer.Endpoints
    let folder: URL

    func kubectl(_ arguments: String..., input: String = "") async throws -> (output: String, succeeded: Bool) {
      let result = try await run(
        .name("kubectl"), arguments: Arguments(["--cache-dir", folder.path] + arguments),
        environment: .inherit.updating(["KUBECONFIG": folder.appending(path: "config").path]),
        input: .string(input), output: .string(limit: 4 << 20), error: .string(limit: 1 << 20))
      let text = result.standardOutput + result.standardError
      return (text, result.terminationStatus.isSuccess)
    }
  }

  private func withRig(timeScale: Double = 50, _ body: (Rig) async throws -> Void) async throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "SimulatedClusterTests/Resources/aspnetcore.json")
    let objects = try JSONValue(json: Data(contentsOf: file)).array ?? []
    let now = KubernetesTime(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
    let server = try ClusterServer(
      manifests: objects.map { ClusterManifest(source: "aspnetcore.json", object: $0) }, timeScale: timeScale,
      startDate: now)
    let endpoints = try await server.start()
    let folder = URL.temporaryDirectory.appending(path: "simulated-cluster-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(endpoints.kubeconfig.utf8).write(to: folder.appending(path: "config"))
    do {
      try await body(Rig(server: server, endpoints: endpoints, folder: folder))
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
    try? FileManager.default.removeItem(at: folder)
  }

  @Test("get, describe and top show the workload")
  func reads() async throws {
    try await withRig { rig in
      let all = try await rig.kubectl("get", "all,ingress,endpointslices")
      #expect(all.succeeded, "\(all.output)")
      #expect(all.output.contains("deployment.apps/aspnetcore-deployment   3/3"))
      #expect(all.output.contains("horizontalpodautoscaler.autoscaling/aspnetcore-hpa"))
      #expect(all.output.contains("api.example.com"))
      let described = try await rig.kubectl("describe", "deployment", "aspnetcore-deployment")
      #expect(described.succeeded && described.output.contains("NewReplicaSetAvailable"), "\(described.output)")
      let autoscaler = try await rig.kubectl("describe", "hpa", "aspnetcore-hpa")
      #expect(autoscaler.succeeded && autoscaler.output.contains("ScalingActive"), "\(autoscaler.output)")
      let top = try await rig.kubectl("top", "pods")
      #expect(top.succeeded && top.output.contains("128Mi"), "\(top.output)")
      let events = try await rig.kubectl("get", "events")
      #expect(events.succeeded && events.output.contains("SuccessfulCreate"), "\(events.output)")
    }
  }

  @Test("set image, rollout status, history and undo run a rollout and take it back")
  func rollout() async throws {
    try await withRig { rig in
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

  @Test("scale, wait, delete and a watch work")
  func scaling() async throws {
    try await withRig { rig in
      // The autoscaler would take back what the test asks for.
      #expect(try await rig.kubectl("delete", "hpa", "aspnetcore-hpa").succeeded)
      async let watched = rig.kubectl(
        "get", "deploy", "-w", "--request-timeout=4s", "-o", "jsonpath={.status.readyReplicas} ")
      let scaled = try await rig.kubectl("scale", "deploy/aspnetcore-deployment", "--replicas=5")
      #expect(scaled.output == "deployment.apps/aspnetcore-deployment scaled\n")
      let waited = try await rig.kubectl(
        "wait", "--for=jsonpath={.status.readyReplicas}=5", "deploy/aspnetcore-deployment", "--timeout=30s")
      #expect(waited.succeeded, "\(waited.output)")
      let pods = try await rig.kubectl("get", "pods", "-o", "name")
      let first = try #require(pods.output.split(separator: "\n").first)
      let deleted = try await rig.kubectl("delete", String(first))
      #expect(deleted.succeeded && deleted.output.contains("deleted"), "\(deleted.output)")
      #expect(try await watched.output.contains("5 "))
    }
  }

  @Test("apply creates, changes and leaves alone, and a dry run on the client accepts the shipped manifests")
  func apply() async throws {
    try await withRig { rig in
      let manifests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Profiles/manifests")
      for name in ["aspnetcore", "aspnetcore-without-prestop"] {
        let dry = try await rig.kubectl(
          "apply", "--dry-run=client", "-f", manifests.appending(path: name).path)
        #expect(dry.succeeded && dry.output.split(separator: "\n").count == 4, "\(dry.output)")
      }
      let created = try await rig.kubectl(
        "apply", "-n", "default", "-f", manifests.appending(path: "aspnetcore").path)
      #expect(created.succeeded && created.output.contains("aspnetcore-deployment created"), "\(created.output)")
      let again = try await rig.kubectl(
        "apply", "-n", "default", "-f", manifests.appending(path: "aspnetcore").path)
      #expect(again.succeeded && !again.output.contains("created"), "\(again.output)")
    }
  }

  @Test("Errors reach the user in the words of a real API server")
  func errors() async throws {
    try await withRig { rig in
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
