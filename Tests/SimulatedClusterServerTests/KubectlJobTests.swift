import TestServers
import Testing

@Suite("kubectl, Jobs and LimitRanges of the simulated cluster", .timeLimit(.minutes(10)))
struct KubectlJobTests {
  @Test("a Job is waited for, shown and deleted with its pod", arguments: Kubectl.found)
  func job(_ kubectl: Kubectl) async throws {
    try await KubectlRig.withCluster(kubectl) { rig in
      let job = """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: migrate, namespace: production}
        spec:
          template:
            spec: {restartPolicy: Never, containers: [{name: migrate, image: "migrate:1", command: [sleep, "20"]}]}
        """
      #expect(try await rig.kubectl(["apply", "-f", "-"], input: job).output == "job.batch/migrate created\n")
      let waited = try await rig.kubectl("wait", "--for=condition=complete", "job/migrate", "--timeout=30s")
      #expect(waited.output == "job.batch/migrate condition met\n")
      let shown = try await rig.kubectl("get", "job", "migrate")
      #expect(shown.output.contains(#/migrate +Complete +1\/1 +2\ds/#), "\(shown.output)")
      let described = try await rig.kubectl("describe", "job", "migrate")
      #expect(described.output.contains(#/Pods Statuses: +0 (Active|Running) .*\/ 1 Succeeded/#), "\(described.output)")
      let pods = try await rig.kubectl("get", "pods", "-l", "job-name=migrate")
      #expect(pods.output.contains(#/migrate-\w+ +0\/1 +Completed/#), "\(pods.output)")
      #expect(try await rig.kubectl("delete", "job", "migrate").output.contains("\"migrate\" deleted"))
      let gone = try await rig.kubectl("wait", "--for=delete", "pod", "-l", "job-name=migrate", "--timeout=30s")
      #expect(gone.succeeded || gone.output.contains("no matching resources"), "\(gone.output)")
    }
  }

  @Test("a LimitRange is described with what the API server filled in", arguments: Kubectl.found)
  func limits(_ kubectl: Kubectl) async throws {
    try await KubectlRig.withCluster(kubectl) { rig in
      let range = """
        apiVersion: v1
        kind: LimitRange
        metadata: {name: bounds, namespace: production}
        spec: {limits: [{type: Container, max: {memory: 1Gi}, min: {cpu: 50m}, default: {cpu: "1"}}]}
        """
      #expect(try await rig.kubectl(["apply", "-f", "-"], input: range).output == "limitrange/bounds created\n")
      let described = try await rig.kubectl("describe", "limits", "bounds")
      #expect(described.output.contains(#/Container +cpu +50m +- +1 +1 +-/#), "\(described.output)")
      #expect(described.output.contains(#/Container +memory +- +1Gi +1Gi +1Gi +-/#), "\(described.output)")
      #expect(try await rig.kubectl("get", "limits").output.hasPrefix("NAME     CREATED AT\n"))
    }
  }
}
