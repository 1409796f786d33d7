import Foundation
import TestServers
import Testing

/// No option is taken and ignored, and none takes a value that means nothing.
@Suite("Options", .serialized, .timeLimit(.minutes(3)))
struct OptionTests {
  private static let log = Program.repository + "/Tests/Resources/recordings/quota-blocked.jsonl"
  private static let profile = """
    apiVersion: scaleproof/v1
    kind: Profile
    metadata: {name: options}
    target: {url: "http://127.0.0.1:1", timeouts: {request: 2s}}
    requests: [{name: home, path: /}]
    load: {phases: [{name: steady, for: 2s, rate: 200/s}]}
    """

  @Test(
    "an option that means nothing is refused before anything is done, and the complaint names it",
    arguments: [
      ["import", "--watch-log", "LOG", "--kubernetes-version", "banana"],
      ["import", "--watch-log", "LOG", "--kubernetes-version", ""],
      ["import", "--watch-log", "LOG", "--kubernetes-version", "1.20"],
      ["import", "--watch-log", "LOG", "--workload", "statefulset/web"],
      ["import", "--watch-log", "LOG", "--workload", "web"],
      ["import", "--watch-log", "LOG", "--hpa", "nobody"],
      ["import", "--watch-log", "LOG", "--hpa", ""],
      ["import", "--watch-log", "LOG", "--workload", ""],
      ["import", "--watch-log", "LOG", "--output", ""],
      ["import", "--watch-log", ""],
      ["import", "--access-log", ""],
      ["import", "--access-log", "LOG", "--target", ""],
      ["import", "--access-log", "LOG", "--output", ""],
      ["import", "--watch-log", "LOG", "--format", "auto"],
      ["import", "--watch-log", "LOG", "--max-routes", "20"],
      ["import", "--watch-log", "LOG", "--resolution", "1s"],
      ["import", "--watch-log", "LOG", "--target", "http://x"],
      ["import", "--access-log", "LOG", "--kubernetes-version", "1.34"],
      ["import", "--access-log", "LOG", "--format", "xml"],
      ["import", "--access-log", "LOG", "--max-routes", "0"],
      ["import", "--access-log", "LOG", "--resolution", "0s"],
      ["explain", "RECORDING", "--kubernetes-version", "banana"],
      ["explain", "RECORDING", "--kubernetes-version", "1.34banana"],
      ["explain", "RECORDING", "--sync-period", "0s"],
      ["explain", "RECORDING", "--sync-period", "-5s"],
      ["explain", "RECORDING", "--tolerance", "-1%"],
      ["explain", "RECORDING", "--tolerance", "banana"],
      ["explain", "RECORDING", "--downscale-stabilization", "banana"],
      ["run", "PROFILE", "--context", "staging"],
      ["run", "PROFILE", "--kubeconfig", "/nowhere"],
      ["run", "PROFILE", "--output", ""],
      ["run", "SIMULATED", "--kubeconfig", "/nowhere"],
      ["run", "SIMULATED", "--set", "manifests.nobody.spec.maxReplicas=4"],
      ["run", "SIMULATED", "--context", ""],
      ["run", "PROFILE", "--quiet", "--json-lines"],
      ["run", "PROFILE", "--log-level", "loud"],
      ["simulate", "SIMULATED", "--output", ""],
      ["simulate", "SIMULATED", "--sweep", "load.seed"],
      ["simulate", "SIMULATED", "--sweep", "load.seed=1,,2"],
      ["simulate", "SIMULATED", "--sweep", "load.seed=1,1"],
      ["simulate", "SIMULATED", "--sweep", "load.seed=1..5"],
      ["simulate", "SIMULATED", "--sweep", "load.seed=1,2", "--sweep", "load.seed=3"],
      ["simulate", "SIMULATED", "--sweep", "load.nobody=1,2"],
      ["simulate", "SIMULATED", "--samples", "3"],
      ["simulate", "SIMULATED", "--seeds", "0"],
      ["simulate", "SIMULATED", "--seeds", "3", "--quiet"],
      ["simulate", "SIMULATED", "--sweep", "load.seed=7,8", "--seeds", "2"],
      ["simulate", "SIMULATED", "--set", "manifests.nobody.spec.maxReplicas=4"],
      ["record", "--workload", "deployment/web", "--log-level", ""],
      ["validate", "PROFILE", "--set", "nowhere=1"],
      ["evaluate", "RECORDING", "--profile", ""],
      ["evaluate", "RECORDING", "--profile", "/nowhere"],
      ["evaluate", "RECORDING", "--output", ""],
      ["report", "RECORDING", "--profile", "/nowhere"],
      ["report", "RECORDING", "--output", ""],
      ["cluster", "MANIFESTS", "--time-scale", "0"],
      ["cluster", "MANIFESTS", "--time-scale", "nan"],
      ["cluster", "MANIFESTS", "--port", "70000"],
      ["cluster", "MANIFESTS", "--kubeconfig", "/nowhere/config"],
      ["cluster", "MANIFESTS", "--kubeconfig", ""],
      ["cluster", "MANIFESTS", "--user", "jane"],
      ["cluster", "MANIFESTS", "--tls", "--user", "jane=a,,b"],
      ["cluster", "MANIFESTS", "--tls", "--user", "jane", "--user", "jane=team"],
      ["record", "--workload", "deployment/web", "--context", ""],
      ["record", "--workload", "deployment/web", "--kubeconfig", ""],
      ["record", "--workload", "deployment/web", "--namespace", ""],
      ["record", "--workload", "deployment/web", "--hpa", ""],
      ["record", "--workload", "deployment/web", "--profile", ""],
      ["record", "--workload", "deployment/web", "--output", ""],
      ["record", "--workload", ""],
      ["record", "--workload", "deployment/web", "--quiet", "--json-lines"],
    ])
  func refused(arguments: [String]) async throws {
    let folder = try TemporaryFolder()
    let manifests = Program.repository + "/Profiles/manifests/aspnetcore"
    let profile = try folder.write(Self.profile, to: "profile.yaml")
    let simulated = try folder.write(
      Self.profile + "\ncluster: {simulated: \(manifests), workload: deployment/aspnetcore-deployment}\n",
      to: "simulated.yaml")
    let recording = folder.file("run.sqlite")
    if arguments.contains("RECORDING") {
      _ = try await Program.run(["import", "--watch-log", Self.log, "--output", recording])
    }
    let places = [
      "LOG": Self.log, "PROFILE": profile, "SIMULATED": simulated, "RECORDING": recording, "MANIFESTS": manifests,
    ]
    let output = folder.file("out")
    let option = try #require(arguments.last { $0.hasPrefix("--") })

    let ending = try await Program.run(
      arguments.map { places[$0] ?? $0 }
        + (arguments.contains("import") && !arguments.contains("--output") ? ["--output", output] : []))

    #expect([4, 64, 65].contains(ending.code), "\(ending.code ?? -1) \(ending.output)\(ending.complaints)")
    let value = arguments.last ?? ""
    #expect(
      ending.complaints.contains(option) || ending.complaints.contains(option.dropFirst(2))
        || !value.isEmpty && ending.complaints.contains(value), "\(ending.complaints)")
    #expect(!FileManager.default.fileExists(atPath: output))
  }
}
