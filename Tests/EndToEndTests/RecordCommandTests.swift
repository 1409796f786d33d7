import Foundation
import Subprocess
import TestServers
import Testing

/// `scaleproof record`, and `scaleproof import` of what kubectl prints: what there is after an incident, when no load was
/// ours.
@Suite("A cluster without load", .serialized, .timeLimit(.minutes(5)))
struct RecordCommandTests {
  private static func kubectl(
    _ kubeconfig: String, _ arguments: String..., by path: String? = nil
  ) async throws -> Program.Ending {
    try await Program.command(
      try path ?? Programs.path(of: "kubectl"), ["--cache-dir", kubeconfig + "-cache"] + arguments,
      environment: ["KUBECONFIG": kubeconfig])
  }

  private static let newImage = "aspnetcore=myregistry.azurecr.io/aspnetcore-app:v2.0.0"

  private static func query(_ recording: String, _ sql: String) async throws -> String {
    try await Program.command("sqlite3", ["-readonly", recording, sql]).output
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Waits until so many ReplicaSets have been recorded.
  private static func sees(replicaSets count: Int, in recording: String) async throws {
    try await eventually {
      let seen = try await query(
        recording, "select count(distinct uid) from observation where resource = 'replicasets'")
      return (Int(seen) ?? 0) >= count
    }
  }

  @Test("a rollout by somebody else is recorded until Ctrl-C, reported without a verdict, and can be explained")
  func rollout() async throws {
    let folder = try TemporaryFolder()
    let recording = folder.file("incident/run.sqlite")

    try await Program.serving(["Profiles/manifests/aspnetcore"], in: folder) { kubeconfig in
      let ending = try await Program.run(
        [
          "record", "--kubeconfig", kubeconfig, "--context", "simulated", "--workload",
          "deployment/aspnetcore-deployment", "--output", folder.file("incident"),
        ]
      ) { process in
        try await Self.sees(replicaSets: 1, in: recording)
        let change = try await Self.kubectl(
          kubeconfig, "set", "image", "deployment/aspnetcore-deployment", Self.newImage)
        #expect(change.code == 0, "\(change.complaints)")
        try await Self.sees(replicaSets: 2, in: recording)
        process.send(SIGINT)
      }

      #expect(ending.code == 0, "\(ending.output)\n\(ending.complaints)")
      #expect(ending.output.contains("recording: replicas wanted"), "\(ending.output)")
      #expect(ending.output.contains("Nothing was judged"), "\(ending.output)")
      #expect(ending.output.contains("scaleproof explain \(recording)"), "\(ending.output)")
    }

    let reason = try await Self.query(recording, "select end_reason from run")
    let load = try await Self.query(recording, "select count(*) from load_interval")
    let explained = try await Program.run(["explain", recording])
    let evaluated = try await Program.run(["evaluate", recording])
    #expect(reason == "completed", "Ctrl-C is how a recording without a length ends")
    #expect(load == "0")
    #expect(explained.code == 0 && explained.output.contains("HPA aspnetcore-hpa"), "\(explained.complaints)")
    #expect(evaluated.code == 0, "\(evaluated.complaints)")
    for file in ["report.html", "report.json", "junit.xml", "summary.md"] {
      #expect(FileManager.default.fileExists(atPath: folder.file("incident/\(file)")), "\(file)")
    }
  }

  @Test("it ends at its time, or earlier by Ctrl-C, and then says so")
  func length() async throws {
    let folder = try TemporaryFolder()

    try await Program.serving(["Profiles/manifests/aspnetcore"], in: folder) { kubeconfig in
      let arguments = [
        "record", "--kubeconfig", kubeconfig, "--workload", "deployment/aspnetcore-deployment", "--quiet",
      ]
      let whole = try await Program.run(arguments + ["--for", "2s", "--output", folder.file("whole")])
      let cut = try await Program.run(arguments + ["--for", "1h", "--output", folder.file("cut")]) { process in
        try await Self.sees(replicaSets: 1, in: folder.file("cut/run.sqlite"))
        process.send(SIGINT)
      }

      #expect(whole.code == 0, "\(whole.complaints)")
      #expect(cut.code == 130, "\(cut.complaints)")
    }

    let length = try await Self.query(folder.file("whole/run.sqlite"), "select ended_us / 1000000 from run")
    let reason = try await Self.query(folder.file("cut/run.sqlite"), "select end_reason from run")
    #expect((2...30).contains(Int(length) ?? 0), "\(length)")
    #expect(reason == "interrupted")
  }

  @Test(
    "for programs it says what happens, a JSON object a line, with an interval about each second, and what it refuses")
  func jsonLines() async throws {
    let folder = try TemporaryFolder()

    try await Program.serving(["Profiles/manifests/aspnetcore"], in: folder) { kubeconfig in
      let ready = try await Self.kubectl(
        kubeconfig, "rollout", "status", "deployment/aspnetcore-deployment", "--timeout=60s")
      #expect(ready.code == 0, "\(ready.complaints)")
      let arguments = [
        "record", "--kubeconfig", kubeconfig, "--output", folder.file("out"), "--for", "4s", "--json-lines",
        "--workload",
      ]
      let ending = try await Program.run(arguments + ["deployment/aspnetcore-deployment"]) { _ in
        try await Self.sees(replicaSets: 1, in: folder.file("out/run.sqlite"))
        let change = try await Self.kubectl(
          kubeconfig, "scale", "deployment/aspnetcore-deployment", "--replicas", "4")
        #expect(change.code == 0, "\(change.complaints)")
      }
      let refused = try await Program.run(arguments + ["deployment/nobody"])

      #expect(ending.code == 0, "\(ending.output)\(ending.complaints)")
      let lines = try ending.output.split(separator: "\n").map { line in
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
      }
      let intervals = lines.filter { $0["type"] as? String == "interval" }
      #expect(lines.first?["type"] as? String == "start" && lines.first?["duration"] as? Int == 4, "\(lines)")
      #expect((3...8).contains(intervals.count), "\(intervals.count)")
      let edges = intervals.map { ($0["from"] as? Double ?? -1, $0["to"] as? Double ?? -1) }
      #expect(edges.first?.0 == 0 && zip(edges, edges.dropFirst()).allSatisfy { $0.1 == $1.0 }, "\(edges)")
      #expect((edges.last?.1 ?? 0) >= 4, "\(edges)")
      #expect(intervals.allSatisfy { $0["offered"] as? Int == 0 && $0["phases"] as? [String] == ["recording"] })
      #expect((intervals.last?["replicas"] as? [String: Any])?["wanted"] as? Int == 4, "\(intervals)")
      #expect(lines.contains { $0["type"] as? String == "event" && $0["kind"] as? String == "rescale" }, "\(lines)")
      #expect(lines.last?["type"] as? String == "end" && lines.last?["exitStatus"] as? Int == 0)
      #expect((lines.last?["files"] as? [String: Any])?["html"] as? String == folder.file("out/report.html"))
      let refusal = try JSONSerialization.jsonObject(with: Data(refused.output.utf8)) as? [String: Any]
      #expect(refused.code == 4 && refusal?["exitStatus"] as? Int == 4, "\(refused.output)\(refused.complaints)")
    }
  }

  @Test("rights are asked for before anything is watched, and a missing one is refused with the rule that gives it")
  func rights() async throws {
    let folder = try TemporaryFolder()

    try await Program.serving(["Profiles/manifests/aspnetcore"], in: folder) { kubeconfig in
      let upstream = try #require(try folder.text("kubeconfig").firstMatch(of: /server: "?(http:[^"\s]*)/)?.output.1)
      let server = try PythonServer.authenticating(upstream: String(upstream))
      let config = try folder.write(
        """
        current-context: x
        clusters: [{name: c, cluster: {server: "\(server.tlsURL)", certificate-authority: \(server.authorityFile)}}]
        contexts: [{name: x, context: {cluster: c, user: u, namespace: default}}]
        users: [{name: u, user: {token: without-watch-events}}]
        """, to: "config")

      let ending = try await Program.run([
        "record", "--kubeconfig", config, "--workload", "deployment/aspnetcore-deployment", "--for", "2s", "--output",
        folder.file("out"),
      ])

      #expect(ending.code == 4, "\(ending.output)\(ending.complaints)")
      #expect(
        ending.complaints.contains("may not watch events in the namespace default (the test says so)"),
        "\(ending.complaints)")
      #expect(ending.complaints.contains("resources: [events], verbs: [watch]}, as Profiles/rbac.yaml has it"))
      #expect(try !server.apiRequests().contains { $0.path.contains("watch=") })
      #expect(!FileManager.default.fileExists(atPath: folder.file("out")))
    }
  }

