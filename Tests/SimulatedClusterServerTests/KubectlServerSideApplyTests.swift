import Foundation
import SimulatedClusterServer
import TestServers
import Testing

@Suite("kubectl apply --server-side against the simulated cluster", .timeLimit(.minutes(10)))
struct KubectlServerSideApplyTests {
  /// Versions whose server-side apply is what it is today: 1.20 has neither fields that stay nor the migration.
  static let versions = Kubectl.found.filter { $0.minor >= 32 }

  private static func manifest(replicas: Int, note: String? = "a", environment: String? = "1") -> String {
    """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
      namespace: production
      \(note.map { "annotations: {note: \($0)}" } ?? "labels: {}")
    spec:
      replicas: \(replicas)
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers:
          - name: web
            image: web:1
            ports: [{containerPort: 80}]
            \(environment.map { "env: [{name: X, value: \"\($0)\"}]" } ?? "args: []")
    """
  }

  private func withRig(_ kubectl: Kubectl, _ body: (KubectlRig) async throws -> Void) async throws {
    try await KubectlRig.withCluster(kubectl, body)
  }

  private func shown(_ path: String, _ rig: KubectlRig) async throws -> String {
    try await rig.kubectl("get", "deploy", "web", "--show-managed-fields", "-o", "jsonpath=\(path)").output
  }

  @Test("creates, changes, takes away what is left out, and says what would change", arguments: versions)
  func applies(_ kubectl: Kubectl) async throws {
    try await withRig(kubectl) { rig in
      func apply(_ text: String, _ options: String...) async throws -> String {
        try await rig.kubectl(["apply", "--server-side", "-f", "-"] + options, input: text).output
      }
      #expect(try await apply(Self.manifest(replicas: 2)) == "deployment.apps/web serverside-applied\n")
      #expect(try await apply(Self.manifest(replicas: 3)) == "deployment.apps/web serverside-applied\n")
      let fields = "{.spec.replicas} {.metadata.annotations.note} {.spec.template.spec.containers[0].env[0].value}"
      #expect(try await shown(fields, rig) == "3 a 1")
      let tried = try await apply(Self.manifest(replicas: 9), "--dry-run=server")
      #expect(tried == "deployment.apps/web serverside-applied (server dry run)\n")
      let difference = try await rig.kubectl(
        ["diff", "--server-side", "-f", "-"], input: Self.manifest(replicas: 9, note: "b"))
      #expect(!difference.succeeded)
      for line in ["-  replicas: 3", "+  replicas: 9", "-    note: a", "+    note: b"] {
        #expect(difference.output.contains("\n\(line)\n"), "\(difference.output)")
      }
      #expect(!difference.output.contains("resourceVersion: \"\n+"), "\(difference.output)")
      #expect(try await shown(fields, rig) == "3 a 1")
      _ = try await apply(Self.manifest(replicas: 3, note: nil, environment: nil))
      #expect(try await shown(fields, rig) == "3  ")
      let nothing = try await rig.kubectl(
        ["diff", "--server-side", "-f", "-"], input: Self.manifest(replicas: 3, note: nil, environment: nil))
      #expect(nothing.succeeded && nothing.output.isEmpty, "\(nothing.output)")
    }
  }

