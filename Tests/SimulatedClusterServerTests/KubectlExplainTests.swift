import TestServers
import Testing

@Suite("kubectl explain against the simulated cluster", .timeLimit(.minutes(10)))
struct KubectlExplainTests {
  /// Versions that read OpenAPI 3; older ones ask for texts of version 2, which are not given.
  private static let versions = Kubectl.found.filter { $0.minor >= 27 }

  /// What is asked, and lines of the answer.
  private static let questions: [(path: String, options: [String], lines: [String])] = [
    (
      "deployment.spec.strategy", [],
      [
        "GROUP:      apps", "KIND:       Deployment", "FIELD: strategy <DeploymentStrategy>",
        "  rollingUpdate\t<RollingUpdateDeployment>", "  type\t<string>",
      ]
    ),
    (
      "hpa.spec.behavior.scaleDown", ["--recursive"],
      ["  policies\t<[]HPAScalingPolicy>", "    periodSeconds\t<integer> -required-", "  tolerance\t<Quantity>"]
    ),
    (
      "hpa.spec", ["--api-version=autoscaling/v1"],
      ["VERSION:    v1", "  targetCPUUtilizationPercentage\t<integer>"]
    ),
    ("pods.spec.containers.resources", [], ["  limits\t<map[string]Quantity>", "  claims\t<[]ResourceClaim>"]),
    ("ingress.spec.rules.http.paths.backend.service.port", [], ["  number\t<integer>", "  name\t<string>"]),
  ]

  @Test("names the fields of what can be written, with their types", arguments: versions)
  func explains(_ kubectl: Kubectl) async throws {
    try await KubectlRig.withCluster(kubectl) { rig in
      for question in Self.questions {
        let answer = try await rig.kubectl(["explain", question.path] + question.options)
        let lines = answer.output.split(separator: "\n").map(String.init)
        #expect(answer.succeeded, "\(answer.output)")
        for line in question.lines { #expect(lines.contains(line), "\(question.path): \(answer.output)") }
      }
      let unknown = try await rig.kubectl("explain", "deployment.spec.replicsa")
      #expect(unknown.output.contains("field \"replicsa\" does not exist"), "\(unknown.output)")
    }
  }
}
