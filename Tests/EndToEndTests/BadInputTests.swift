import Foundation
import Subprocess
import TestServers
import Testing

/// Every mistake is answered with one clear line and the exit status for its kind, never with a stack trace.
@Suite("Bad input", .serialized, .timeLimit(.minutes(10)))
struct BadInputTests {
  private static let profile = """
    apiVersion: scaleproof/v1
    kind: Profile
    metadata: {name: broken}
    target: {url: http://127.0.0.1:1, timeouts: {request: 2s}}
    requests: [{name: home, path: /}]
    load: {phases: [{name: steady, for: 2s, rate: 200/s}]}
    expectations: [{name: fast, latency: {during: steady, percentile: 99, below: 250ms}}]
    """

  private func complaint(about text: String, command: String = "validate", more: [String] = []) async throws -> (
    code: Int32?, lines: [String], file: String
  ) {
    let folder = try TemporaryFolder()
    let file = try folder.write(text, to: "profile.yaml")
    let ending = try await Program.run([command, file] + more)
    return (ending.code, ending.complaints.split(separator: "\n").map(String.init), file)
  }

  @Test("the profile that the others break is valid")
  func valid() async throws {
    let (code, lines, _) = try await complaint(about: Self.profile)

    #expect(code == 0, "\(lines)")
  }

  @Test("an unknown key is named with its place and the nearest valid one")
  func unknownKey() async throws {
    let text = Self.profile.replacingOccurrences(of: "requests:", with: "request:")

    let (code, lines, file) = try await complaint(about: text)

    #expect(code == 65)
    #expect(lines.contains { $0.contains("\(file):5:1") && $0.contains("request") && $0.contains("requests") })
  }

  @Test("an expectation that names a phase which does not exist is told the nearest one")
  func unknownPhase() async throws {
    let text = Self.profile.replacingOccurrences(of: "during: steady", with: "during: stedy")

    let (code, lines, file) = try await complaint(about: text)

    #expect(code == 65)
    #expect(lines.count == 1, "\(lines)")
    #expect(lines.first?.contains("\(file):7:") == true)
    #expect(lines.first?.contains("steady") == true)
  }