  @Test(
    "another owner's field is a conflict in the words of a real API server, until it is forced", arguments: versions)
  func conflicts(_ kubectl: Kubectl) async throws {
    try await withRig(kubectl) { rig in
      func apply(_ replicas: Int, _ options: String...) async throws -> (output: String, succeeded: Bool) {
        try await rig.kubectl(
          ["apply", "--server-side", "-f", "-"] + options, input: Self.manifest(replicas: replicas))
      }
      #expect(try await apply(2).succeeded)
      #expect(try await rig.kubectl("scale", "deploy/web", "--replicas=5").succeeded)
      let refused = try await apply(2)
      #expect(!refused.succeeded)
      #expect(
        refused.output.hasPrefix(
          "error: Apply failed with 1 conflict: conflict with \"kubectl\" with subresource \"scale\" using apps/v1: "
            + ".spec.replicas\n"), "\(refused.output)")
      #expect(try await apply(5).succeeded)
      let other = try await apply(1, "--field-manager=other")
      #expect(
        other.output.hasPrefix(
          "error: Apply failed with 2 conflicts: conflicts with \"kubectl\":\n- .spec.replicas\nconflicts with "
            + "\"kubectl\" with subresource \"scale\" using apps/v1:\n- .spec.replicas\n"), "\(other.output)")
      #expect(try await apply(1, "--field-manager=other", "--force-conflicts").succeeded)
      #expect(try await shown("{.spec.replicas}", rig) == "1")
      let owners = "{range .metadata.managedFields[*]}{.manager} {.operation} {.fieldsV1.f:spec.f:replicas};{end}"
      let told = try await shown(owners, rig)
      #expect(told.contains("other Apply {};") && told.contains("kubectl Apply ;"), "\(told)")
      let unknown = try await rig.kubectl(
        ["apply", "--server-side", "-f", "-"],
        input: Self.manifest(replicas: 1).replacing("replicas:", with: "replicsa:"))
      #expect(
        unknown.output
          == "Error from server: failed to create typed patch object (production/web; apps/v1, Kind=Deployment): "
          + ".spec.replicsa: field not declared in schema\n")
    }
  }

  @Test("what client-side apply owned goes over to who applies on the server's side", arguments: versions)
  func migrates(_ kubectl: Kubectl) async throws {
    try await withRig(kubectl) { rig in
      #expect(try await rig.kubectl(["apply", "-f", "-"], input: Self.manifest(replicas: 2)).succeeded)
      let owners = "{range .metadata.managedFields[*]}{.manager} {.operation};{end}"
      #expect(try await shown(owners, rig).hasPrefix("kubectl-client-side-apply Update;"))
      // No conflict, though it is another value of a field that client-side apply owns.
      let applied = try await rig.kubectl(
        ["apply", "--server-side", "-f", "-"], input: Self.manifest(replicas: 3, environment: nil))
      #expect(applied.output == "deployment.apps/web serverside-applied\n")
      let migrated = try await shown(owners, rig)
      #expect(migrated.hasPrefix("kubectl-last-applied Apply;kubectl Apply;"), "\(migrated)")
      #expect(!migrated.contains("client-side"), "\(migrated)")
      #expect(try await shown("{.spec.replicas}{.spec.template.spec.containers[0].env}", rig) == "3")
      let back = try await rig.kubectl(["apply", "-f", "-"], input: Self.manifest(replicas: 4))
      #expect(back.output == "deployment.apps/web configured\n")
      #expect(try await shown("{.spec.replicas}", rig) == "4")
    }
  }

  /// Bodies of an apply, the status of the answer and a part of its message.
  private static let bodies: [(yaml: String, status: Int, message: String?)] = [
    ("# a comment\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  a: \"1\"\n", 201, nil),
    ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: \"1\", b: 'yes'}\n", 200, nil),
    ("{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"web\"}}", 200, nil),
    ("apiVersion: v1\nkind: ConfigMap\ndata: [", 400, "error decoding YAML"),
    ("apiVersion: v1\nkind: ConfigMap\n---\napiVersion: v1\nkind: ConfigMap\n", 400, "2 objects"),
    ("apiVersion: v1\nkind: ConfigMap\ndata: {a: 1}\n", 500, ".data.a: expected string"),
  ]

  @Test("a configuration may come in YAML, as other clients send it")
  func yaml() async throws {
    let kubectl = try #require(Kubectl.found.last)
    try await withRig(kubectl) { rig in
      for (yaml, status, message) in Self.bodies {
        let path = "/api/v1/namespaces/production/configmaps/web?fieldManager=a"
        let answer = try await rig.curl(
          [
            "-X", "PATCH", "-H", "Content-Type: application/apply-patch+yaml", "--data-binary", "@-", "-w",
            "\n%{http_code}", "\(rig.endpoints.apiURL)\(path)",
          ], input: yaml)
        #expect(answer.hasSuffix("\n\(status)"), "\(yaml): \(answer)")
        if let message { #expect(answer.contains(message), "\(yaml): \(answer)") }
      }
      let kept = try await rig.kubectl("get", "configmap", "web", "-o", "jsonpath={.data}")
      #expect(kept.output == "", "\(kept.output)")
    }
  }

  @Test("a delete that is only tried takes nothing away", arguments: Kubectl.found)
  func triedDelete(_ kubectl: Kubectl) async throws {
    try await withRig(kubectl) { rig in
      let tried = try await rig.kubectl("delete", "service", "aspnetcore-service", "--dry-run=server")
      #expect(tried.succeeded && tried.output.contains("server dry run"), "\(tried.output)")
      #expect(try await rig.kubectl("get", "service", "aspnetcore-service").succeeded)
    }
  }
}
