import Foundation
import Subprocess
import TestServers
import Testing

/// Secrets in every place from which a run reads, and where they must not turn up.
@Suite("Secrets in a run", .serialized, .timeLimit(.minutes(4)))
struct SecretTests {
  private static let canary = "c4n4ry-7f3aQ9"

  /// The workload of the demonstration with secrets where people have been known to leave them.
  private static func manifests() throws -> String {
    let folder = Program.repository + "/Profiles/manifests/aspnetcore"
    let texts = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }.sorted()
      .map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
    let text = texts.joined(separator: "\n---\n")
    let container = """
      - name: aspnetcore
                args: ["--token=\(canary)", --api-key, \(canary), "https://me:\(canary)@a.example/?sig=\(canary)"]
                env: [{name: PASSWORD, value: \(canary)}]
      """
    return text.replacing("- name: aspnetcore\n", with: container + "\n", maxReplacements: 1)
      .replacing(
        "kind: Deployment\nmetadata:\n",
        with:
          "kind: Deployment\nmetadata:\n  annotations: {example.com/api-token: \(canary), note: 'password: \(canary)'}\n",
        maxReplacements: 1)
  }

  private static let profile = """
    apiVersion: scaleproof/v1
    kind: Profile
    metadata: {name: secrets}
    # curl -H 'Authorization: Bearer CANARY' http://api.example.com
    target: {url: http://api.example.com, auth: {basic: {user: me, password: CANARY}}}
    cluster:
      simulated: {manifests: manifests.yaml, timeScale: 10}
      workload: deployment/aspnetcore-deployment
    requests:
      - name: parameters
        path: /?key=CANARY&code=CANARY&X-Amz-Signature=CANARY&page=2
        headers: {Ocp-Apim-Subscription-Key: CANARY, x-functions-key: CANARY, Cookie: "a=1; sid=CANARY", X-Env: "{{env CANARY_OF_TEST}}"}
      - name: bodies
        method: POST
        path: /orders?token={{env CANARY_OF_TEST}}
        auth: {bearer: CANARY}
        body: {json: {otp: CANARY, jwt: [CANARY], list: [--passphrase, CANARY, Bearer CANARY], text: "https://me:CANARY@a.example"}}
        expect: {status: [404], headers: {Set-Cookie: CANARY}, bodyContains: "session=CANARY"}
    load: {phases: [{name: first, for: 20s, rate: 100/s}]}
    actions: [{name: release, at: first + 5s, rollout: {setImage: {aspnetcore: "a.example/app:v2"}}}]
    expectations: [{name: carried, throughput: {during: first, atLeast: 90%}}]
    """.replacing("CANARY_OF_TEST", with: "C_A_N_A_R_Y").replacing("CANARY", with: canary)
    .replacing("C_A_N_A_R_Y", with: "CANARY_OF_TEST")

  /// Files below a folder in which a text stands, whatever their kind.
  private func findings(of text: String, in folder: String) async throws -> String {
    try await Program.command("grep", ["-rlaF", "--", text, folder]).output
  }

  @Test("leave no trace in any file of the run, on the terminal, in lines for programs or in the list of processes")
  func wholeRun() async throws {
    let folder = try TemporaryFolder()
    let manifests = try folder.write(Self.manifests(), to: "manifests.yaml")
    let profile = try folder.write(Self.profile, to: "profile.yaml")
    let processes = try TemporaryFolder()
    let list = processes.file("processes")

    for arguments in [[], ["--json-lines"]] {
      let out = folder.file("out\(arguments.count)")
      let ending = try await Program.run(
        ["run", profile, "--output", out] + arguments, environment: ["CANARY_OF_TEST": Self.canary]
      ) { _ in
        try await eventually { FileManager.default.fileExists(atPath: out + "/run.sqlite") }
        _ = try await Program.command("sh", ["-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' >> \(list)"])
      }

      #expect(ending.code == 1, "the checks of bodies fail: \(ending.output)\n\(ending.complaints)")
      #expect(!(ending.output + ending.complaints).contains(Self.canary))
      #expect(try await findings(of: Self.canary, in: out) == "")
      #expect(try await findings(of: "REDACTED", in: out).contains("run.sqlite"), "what was recorded had the secrets")
      for command in ["report", "evaluate", "explain"] {
        let said = try await Program.run([command, out + "/run.sqlite"])
        #expect(!(said.output + said.complaints).contains(Self.canary), "\(command)")
      }
    }
    #expect(try await findings(of: Self.canary, in: processes.path) == "")
    #expect(try await findings(of: Self.canary, in: manifests) != "", "the secrets were there")
  }

  @Test(
    "are in no message about what is wrong",
    arguments: [
      ("target.auth={bearer: {a: CANARY}}", 65), ("target.auth={bearer: 'CANARY{{uuid}}'}", 65),
      ("target.url=https://me:CANARY@api.example.com", 65), ("target.url=ftp://me:CANARY@api.example.com", 65),
      ("target.auth.password=CANARY", 65), ("target.connectTo=[\"https://me:CANARY@a.example\"]", 65),
      ("requests.bodies.headers.X-Api-Key=[CANARY]", 65), ("requests.bodies.weight='token=CANARY'", 65),
      ("requests.bodies.body.json.otp='CANARY{{nope}}'", 65), ("requests.parameters.path='api?token=CANARY'", 65),
      ("manifests.nothing.spec.password=CANARY", 65), ("requests.bodies.body={file: 'missing?sig=CANARY'}", 65),
    ])
  func messages(change: String, code: Int32) async throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.manifests(), to: "manifests.yaml")
    let profile = try folder.write(Self.profile, to: "profile.yaml")

    let ending = try await Program.run(
      ["run", profile, "--output", folder.file("out"), "--set", change.replacing("CANARY", with: Self.canary)],
      environment: ["CANARY_OF_TEST": Self.canary])

    #expect(ending.code == code, "\(ending.complaints)")
    #expect(!(ending.output + ending.complaints).contains(Self.canary), "\(ending.complaints)")
  }
}