  @Test("a profile judges with those expectations that need no load, and the others are named")
  func profile() async throws {
    let folder = try TemporaryFolder()
    let profile = try folder.write(
      """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: gate}
      target: {url: http://api.example.com, auth: {bearer: "{{env GATE_TOKEN}}"}}
      cluster: {workload: deployment/other}
      requests: [{name: list, path: /}]
      load: {phases: [{name: surge, for: 60s, rate: 10/s}]}
      expectations:
        - {name: fast, latency: {during: surge, percentile: 99, below: 100ms}}
        - {name: obeys, hpaConformance: {}}
        - {name: steady, steadyReplicas: {during: run, count: 3, of: ready}}
        - {name: grows, scaleUp: {after: surge.start, to: 4, of: ready, within: 30s}}
      """, to: "gate.yaml")

    try await Program.serving(["Profiles/manifests/aspnetcore"], in: folder) { kubeconfig in
      let ready = try await Self.kubectl(
        kubeconfig, "rollout", "status", "deployment/aspnetcore-deployment", "--timeout=60s")
      #expect(ready.code == 0, "\(ready.complaints)")
      let ending = try await Program.run([
        "record", "--kubeconfig", kubeconfig, "--workload", "deployment/aspnetcore-deployment", "--for", "2s",
        "--profile", profile, "--output", folder.file("out"),
      ])

      #expect(ending.code == 0, "\(ending.output)\n\(ending.complaints)")
      #expect(ending.complaints.contains("gate.yaml:9: fast: left out: it judges requests, and no load is sent"))
      #expect(ending.complaints.contains("gate.yaml:12: grows: left out: there is no phase surge"))
      #expect(ending.output.contains("obeys") && ending.output.contains("steady"), "\(ending.output)")
      #expect(!ending.output.contains("fast"), "\(ending.output)")
    }

    let again = try await Program.run(["evaluate", folder.file("out/run.sqlite")])
    #expect(again.code == 0, "\(again.complaints)")
    #expect(again.output.contains("obeys") && !again.output.contains("fast"), "\(again.output)")
  }

