import Foundation
import TestServers
import Testing

/// Actions that run programs: kubectl and Helm as they come, against the embedded cluster.
@Suite("Programs that a run starts", .timeLimit(.minutes(5)))
struct ProgramActionTests {
  /// A run with actions, and what it has recorded of them.
  private struct Acted {
    let ending: Program.Ending
    /// By action: why it failed, or nothing; and the lines of its requests.
    let problems: [String: String]
    let lines: [String: [String]]
    let report: [String: Any]
  }

  private func run(
    _ actions: String, expectations: String = "[]", length: String = "3m", options: [String] = ["--allow-exec"]
  ) async throws -> Acted {
    let folder = try TemporaryFolder()
    let text = ShortProfile.text.replacing("for: 20s", with: "for: \(length)")
      .replacing("expectations: []", with: "expectations: \(expectations)\nactions: \(actions)")
    let path = try folder.write(text, to: "acting.yaml")
    let ending = try await Program.run(["run", path, "--output", folder.file("run"), "--quiet"] + options)
    guard let json = try? Data(contentsOf: URL(fileURLWithPath: folder.file("run/report.json"))) else {
      return Acted(ending: ending, problems: [:], lines: [:], report: [:])
    }
    let report = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    var (problems, lines): ([String: String], [String: [String]]) = ([:], [:])
    for case let action as [String: Any] in try #require(report["actions"] as? [Any]) {
      let name = try #require(action["name"] as? String)
      problems[name] = action["problem"] as? String
      lines[name] = (action["requests"] as? [[String: Any]] ?? []).compactMap { $0["request"] as? String }
    }
    return Acted(ending: ending, problems: problems, lines: lines, report: report)
  }

  @Test("kubectl finds the cluster of the run, and the rollout that it starts is judged as any other")
  func kubectl() async throws {
    let kubectl = try #require(Kubectl.found.last).path
    let acted = try await run(
      """
      [{name: release, at: only + 20s, exec: {command: [\(kubectl), set, image, deployment/aspnetcore-deployment,
        "aspnetcore=example.com/app:v2", --token, abcdefgh12345678]}}]
      """,
      expectations: """
        [{name: completes, rolloutCompletes: {action: release, within: 120s}},
         {name: no errors, errorBudget: {during: release, objective: 99%}}]
        """)

    #expect(acted.ending.code == 0, "\(acted.ending.output)\n\(acted.ending.complaints)")
    let line = try #require(acted.lines["release"]?.first)
    #expect(line.contains("set image deployment/aspnetcore-deployment aspnetcore=example.com/app:v2 --token REDACTED"))
  }

  @Test("a program that rolls out twice is over with the last of it, and one that changes nothing starts no rollout")
  func twice() async throws {
    let kubectl = try #require(Kubectl.found.last).path
    let set = "\(kubectl) set image deployment/aspnetcore-deployment aspnetcore=example.com/app"
    let acted = try await run(
      """
      [{name: twice, at: only + 20s, exec: {command: [sh, -c, "\(set):v5 && sleep 1 && \(set):v6"]}},
       {name: nothing, at: only + 3m, exec: {command: [sleep, "0.1"]}}]
      """,
      expectations: """
        [{name: completes, rolloutCompletes: {action: twice, within: 120s}},
         {name: nothing, rolloutCompletes: {action: nothing, within: 30s}}]
        """, length: "5m")

    let verdicts = acted.report["expectations"] as? [[String: Any]]
    #expect(verdicts?.map { $0["verdict"] as? String } == ["pass", "inconclusive"], "\(acted.ending.output)")
    let images = acted.report["rollouts"] as? [[String: Any]]
    #expect(images?.last?["image"] as? String == "example.com/app:v6", "\(String(describing: images))")
  }

  @Test("Helm's release is told before and after, and taken away again where there was none")
  func helm() async throws {
    let helm = try #require(Helm.found.last).path
    let chart = "\(Program.repository)/Tests/SimulatedClusterServerTests/Resources/chart"
    let acted = try await run(
      """
      [{name: release, at: only + 20s, cleanup: true,
        exec: {release: web, command: [\(helm), upgrade, --install, web, \(chart)]}},
       {name: again, at: only + 2m,
        exec: {release: web, command: [\(helm), upgrade, web, \(chart), --set, maxReplicas=12]}}]
      """)

    #expect(acted.problems.isEmpty, "\(acted.problems)")
    #expect(acted.lines["release"]?.first == "helm release web: none")
    #expect(acted.lines["release"]?.last == "helm release web: revision 1, deployed")
    #expect(acted.lines["again"]?.first == "helm release web: revision 1, deployed")
    #expect(acted.lines["again"]?.last == "helm release web: revision 2, deployed")
    #expect(acted.ending.complaints.contains("note: cleanup: 1 change put back"), "\(acted.ending.complaints)")
  }

  @Test("a program that fails or takes too long fails its action, with what it said last, and ends the run if asked to")
  func failing() async throws {
    let acted = try await run(
      """
      [{name: missing, at: only + 1s, exec: {command: [no-such-program-here]}},
       {name: slow, at: only + 2s, exec: {command: [sleep, "600"], within: 300ms}},
       {name: wrong, at: only + 40s, onError: stop, exec: {command: [sh, -c, "echo out; echo password=hunter2 no >&2; exit 3"]}}]
      """, length: "30m")

    #expect(acted.problems["missing"] == "no-such-program-here is not installed, or not on the path")
    #expect(acted.problems["slow"] == "sleep did not end within 300ms, and was ended")
    #expect(acted.problems["wrong"] == "sh ended with exit status 3: \"password=REDACTED no\"")
    let run = try #require(acted.report["run"] as? [String: Any])
    #expect(run["endReason"] as? String == "aborted", "\(run)")
    #expect(!"\(acted.report)".contains("hunter2"))
  }

  @Test("what a program has started ends with it when the run is interrupted")
  func interrupted() async throws {
    let folder = try TemporaryFolder()
    let text =
      ShortProfile.text.replacing("for: 20s", with: "for: 60m") + """

        actions: [{name: hang, at: only + 1s, exec: {command: [sh, -c, "sleep 4321 & echo $! > \(folder.file("pid")); wait"]}}]
        """
    let path = try folder.write(text, to: "acting.yaml")

    let ending = try await Program.run(["run", path, "--output", folder.file("run"), "--quiet", "--allow-exec"]) {
      run in
      try await eventually { ((try? folder.text("pid")) ?? "").hasSuffix("\n") }
      run.send(SIGINT)
    }

    #expect(ending.code == 130, "\(ending.complaints)")
    let child = try #require(Int32(try folder.text("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
    try await eventually { kill(child, 0) != 0 }
  }

  @Test("no program is run without --allow-exec, and in virtual time none can be")
  func refused() async throws {
    let folder = try TemporaryFolder()
    let actions = "\nactions: [{name: release, at: only, exec: {command: [touch, \(folder.file("made"))]}}]\n"
    let path = try folder.write(ShortProfile.text + actions, to: "acting.yaml")

    let run = try await Program.run(["run", path])
    let preview = try await Program.run(["run", path, "--dry-run"])
    let simulated = try await Program.run(["simulate", path])
    let needless = try await Program.run(["run", "Profiles/surge-and-rollout.yaml", "--allow-exec"])

    #expect(run.code == 64 && run.complaints.contains("allow that with --allow-exec"), "\(run.complaints)")
    #expect(preview.code == 0 && preview.output.contains("run touch \(folder.file("made"))"), "\(preview.complaints)")
    #expect(simulated.code == 4 && simulated.complaints.contains("runs a program"), "\(simulated.complaints)")
    #expect(needless.code == 64 && needless.complaints.contains("leave the option out"), "\(needless.complaints)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("made")))
  }
}
