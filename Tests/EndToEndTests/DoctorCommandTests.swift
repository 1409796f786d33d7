import Foundation
import KubernetesObjects
import TestServers
import Testing

/// `scaleproof doctor` as a user types it, and what `run` makes of what it finds.
@Suite("The doctor", .serialized, .timeLimit(.minutes(10)))
struct DoctorCommandTests {
  private static let guide = "Tests/DoctorTests/Resources/guide"

  /// The ready manifests with a container beside that has no request.
  private static func withoutRequest(_ folder: TemporaryFolder) throws -> String {
    let path = Program.repository + "/Profiles/manifests/aspnetcore/"
    var texts: [String] = []
    for name in ["deployment", "hpa", "ingress", "service"] {
      texts.append(try String(contentsOfFile: path + name + ".yaml", encoding: .utf8))
    }
    texts[0] += "        - name: shipper\n          image: fluent-bit:3.1\n"
    return try folder.write(texts.joined(separator: "---\n"), to: "manifests.yaml")
  }

  private static func profile(_ manifests: String, incident: String = "") -> String {
    ShortProfile.text.replacingOccurrences(of: "\(Program.repository)/Profiles/manifests/aspnetcore", with: manifests)
      + "\n" + incident
  }

  @Test(
    "tells each finding of manifests in one line with its place, the sum at last, and ends with 0, or 4 with --strict")
  func manifests() async throws {
    let ending = try await Program.run(["doctor", "--manifests", Self.guide])
    let strict = try await Program.run(["doctor", "--manifests", Self.guide, "--strict"])
    let lines = ending.output.split(separator: "\n")

    #expect(ending.code == 0, "\(ending.complaints)")
    #expect(strict.code == 4)
    #expect(strict.output == ending.output)
    #expect(
      lines.contains {
        $0.hasPrefix(
          "warning  replicas-beside-hpa  \(Self.guide)/application.yaml:7:13: deployment/aspnetcore-deployment ")
      })
    let weights = lines.compactMap { $0.split(separator: " ").first }.filter {
      ["blocking", "warning", "advice"].contains($0)
    }
    #expect(weights == weights.sorted { $0 > $1 })
    #expect(lines.contains { $0.hasPrefix("not checked: ") && $0.hasSuffix(": only a live cluster tells") })
    #expect(lines.last?.hasPrefix("0 blocking, ") == true && lines.last?.contains("checks made, ") == true)
  }

  @Test("ends with 4 for what blocks a test, and prints one JSON object for programs")
  func blocking() async throws {
    let folder = try TemporaryFolder()
    let manifests = try Self.withoutRequest(folder)

    let ending = try await Program.run(["doctor", "--manifests", manifests, "--format", "json"])
    let report = try JSONValue(json: Data(ending.output.utf8))

    #expect(ending.code == 4, "\(ending.complaints)")
    #expect(report["blocking"] == 1)
    #expect(report["findings"]?[0]?["id"] == "request-missing")
    #expect(report["findings"]?[0]?["file"] == .string(manifests))
    #expect(report["findings"]?[0]?["line"]?.int != nil)
    #expect(report["notChecked"]?.array?.contains { $0["id"] == "clock-offset" } == true)
  }

  @Test(
    "says what is wrong with what it was asked",
    arguments: [
      ([], 64, "Name one thing to examine"),
      (["Profiles/surge-and-rollout.yaml", "--workload", "deployment/web"], 64, "Name one thing to examine"),
      (["--manifests", "Profiles", "--context", "a"], 64, "leave --context and --kubeconfig out"),
      (["--workload", "web"], 64, "write deployment/NAME"),
      (["--workload", "deployment/web", "--set", "a=b"], 64, "change a profile"),
      (["--manifests", "no-such-folder"], 65, "no such file or folder"),
      (["--manifests", "Profiles/rbac.yaml"], 65, "no manifest has a workload to examine"),
      (["no-such-profile.yaml"], 65, "no such file"),
    ] as [([String], Int32, String)])
  func wrong(arguments: [String], code: Int32, words: String) async throws {
    let ending = try await Program.run(["doctor"] + arguments)

    #expect(ending.code == code)
    #expect(ending.complaints.contains(words), "\(ending.complaints)")
  }

  @Test("--help has an example")
  func help() async throws {
    let ending = try await Program.run(["doctor", "--help"])
    #expect(ending.code == 0 && ending.output.contains("scaleproof doctor --workload deployment/web"))
  }

  @Test("examines a workload of a live cluster, and a profile of it with its target")
  func live() async throws {
    let folder = try TemporaryFolder()
    try await Program.serving([try Self.withoutRequest(folder)], in: folder) { kubeconfig in
      let ending = try await Program.run(
        ["doctor", "--workload", "deployment/aspnetcore-deployment", "--kubeconfig", kubeconfig])
      #expect(ending.code == 4, "\(ending.output)\(ending.complaints)")
      #expect(
        ending.output.hasPrefix("blocking  request-missing  deployment/aspnetcore-deployment "), "\(ending.output)")
      #expect(!ending.output.contains("only a live cluster tells"))

      let profile = try folder.write(
        """
        apiVersion: scaleproof/v1
        kind: Profile
        metadata: {name: live}
        target: {url: "http://127.0.0.1:1"}
        cluster: {workload: deployment/aspnetcore-deployment, hpa: aspnetcore-hpa}
        requests: [{name: list, path: /}]
        load: {phases: [{name: only, for: 5s, rate: 5/s}]}
        expectations: []
        """, to: "live.yaml")
      let whole = try await Program.run(["doctor", profile, "--kubeconfig", kubeconfig])
      #expect(whole.code == 4)
      #expect(whole.output.contains("blocking  target-unreachable  http://127.0.0.1:1: "), "\(whole.output)")

      // What stops the run is told in the same words.
      let run = try await Program.run(["run", profile, "--kubeconfig", kubeconfig, "--output", folder.file("run")])
      let line = ending.output.split(separator: "\n").first ?? ""
      #expect(run.code == 4)
      #expect(run.complaints.contains("scaleproof: \(line)\n"), "\(run.complaints)")

      let absent = try await Program.run(["doctor", "--workload", "deployment/web", "--kubeconfig", kubeconfig])
      #expect(absent.code == 4 && absent.complaints.contains("\"web\" not found"), "\(absent.complaints)")
    }
    let gone = try await Program.run([
      "doctor", "--workload", "deployment/web", "--kubeconfig", folder.file("kubeconfig"),
    ])
    #expect(gone.code == 65, "\(gone.complaints)")
  }

  @Test("a cluster that does not answer is unreachable")
  func unreachable() async throws {
    let folder = try TemporaryFolder()
    let kubeconfig = try folder.write(
      """
      apiVersion: v1
      kind: Config
      current-context: gone
      clusters: [{name: gone, cluster: {server: "http://127.0.0.1:1"}}]
      contexts: [{name: gone, context: {cluster: gone, user: gone}}]
      users: [{name: gone, user: {}}]
      """, to: "kubeconfig")

    let ending = try await Program.run(["doctor", "--workload", "deployment/web", "--kubeconfig", kubeconfig])

    #expect(ending.code == 69, "\(ending.complaints)")
  }

  @Test("what a user may not read is told as not checked, and what a run needs besides as blocking")
  func leastRights() async throws {
    let folder = try TemporaryFolder()
    let roles = try folder.write(
      """
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata: {name: reader, namespace: default}
      rules:
        - {apiGroups: [apps], resources: [deployments, replicasets, statefulsets], verbs: [get, list, watch]}
        - {apiGroups: [autoscaling], resources: [horizontalpodautoscalers], verbs: [get, list, watch]}
        - {apiGroups: [""], resources: [pods], verbs: [list, watch]}
        - {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch]}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata: {name: reader, namespace: default}
      subjects: [{kind: User, name: reader, apiGroup: rbac.authorization.k8s.io}]
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
      """, to: "roles.yaml")
    try await Program.serving(["Profiles/manifests/aspnetcore", roles], in: folder) { kubeconfig in
      let config = try String(contentsOfFile: kubeconfig, encoding: .utf8)
      let acting = try folder.write(
        config.replacingOccurrences(of: "user: {}", with: "user: {as: reader}"), to: "as-reader")
      #expect(try String(contentsOfFile: acting, encoding: .utf8) != config)

      let ending = try await Program.run(
        ["doctor", "--workload", "deployment/aspnetcore-deployment", "--kubeconfig", acting])
      let lines = ending.output.split(separator: "\n")

      #expect(ending.code == 4, "\(ending.output)\(ending.complaints)")
      #expect(lines.contains { $0.hasPrefix("blocking  right-missing  rights: reader may not list and watch events ") })
      #expect(
        lines.contains { $0.hasPrefix("not checked: ") && $0.contains("may not list poddisruptionbudgets.policy") })
      #expect(lines.contains { $0.hasPrefix("not checked: ") && $0.contains("may not list nodes of the cluster") })
      #expect(!ending.output.contains("warning  pdb-missing"), "\(ending.output)")
      #expect(lines.last?.hasPrefix("1 blocking, ") == true, "\(lines.last ?? "")")
    }
  }

  @Test(
    "run refuses what blocks a test with the doctor's own line, goes on with --despite, and knows the names of findings"
  )
  func run() async throws {
    let folder = try TemporaryFolder()
    let profile = try folder.write(Self.profile(try Self.withoutRequest(folder)), to: "profile.yaml")

    let doctor = try await Program.run(["doctor", profile])
    let refused = try await Program.run(["run", profile, "--output", folder.file("refused")])
    let line = try #require(doctor.output.split(separator: "\n").first)
    #expect(doctor.code == 4 && line.hasPrefix("blocking  request-missing  "))
    #expect(refused.code == 4)
    #expect(refused.complaints.contains("scaleproof: \(line)\n"), "\(refused.complaints)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("refused")))

    let despite = try await Program.run(
      ["run", profile, "--despite", "request-missing", "--quiet", "--output", folder.file("despite")])
    #expect(despite.code == 0, "\(despite.complaints)")
    #expect(despite.complaints.contains("scaleproof: note: \(line)\n"), "\(despite.complaints)")

    let unknown = try await Program.run(["run", profile, "--despite", "request-mising"])
    #expect(unknown.code == 64 && unknown.complaints.contains("did you mean request-missing?"), "\(unknown.complaints)")
  }

  @Test("a profile of an incident is meant to go wrong: run tells the finding, and goes on")
  func incident() async throws {
    let folder = try TemporaryFolder()
    let incident = """
      incident:
        seen: The autoscaler does nothing.
        verdicts: {scales out: fail}
        fix: {because: it counts then, set: ["manifests.hpa.spec.maxReplicas=9"]}
      """
    let text = Self.profile(try Self.withoutRequest(folder), incident: incident).replacingOccurrences(
      of: "expectations: []",
      with: "expectations: [{name: scales out, scaleUp: {after: only.start, to: \">= 9\", within: 10s}}]")
    let profile = try folder.write(text, to: "profile.yaml")

    let ending = try await Program.run(["run", profile, "--quiet", "--output", folder.file("run")])

    #expect([0, 1].contains(ending.code), "\(ending.complaints)")
    #expect(ending.complaints.contains("scaleproof: note: blocking  request-missing  "), "\(ending.complaints)")
  }
}