  @Test("what cannot be recorded is refused with the status that says why, and leaves nothing")
  func refusals() async throws {
    let folder = try TemporaryFolder()
    let latencyOnly = try folder.write(
      """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: gate}
      target: {url: http://api.example.com}
      requests: [{name: list, path: /}]
      load: {phases: [{name: surge, for: 60s, rate: 10/s}]}
      expectations: [{name: fast, latency: {during: surge, percentile: 99, below: 100ms}}]
      """, to: "gate.yaml")

    try await Program.serving(["Profiles/manifests/aspnetcore"], in: folder) { kubeconfig in
      func refusal(_ arguments: String...) async throws -> Program.Ending {
        try await Program.run(
          ["record", "--kubeconfig", kubeconfig, "--output", folder.file("out"), "--for", "2s"] + arguments)
      }
      let missing = try await refusal("--workload", "deployment/web")
      let noAutoscaler = try await refusal("--workload", "deployment/aspnetcore-deployment", "--hpa", "web")
      let noKind = try await refusal("--workload", "web")
      let nothing = try await refusal("--workload", "deployment/aspnetcore-deployment", "--profile", latencyOnly)

      #expect(missing.code == 4 && missing.complaints.contains("web"), "\(missing.complaints)")
      #expect(noAutoscaler.code == 4 && noAutoscaler.complaints.contains("web"), "\(noAutoscaler.complaints)")
      #expect(noKind.code == 64, "\(noKind.complaints)")
      #expect(nothing.code == 65 && nothing.complaints.contains("none of its expectations"), "\(nothing.complaints)")
    }

    let tooLong = try await Program.run(["record", "--workload", "deployment/web", "--for", "2d"])
    #expect(tooLong.code == 64, "\(tooLong.complaints)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("out")))
  }

