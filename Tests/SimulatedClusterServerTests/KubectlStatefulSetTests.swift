import TestServers
import Testing

@Suite("kubectl and StatefulSets of the simulated cluster", .timeLimit(.minutes(10)))
struct KubectlStatefulSetTests {
  private func withCarts(_ kubectl: Kubectl, _ body: (KubectlRig) async throws -> Void) async throws {
    try await KubectlRig.withCluster(kubectl, manifests: "carts.json") { rig in
      let settled = try await rig.kubectl("rollout", "status", "sts/carts", "--timeout=60s")
      #expect(settled.succeeded, "\(settled.output)")
      try await body(rig)
    }
  }

  @Test("get and describe show the pods in order, their claims, volumes and revisions", arguments: Kubectl.found)
  func reads(_ kubectl: Kubectl) async throws {
    try await withCarts(kubectl) { rig in
      let all = try await rig.kubectl("get", "all")
      #expect(all.succeeded && all.output.contains("statefulset.apps/carts   3/3"), "\(all.output)")
      let wide = try await rig.kubectl("get", "sts", "-o", "wide")
      #expect(
        wide.output.contains("CONTAINERS") && wide.output.contains("registry.example.com/carts:v1"), "\(wide.output)")
      let claims = try await rig.kubectl("get", "pvc")
      #expect(
        claims.output.matches(of: #/data-carts-\d +Bound +pvc-[0-9a-f-]+ +1Gi +RWO/#).count == 3, "\(claims.output)")
      let volumes = try await rig.kubectl("get", "pv")
      #expect(
        volumes.output.matches(of: #/1Gi +RWO +Delete +Bound +shop\/data-carts-\d/#).count == 3, "\(volumes.output)")
      let revisions = try await rig.kubectl("get", "controllerrevisions")
      #expect(revisions.output.contains(#/carts-\w+ +statefulset\.apps\/carts +1 /#), "\(revisions.output)")
      let described = try await rig.kubectl("describe", "sts", "carts")
      for text in ["3 desired | 3 total", "3 Running / 0 Waiting", "Volume Claims:", "SuccessfulCreate"] {
        #expect(described.succeeded && described.output.contains(text), "\(text): \(described.output)")
      }
      let pod = try await rig.kubectl("describe", "pod", "carts-0")
      #expect(pod.output.contains("ClaimName:  data-carts-0"), "\(pod.output)")
      #expect(pod.output.contains("Controlled By:  StatefulSet/carts"), "\(pod.output)")
      let claim = try await rig.kubectl("describe", "pvc", "data-carts-0")
      #expect(claim.succeeded && claim.output.contains("Bound"), "\(claim.output)")
    }
  }

  @Test("set image, rollout status, history, undo and restart roll a StatefulSet", arguments: Kubectl.found)
  func rollout(_ kubectl: Kubectl) async throws {
    try await withCarts(kubectl) { rig in
      func image(_ ordinal: Int) async throws -> String {
        try await rig.kubectl("get", "pod", "carts-\(ordinal)", "-o", "jsonpath={.spec.containers[0].image}").output
      }
      let set = try await rig.kubectl("set", "image", "sts/carts", "carts=registry.example.com/carts:v2")
      #expect(set.output == "statefulset.apps/carts image updated\n")
      let status = try await rig.kubectl("rollout", "status", "sts/carts", "--timeout=60s")
      #expect(
        status.output.hasSuffix("partitioned roll out complete: 3 new pods have been updated...\n"), "\(status.output)")
      #expect(try await image(0) == "registry.example.com/carts:v2")
      let history = try await rig.kubectl("rollout", "history", "sts/carts")
      #expect(history.output.contains("2         <none>"), "\(history.output)")
      let undo = try await rig.kubectl("rollout", "undo", "sts/carts")
      #expect(undo.output == "statefulset.apps/carts rolled back\n")
      let again = try await rig.kubectl("rollout", "status", "sts/carts", "--timeout=60s")
      #expect(again.succeeded, "\(again.output)")
      #expect(try await image(2) == "registry.example.com/carts:v1")
      let numbers = try await rig.kubectl(
        "get", "controllerrevisions", "-o", "jsonpath={range .items[*]}{.revision} {end}")
      #expect(Set(numbers.output.split(separator: " ")) == ["2", "3"], "\(numbers.output)")
      let restart = try await rig.kubectl("rollout", "restart", "sts/carts")
      #expect(restart.output == "statefulset.apps/carts restarted\n")
      let restarted = try await rig.kubectl("rollout", "status", "sts/carts", "--timeout=60s")
      #expect(restarted.succeeded, "\(restarted.output)")
    }
  }

  @Test("scale, delete of a pod and a partition do what they do to a StatefulSet", arguments: Kubectl.found)
  func scaling(_ kubectl: Kubectl) async throws {
    try await withCarts(kubectl) { rig in
      let scaled = try await rig.kubectl("scale", "sts/carts", "--replicas=4")
      #expect(scaled.output == "statefulset.apps/carts scaled\n")
      let settled = try await rig.kubectl("rollout", "status", "sts/carts", "--timeout=60s")
      #expect(settled.succeeded, "\(settled.output)")
      let claim = "jsonpath={.metadata.uid}"
      let before = try await rig.kubectl("get", "pvc", "data-carts-3", "-o", claim).output
      // Without waiting: kubectl asks for the pod and then watches its name, and where the next pod of that name came
      // between the two, it waits for the end of that one, which never comes.
      func podID() async throws -> String {
        try await rig.kubectl("get", "pod", "carts-3", "--ignore-not-found", "-o", claim).output
      }
      let first = try await podID()
      let deleted = try await rig.kubectl("delete", "pod", "carts-3", "--wait=false")
      #expect(deleted.succeeded, "\(deleted.output)")
      let deadline = ContinuousClock.now + .seconds(60)
      var second = try await podID()
      while second.isEmpty || second == first, ContinuousClock.now < deadline { second = try await podID() }
      #expect(second.count == first.count && second != first)
      #expect(try await rig.kubectl("rollout", "status", "sts/carts", "--timeout=60s").succeeded)
      #expect(try await rig.kubectl("get", "pvc", "data-carts-3", "-o", claim).output == before)
      let partition = #"{"spec":{"updateStrategy":{"rollingUpdate":{"partition":3}}}}"#
      #expect(try await rig.kubectl("patch", "sts", "carts", "-p", partition).succeeded)
      #expect(try await rig.kubectl("set", "image", "sts/carts", "carts=registry.example.com/carts:v2").succeeded)
      let status = try await rig.kubectl("rollout", "status", "sts/carts", "--timeout=60s")
      #expect(
        status.output.contains("partitioned roll out complete: 1 new pods have been updated..."), "\(status.output)")
      let name = #"{"spec":{"serviceName":"other"}}"#
      let refused = try await rig.kubectl("patch", "sts", "carts", "-p", name)
      #expect(!refused.succeeded && refused.output.contains("updates to statefulset spec for fields other than"))
    }
  }
}