  @Test(
    "a simulation that simulates nothing is refused before anything is sent to the target",
    arguments: [
      "simulated: []", "simulated: \"\"", "simulated: null", "simulated: {manifests: []}", "simulated: EMPTY",
      "simulated: [EMPTY]", "simulated: BLANK/nothing.yaml", "simulatd: MANIFESTS",
      "simulated: MANIFESTS, context: staging",
    ])
  func emptySimulation(cluster: String) async throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.file("empty"), withIntermediateDirectories: true)
    try folder.write("# nothing\n---\n", to: "nothing.yaml")
    let cluster = cluster.replacing("EMPTY", with: folder.file("empty")).replacing("BLANK", with: folder.path)
      .replacing("MANIFESTS", with: Program.repository + "/Profiles/manifests/aspnetcore")

    // At the target's port nobody listens: with a request on its way to it the status would be 69.
    let (code, lines, file) = try await complaint(
      about: Self.profile + "\ncluster: {\(cluster), workload: deployment/aspnetcore-deployment}\n", command: "run")

    #expect(code == 65, "\(lines)")
    #expect(lines.count <= 2 && lines.contains { $0.contains("simul") || $0.contains("manifest") }, "\(lines)")
    #expect(lines.contains { $0.contains(file) || $0.contains(folder.path) }, "\(lines)")
  }

  @Test("an address to connect to that the load would have in place of the simulated cluster is refused")
  func addressBesideSimulation() async throws {
    let ending = try await Program.run([
      "run", "Profiles/surge-and-rollout.yaml", "--set", "target.connectTo=127.0.0.1:1",
    ])

    #expect(ending.code == 65)
    #expect(ending.complaints.contains("the load would go to 127.0.0.1:1"), "\(ending.complaints)")
  }

  @Test("a missing profile and a missing manifest are named")
  func missingFiles() async throws {
    let profile = try await Program.run(["run", "no-such-profile.yaml"])
    let manifest = try await complaint(
      about: Self.profile + "\ncluster: {simulated: no/such/folder, workload: deployment/web}\n", command: "run")

    #expect(profile.code == 65)
    #expect(profile.complaints.contains("no-such-profile.yaml"))
    #expect(manifest.code == 65)
    #expect(manifest.lines.count == 1, "\(manifest.lines)")
    #expect(manifest.lines.first?.contains("profile.yaml:8: cluster.simulated.manifests") == true)
    #expect(manifest.lines.first?.contains("no/such/folder; paths are relative to the profile") == true)
  }

  @Test("a target that does not answer is told before any load is sent")
  func unreachableTarget() async throws {
    let folder = try TemporaryFolder()

    let (code, lines, _) = try await complaint(
      about: Self.profile, command: "run", more: ["--output", folder.file("out")])

    #expect(code == 69)
    #expect(lines.count == 1, "\(lines)")
    #expect(lines.first?.contains("profile.yaml:4: target.url: http://127.0.0.1:1") == true)
    #expect(!FileManager.default.fileExists(atPath: folder.file("out/run.sqlite")))
  }

  @Test(
    "a certificate that this machine has no authorities to check with is its own fault, told before any load is sent")
  func unreadableAuthorities() async throws {
    let server = try ScriptedServer { $0.awaitClose() }
    let folder = try TemporaryFolder()
    let bundle = try folder.write(
      "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n", to: "ca.pem")
    let target = "target: {url: 'https://127.0.0.1:\(server.port)', tls: {ca: \(bundle)},"

    let (code, lines, _) = try await complaint(
      about: Self.profile.replacing("target: {url: http://127.0.0.1:1,", with: target), command: "run",
      more: ["--output", folder.file("out")])

    #expect(code == 4)
    #expect(lines.count == 1, "\(lines)")
    #expect(lines.first?.contains("target.tls.ca: the certificate of https://127.0.0.1") == true, "\(lines)")
    #expect(lines.first?.contains("install the package ca-certificates") == true)
  }

  @Test("certificates count from the folder of the profile, and those that are not there or no PEM are refused at once")
  func certificateFiles() async throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("-----BEGIN CERTIFICATE-----\n", to: "client.pem")
    _ = try folder.write("DER", to: "client.key")
    let target =
      "target: {url: 'https://127.0.0.1:1', tls: {ca: ca.pem, clientCertificate: client.pem, clientKey: client.key},"
    let file = try folder.write(
      Self.profile.replacing("target: {url: http://127.0.0.1:1,", with: target), to: "profile.yaml")

    let ending = try await Program.run(["validate", file])

    #expect(ending.code == 65)
    let lines = ending.complaints.split(separator: "\n")
    #expect(lines.count == 2, "\(lines)")
    #expect(lines.first?.contains("\(file):4:") == true && lines.first?.contains("ca.pem cannot be read") == true)
    #expect(lines.last?.contains("client.key holds nothing in PEM form") == true)
  }

  @Test("a secret that ends with a line break is refused without being told")
  func lineBreakInSecret() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      Self.profile.replacing("path: /}", with: "path: /, auth: {bearer: '{{env TOKEN_OF_TEST}}'}}"), to: "profile.yaml")

    let ending = try await Program.run(["run", file], environment: ["TOKEN_OF_TEST": "swordfish\n"])

    #expect(ending.code == 4)
    #expect(ending.complaints.contains("the request home: the header Authorization would hold a line break"))
    #expect(!ending.complaints.contains("swordfish"))
  }

  @Test("a length of time that no run lasts is refused with its place")
  func absurdDuration() async throws {
    let (code, lines, file) = try await complaint(about: Self.profile.replacing("for: 2s", with: "for: 2562047h"))

    #expect(code == 65)
    #expect(lines.contains { $0.contains("\(file):6:") && $0.contains("over a year") }, "\(lines)")
  }

  @Test("a kubeconfig that is missing, or a cluster that refuses, is told in one line")
  func refusedKubeconfig() async throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(
      """
      current-context: away
      clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
      users: [{name: u, user: {token: sesame}}]
      contexts: [{name: away, context: {cluster: c, user: u}}]
      """, to: "config")
    let text = Self.profile + "\ncluster: {workload: deployment/web}\n"

    let missing = try await complaint(about: text, command: "run", more: ["--kubeconfig", folder.file("none")])
    let refused = try await complaint(about: text, command: "run", more: ["--kubeconfig", config])
    let unknown = try await complaint(
      about: text, command: "run", more: ["--kubeconfig", config, "--context", "awai"])

    #expect(missing.code == 65)
    #expect(missing.lines.count == 1 && missing.lines[0].contains("no such file"), "\(missing.lines)")
    #expect(refused.code == 69)
    #expect(refused.lines.count == 2 && refused.lines[1].contains("http://127.0.0.1:1"), "\(refused.lines)")
    #expect(refused.lines.first?.contains("no credentials are sent to it") == true)
    #expect(!refused.lines.joined().contains("sesame"))
    #expect(unknown.code == 65)
    #expect(unknown.lines.count == 1 && unknown.lines[0].contains("did you mean away?"), "\(unknown.lines)")
  }

  @Test("a wrong flag ends with the usage status and a hint")
  func wrongFlag() async throws {
    let ending = try await Program.run(["run", "profile.yaml", "--no-such-flag"])

    #expect(ending.code == 64)
    #expect(ending.complaints.contains("--no-such-flag"))
  }

  @Test(
    "help names an example for every command",
    arguments: ["run", "simulate", "validate", "evaluate", "report", "cluster"])
  func help(command: String) async throws {
    let ending = try await Program.run([command, "--help"])

    #expect(ending.code == 0)
    #expect(ending.output.contains("scaleproof \(command) "))
  }

  @Test("something that is no recording is told so")
  func noRecording() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("not a database", to: "run.sqlite")

    let ending = try await Program.run(["evaluate", file])

    #expect(ending.code == 65)
    #expect(ending.complaints.split(separator: "\n").count == 1, "\(ending.complaints)")
    #expect(ending.complaints.contains(file))
  }

  @Test("a container, workload or autoscaler that the manifests do not have is named with the nearest one")
  func wrongNames() async throws {
    func validate(_ change: String) async throws -> Program.Ending {
      try await Program.run(["validate", "Profiles/surge-and-rollout.yaml", "--set", change])
    }

    let container = try await validate("actions.release.rollout.setImage={aspnetcor: \"app:v2\"}")
    let workload = try await validate("cluster.workload=deployment/aspnetcore-deploymen")
    let autoscaler = try await validate("cluster.hpa=aspnetcore-hp")

    #expect(container.code == 65)
    #expect(container.complaints.contains("did you mean aspnetcore?"), "\(container.complaints)")
    #expect(workload.code == 65)
    #expect(workload.complaints.contains("did you mean aspnetcore-deployment?"), "\(workload.complaints)")
    #expect(autoscaler.code == 65)
    #expect(autoscaler.complaints.contains("did you mean aspnetcore-hpa?"), "\(autoscaler.complaints)")
  }

  @Test("an autoscaler of another workload is refused before the load, in one line that names both")
  func foreignAutoscaler() async throws {
    let folder = try TemporaryFolder()
    let other = try folder.write(
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "example.com/web:v1"}]}}
      """, to: "web.yaml")

    let arguments = [
      "Profiles/surge-and-rollout.yaml", "--set", "cluster.simulated.manifests=[manifests/aspnetcore, \(other)]",
      "--set", "manifests.hpa.spec.scaleTargetRef.name=web",
    ]

    let validated = try await Program.run(["validate"] + arguments)
    let ending = try await Program.run(["run"] + arguments + ["--output", folder.file("out")])

    #expect(validated.code == 65, "\(validated.output)")
    #expect(ending.code == 4, "\(ending.complaints)")
    for complaints in [validated.complaints, ending.complaints] {
      #expect(complaints.contains("hpa/aspnetcore-hpa scales apps/v1 Deployment/web"), "\(complaints)")
      #expect(complaints.contains("not apps/v1 Deployment/aspnetcore-deployment"), "\(complaints)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file("out/run.sqlite")))
  }

  @Test("a kubeconfig of the user's own is not overwritten by a simulated cluster")
  func kubeconfigIsKept() async throws {
    let folder = try TemporaryFolder()
    let config = try folder.write("mine", to: "config")

    let ending = try await Program.run(["cluster", "Profiles/manifests/aspnetcore", "--kubeconfig", config])

    #expect(ending.code == 4)
    #expect(ending.complaints.contains(config))
    #expect(try folder.text("config") == "mine")
  }
}
