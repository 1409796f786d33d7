import Foundation
import TestServers
import Testing

/// `scaleproof init` as a newcomer uses it: what it writes is run without a hand on it.
@Suite("The first profile", .serialized, .timeLimit(.minutes(15)))
struct InitCommandTests {

  @Test("of the embedded cluster: it validates, runs, and passes")
  func embedded() async throws {
    let folder = try TemporaryFolder()
    let profile = folder.file("web.yaml")

    let written = try await Program.run([
      "init", "--manifests", "Profiles/manifests/aspnetcore", "--time-scale", "20", "--ingress", "api.example.com",
      "--output", profile,
    ])

    #expect(written.code == 0, "\(written.output)\(written.complaints)")
    #expect(written.output.contains("HPA aspnetcore-hpa, 3..10\n"), "\(written.output)")
    #expect(written.output.contains("Odd        warning  pdb-missing  "), "\(written.output)")
    #expect(!written.output.contains("not checked"), "\(written.output)")
    let text = try folder.text("web.yaml")
    for kind in [
      "steadyReplicas", "latency", "scaleUp", "scaleDown", "hpaConformance", "withinCorridor", "rolloutCompletes",
      "availabilityFloor", "errorBudget",
    ] { #expect(text.contains("\(kind): {"), "\(kind)\n\(text)") }
    // A millisecond of CPU is what a request costs in the embedded cluster, unless a profile says otherwise.
    let cost = try #require(text.firstMatch(of: /# CPU +([0-9.]+) ms a request \(([0-9.]+)\.\.([0-9.]+)\)/))
    #expect(Double(cost.2) ?? 2 <= 1 && Double(cost.3) ?? 0 >= 1, "\(cost.0)")

    let valid = try await Program.run(["validate", profile])
    #expect(valid.code == 0 && !valid.output.contains("warning"), "\(valid.output)\(valid.complaints)")
    let run = try await Program.run(["run", profile, "--quiet", "--output", folder.file("run")])
    #expect(try run.holds(in: folder.file("run")), "\(run.output)\(run.complaints)\n\(text)")
    let simulated = try await Program.run(["simulate", profile, "--quiet", "--output", folder.file("simulated")])
    #expect(simulated.code == 0, "\(simulated.output)\(simulated.complaints)")
  }

  @Test("of plain nginx, without a cluster: it runs and passes, and fails when nginx answers with errors")
  func nginx() async throws {
    let folder = try TemporaryFolder()
    let server = try NginxServer()
    let profile = folder.file("web.yaml")

    let written = try await Program.run([
      "init", "--url", "http://127.0.0.1:\(server.port)/", "--path", "/ok", "--output", profile,
    ])
    #expect(written.code == 0, "\(written.output)\(written.complaints)")
    let text = try folder.text("web.yaml")
    #expect(!text.contains("cluster:") && text.contains("errorBudget: {") && text.contains("latency: {"), "\(text)")

    let run = try await Program.run(["run", profile, "--quiet", "--output", folder.file("run")])
    #expect(try run.holds(in: folder.file("run")), "\(run.output)\(run.complaints)\n\(text)")
    let broken = try await Program.run([
      "run", profile, "--quiet", "--output", folder.file("broken"), "--set", "requests.probed.path=/busy", "--set",
      "load.phases.calm.for=2s", "--set", "load.phases.steady.for=10s", "--set", "load.phases.steady.rate=50/s",
    ])
    #expect(broken.code == 1, "\(broken.output)\(broken.complaints)")
  }

  @Test(
    "of what does not answer as it should: refused in one line that says what to do",
    arguments: [
      ("/missing", "ended with 404 in", "--path"), ("/busy", "ended with 503 in", "--path"),
      ("/moved", "is redirected (302)", "--path or --url"),
    ])
  func unfit(path: String, what: String, remedy: String) async throws {
    let folder = try TemporaryFolder()
    let server = try NginxServer()

    let ending = try await Program.run([
      "init", "--url", "http://127.0.0.1:\(server.port)", "--path", path, "--output", folder.file("web.yaml"),
    ])

    #expect(ending.code == 4, "\(ending.complaints)")
    #expect(ending.complaints.contains(what) && ending.complaints.contains(remedy), "\(ending.complaints)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("web.yaml")))
  }

  @Test("of a cluster behind a kubeconfig: found by host, by workload, and checked by a dry run")
  func kubeconfig() async throws {
    let folder = try TemporaryFolder()
    try await Program.serving(["Profiles/manifests/aspnetcore"], in: folder) { kubeconfig in
      let first = try String(contentsOfFile: kubeconfig, encoding: .utf8).split(separator: "\n").first
      let ingress = try #require(first?.split(separator: "/").last.map(String.init))
      let profile = folder.file("web.yaml")
      let common = ["--kubeconfig", kubeconfig, "--connect-to", ingress, "--force", "--output", profile]
      let written = try await Program.run(["init", "--ingress", "api.example.com", "--probe-rate", "20/s"] + common)
      #expect(written.code == 0, "\(written.output)\(written.complaints)")
      let text = try folder.text("web.yaml")
      #expect(text.contains("  context: simulated\n") && text.contains("connectTo: \"\(ingress)\"\n"), "\(text)")
      let checked = try await Program.run(["run", profile, "--kubeconfig", kubeconfig, "--dry-run"])
      #expect(checked.code == 0, "\(checked.output)\(checked.complaints)")

      let unprobed = try await Program.run(
        ["init", "--workload", "deployment/aspnetcore-deployment", "--no-probe"] + common)
      #expect(unprobed.code == 0, "\(unprobed.output)\(unprobed.complaints)")
      let assumed = try folder.text("web.yaml")
      #expect(assumed.contains("url: \"http://api.example.com\"") && assumed.contains("ASSUMED"), "\(assumed)")
      #expect(!assumed.contains("scaleUp") && unprobed.output.contains("Left out   No scaling is tested"), "\(assumed)")

      let known = try await Program.run(
        ["init", "--ingress", "api.example.com/v1/items", "--no-probe", "--cpu-per-request", "1ms"] + common)
      #expect(known.code == 0, "\(known.complaints)")
      let given = try folder.text("web.yaml")
      #expect(given.contains("given by --cpu-per-request") && given.contains("scaleUp: {"), "\(given)")

      let absent = try await Program.run(["init", "--ingress", "www.example.com", "--no-probe"] + common)
      #expect(absent.code == 4, "\(absent.complaints)")
      #expect(absent.complaints.contains("the Ingresses are for api.example.com"), "\(absent.complaints)")
    }
  }

  @Test("sends nothing to another machine that was not allowed")
  func elsewhere() async throws {
    let folder = try TemporaryFolder()
    let ending = try await Program.run([
      "init", "--url", "http://api.example.com", "--output", folder.file("web.yaml"),
    ])
    #expect(ending.code == 64, "\(ending.complaints)")
    #expect(ending.complaints.contains("allow it with --yes, or leave it out with --no-probe"), "\(ending.complaints)")

    let unprobed = try await Program.run([
      "init", "--url", "http://api.example.com", "--no-probe", "--output", folder.file("web.yaml"),
    ])
    #expect(unprobed.code == 0, "\(unprobed.complaints)")
    let again = try await Program.run([
      "init", "--url", "http://api.example.com", "--no-probe", "--output", folder.file("web.yaml"),
    ])
    #expect(again.code == 4 && again.complaints.contains("--force"), "\(again.complaints)")
  }

  @Test(
    "says of a broken twin what is odd, before anything is sent",
    arguments: [
      (
        "requests: {cpu: 250m, memory: 256Mi}\n            limits: {cpu: 500m, memory: 512Mi}",
        "requests: {memory: 256Mi}", "blocking  request-missing"
      ),
      (
        "          readinessProbe:\n            httpGet: {path: /ready, port: 80}\n            initialDelaySeconds: 5\n            periodSeconds: 5\n",
        "", "warning  readiness-missing"
      ),
      (
        "          lifecycle:\n            preStop:\n              sleep:\n                seconds: 10\n", "",
        "warning  prestop-missing"
      ),
    ])
  func broken(part: String, other: String, finding: String) async throws {
    let folder = try TemporaryFolder()
    let source = Program.repository + "/Profiles/manifests/aspnetcore/"
    for name in ["deployment.yaml", "hpa.yaml", "ingress.yaml", "service.yaml"] {
      let text = try String(contentsOfFile: source + name, encoding: .utf8)
      if name == "deployment.yaml" { #expect(text.contains(part)) }
      try folder.write(text.replacing(part, with: other), to: name)
    }

    let ending = try await Program.run([
      "init", "--manifests", folder.path, "--ingress", "api.example.com", "--time-scale", "20", "--no-probe",
      "--output",
      folder.file("web.yaml.txt"),
    ])

    #expect(ending.code == 0, "\(ending.complaints)")
    #expect(ending.output.contains("Odd        \(finding)  "), "\(ending.output)")
    let name = finding.split(separator: " ").joined(separator: " ")
    #expect(try folder.text("web.yaml.txt").contains("# Odd       ") && folder.text("web.yaml.txt").contains(name))
  }

  @Test(
    "says what is wrong with what it was asked",
    arguments: [
      ([], "Name what to write a profile for"),
      (["--ingress", "a", "--workload", "deployment/b"], "exclude each other"),
      (["--url", "http://a", "--context", "b"], "--url alone asks no cluster"),
      (["--ingress", "a", "--time-scale", "20"], "goes with --manifests"),
      (["--url", "http://127.0.0.1:1", "--path", "health"], "a path begins with /"),
      (["--url", "http://127.0.0.1:1", "--probe-rate", "fast"], "--probe-rate fast"),
      (["--url", "http://127.0.0.1:1", "--cpu-per-request", "much"], "--cpu-per-request much"),
    ] as [([String], String)])
  func usage(arguments: [String], words: String) async throws {
    let folder = try TemporaryFolder()
    let ending = try await Program.run(["init"] + arguments + ["--output", folder.file("web.yaml")])
    #expect(ending.code == 64 && ending.complaints.contains(words), "\(ending.complaints)")
  }
}