  @Test("what kubectl prints while a rollout goes on is imported, judged and explained", arguments: Kubectl.found)
  func imported(_ kubectl: Kubectl) async throws {
    let folder = try TemporaryFolder()
    let resources = ["hpa", "deployments", "replicasets", "pods", "events"]
    // Before 1.21 kubectl prints managed fields without being asked.
    let shows = kubectl.minor >= 21 ? " --show-managed-fields" : ""
    let script = """
      trap 'kill $(jobs -p)' TERM
      for kind in \(resources.joined(separator: " ")); do
        "$0" --cache-dir "$1/cache" get $kind -w -o json --output-watch-events\(shows) > "$1/events-$kind.json" &
        "$0" --cache-dir "$1/cache" get $kind -w -o json\(shows) > "$1/objects-$kind.json" &
        "$0" --cache-dir "$1/cache" get $kind -w -o json --output-watch-events\(shows) |
          while IFS= read -r line; do printf '%(%Y-%m-%dT%H:%M:%S%z)T %s\\n' -1 "$line"; done > "$1/stamped-$kind.json" &
      done
      wait
      wait
      """

    try await Program.serving(["Profiles/manifests/aspnetcore"], in: folder) { kubeconfig in
      let ready = try await Self.kubectl(
        kubeconfig, "rollout", "status", "deployment/aspnetcore-deployment", "--timeout=60s")
      #expect(ready.code == 0, "\(ready.complaints)")
      _ = try await Program.command(
        "bash", ["-c", script, kubectl.path, folder.path], environment: ["KUBECONFIG": kubeconfig]
      ) { watches in
        defer { watches.send(SIGTERM) }
        for form in ["events", "objects", "stamped"] {
          for kind in resources {
            try await eventually { (try? folder.text("\(form)-\(kind).json"))?.contains("metadata") ?? false }
          }
        }
        let change = try await Self.kubectl(
          kubeconfig, "set", "image", "deployment/aspnetcore-deployment", Self.newImage)
        #expect(change.code == 0, "\(change.complaints)")
        for form in ["events", "objects", "stamped"] {
          for kind in ["deployments", "replicasets", "pods"] {
            try await eventually { try folder.text("\(form)-\(kind).json").contains("aspnetcore-app:v2.0.0") }
          }
        }
        let snapshot = try await Self.kubectl(
          kubeconfig, "get", "hpa,deployments,replicasets,pods,events", "-o", "json", by: kubectl.path)
        try folder.write(snapshot.output, to: "snapshot.json")
      }
    }

    for form in ["events", "objects", "stamped"] {
      let recording = folder.file("\(form).sqlite")
      let logs = resources.flatMap { ["--watch-log", folder.file("\(form)-\($0).json")] }
      let imported = try await Program.run(["import"] + logs + ["--output", recording])
      let evaluated = try await Program.run(["evaluate", recording])
      let explained = try await Program.run(["explain", recording])

      #expect(imported.code == 0, "\(form): \(imported.complaints)")
      #expect([0, 2].contains(evaluated.code), "\(form): \(evaluated.output)\(evaluated.complaints)")
      #expect(explained.code == 0 && explained.output.contains("HPA aspnetcore-hpa"), "\(explained.complaints)")
      let images = try await Self.query(
        recording, "select count(distinct uid) from observation where resource = 'replicasets'")
      #expect(images == "2", "\(form)")
      #expect(imported.complaints.contains("what was deleted, and when, is not told") == (form == "objects"))
      #expect(imported.complaints.contains("does not tell when its lines came") == (form != "stamped"))
    }
    let snapshot = try await Program.run([
      "import", "--watch-log", folder.file("snapshot.json"), "--output", folder.file("snapshot.sqlite"),
    ])
    let judged = try await Program.run(["evaluate", folder.file("snapshot.sqlite")])
    #expect(snapshot.code == 0 && snapshot.complaints.contains("it shows one moment"), "\(snapshot.complaints)")
    #expect(judged.output.contains("Nothing was judged"), "one moment proves no conformance: \(judged.output)")
  }

  @Test("a log comes through a pipe as well")
  func standardInput() async throws {
    let folder = try TemporaryFolder()
    let log = Program.repository + "/Tests/Resources/recordings/quota-blocked.jsonl"

    let ending = try await Program.command(
      "bash",
      [
        "-c", "cat \"$1\" | \"$0\" import --watch-log - --output \"$2\"", Program.binary, log,
        folder.file("run.sqlite"),
      ])

    #expect(ending.code == 0, "\(ending.complaints)")
    #expect(try await Self.query(folder.file("run.sqlite"), "select name from run") == "imported")
  }
}
