import Foundation
import KubernetesObjects
import SimulatedCluster
import SimulatedClusterServer
import TestServers
import Testing

@Suite("kubectl, users and rights in the simulated cluster", .timeLimit(.minutes(5)))
struct KubectlAccessTests {
  @Test(
    "custom and external metrics are read raw, and describe shows what the autoscaler makes of them",
    arguments: Kubectl.found)
  func metrics(_ kubectl: Kubectl) async throws {
    var workload = SimulatedWorkload()
    workload.metrics = [
      "rate": .requests, "jobs": .course(.init(points: [.init(time: .zero, value: 42)])),
    ]
    try await KubectlRig.withCluster(kubectl, workload: workload) { rig in
      let patch =
        #"{"spec":{"metrics":[{"type":"External","external":{"metric":{"name":"jobs"},"target":{"type":"Value","value":"60"}}}]}}"#
      let patched = try await rig.kubectl("patch", "hpa.v2.autoscaling", "aspnetcore-hpa", "--type=merge", "-p", patch)
      #expect(patched.succeeded, "\(patched.output)")
      try await rig.server.withCluster { $0.advance(to: $0.now + .seconds(60)) }
      let pods = try await rig.kubectl(
        "get", "--raw",
        "/apis/custom.metrics.k8s.io/v1beta2/namespaces/production/pods/*/rate?labelSelector=app%3Daspnetcore")
      #expect(pods.succeeded, "\(pods.output)")
      #expect(try JSONValue(json: .init(pods.output.utf8))["items"]?.array?.count == 3, "\(pods.output)")
      let jobs = try await rig.kubectl(
        "get", "--raw", "/apis/external.metrics.k8s.io/v1beta1/namespaces/production/jobs")
      #expect(jobs.output.contains(#""value":"42""#), "\(jobs.output)")
      let missing = try await rig.kubectl(
        "get", "--raw", "/apis/custom.metrics.k8s.io/v1beta2/namespaces/production/pods/*/nothing")
      #expect(
        missing.output == "Error from server (NotFound): the server could not find the metric nothing for pods\n")
      let described = try await rig.kubectl("describe", "hpa", "aspnetcore-hpa")
      let shown = kubectl.minor < 23 ? #""currentValue":"42""# : #""jobs" (target value):  42 / 60"#
      #expect(described.output.contains(shown), "\(described.output)")
      let services = try await rig.kubectl("get", "apiservices")
      #expect(
        services.output.contains(#/v1beta2\.custom\.metrics\.k8s\.io +monitoring\/prometheus-adapter +True +/#),
        "\(services.output)")
      try await rig.server.withCluster { $0.metricsAPIFails = true }
      let down = try await rig.kubectl("get", "apiservice", "v1beta1.metrics.k8s.io")
      #expect(down.output.contains("False (MissingEndpoints)"), "\(down.output)")
      let top = try await rig.kubectl("get", "--raw", "/apis/metrics.k8s.io/v1beta1/pods")
      #expect(
        top.output == "Error from server (ServiceUnavailable): the server is currently unable to handle the request\n")
    }
  }

  @Test("a role, what it allows, what is refused, and who one is", arguments: Kubectl.found)
  func rights(_ kubectl: Kubectl) async throws {
    try await KubectlRig.withCluster(kubectl) { rig in
      let jane = ["--as=jane"]
      let refused = try await rig.kubectl(jane + ["get", "pods"])
      #expect(
        refused.output
          == "Error from server (Forbidden): pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" "
          + "in the namespace \"production\"\n")
      let role = try await rig.kubectl(
        "create", "role", "watcher", "--verb=get,list,watch", "--resource=pods,deployments.apps")
      #expect(role.output == "role.rbac.authorization.k8s.io/watcher created\n")
      let bound = try await rig.kubectl("create", "rolebinding", "watchers", "--role=watcher", "--user=jane")
      #expect(bound.output == "rolebinding.rbac.authorization.k8s.io/watchers created\n")
      let pods = try await rig.kubectl(jane + ["get", "pods"])
      #expect(pods.succeeded && pods.output.contains("1/1"), "\(pods.output)")
      let yes = try await rig.kubectl(jane + ["auth", "can-i", "list", "deployments.apps"])
      #expect(yes.output == "yes\n" && yes.succeeded, "\(yes.output)")
      let no = try await rig.kubectl(jane + ["auth", "can-i", "patch", "deployments.apps"])
      #expect(no.output == "no\n" && !no.succeeded, "\(no.output)")
      let list = try await rig.kubectl(jane + ["auth", "can-i", "--list"])
      #expect(
        list.output.contains(#/pods +\[\] +\[\] +\[get list watch\]\n/#)
          && list.output.contains(#/deployments\.apps +\[\] +\[\] +\[get list watch\]\n/#)
          && list.output.contains(#/selfsubjectrulesreviews\.authorization\.k8s\.io +\[\] +\[\] +\[create\]\n/#)
          && list.output.contains(#/ +\[\/healthz\] +\[\] +\[get\]\n/#), "\(list.output)")
      let shown = try await rig.kubectl("get", "roles,rolebindings", "-o", "wide")
      #expect(shown.output.contains(#/role\.rbac\.authorization\.k8s\.io\/watcher +\d{4}-/#), "\(shown.output)")
      #expect(shown.output.contains(#/watchers +Role\/watcher +\S+ +jane/#), "\(shown.output)")
      let described = try await rig.kubectl("describe", "role", "watcher")
      #expect(described.output.contains(#/pods +\[\] +\[\] +\[get list watch\]/#), "\(described.output)")
      if kubectl.minor >= 28 {
        let who = try await rig.kubectl(jane + ["auth", "whoami"])
        #expect(
          who.output.contains(#/Username +jane/#) && who.output.contains("[system:authenticated]"), "\(who.output)")
      }
      let escalated = try await rig.kubectl(["--as=jane", "--as-group=team", "get", "secrets"])
      #expect(escalated.output.contains("User \"jane\" cannot list resource \"secrets\""), "\(escalated.output)")
    }
  }

  @Test("a ServiceAccount and its token", arguments: Kubectl.found.filter { $0.minor >= 24 })
  func tokens(_ kubectl: Kubectl) async throws {
    try await KubectlRig.withCluster(kubectl) { rig in
      let account = try await rig.kubectl("create", "serviceaccount", "bot")
      #expect(account.output == "serviceaccount/bot created\n")
      let token = try await rig.kubectl("create", "token", "bot", "--duration=20m")
      #expect(token.succeeded && token.output.split(separator: ".").count == 3, "\(token.output)")
      let short = try await rig.kubectl("create", "token", "bot", "--duration=1m")
      #expect(short.output.contains("may not specify a duration less than 10 minutes"), "\(short.output)")
      let missing = try await rig.kubectl("create", "token", "nobody")
      #expect(
        missing.output == "error: failed to create token: serviceaccounts \"nobody\" not found\n", "\(missing.output)")
    }
  }

  /// What needs a program inside of a pod, and in what words it is refused.
  private static let withoutContainers: [[String]] = [
    ["logs", "deploy/aspnetcore-deployment"], ["exec", "deploy/aspnetcore-deployment", "--", "ls"],
    ["attach", "deploy/aspnetcore-deployment"],
  ]

  @Test("what needs a program in a pod is refused with the reason", arguments: Kubectl.found)
  func containers(_ kubectl: Kubectl) async throws {
    try await KubectlRig.withCluster(kubectl) { rig in
      for arguments in Self.withoutContainers {
        let refused = try await rig.kubectl(arguments)
        #expect(
          !refused.succeeded && refused.output.contains("the simulated cluster runs no program in a pod"),
          "\(arguments): \(refused.output)")
      }
    }
  }
}
