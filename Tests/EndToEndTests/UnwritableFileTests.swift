import Foundation
import TestServers
import Testing

/// Files that cannot be written, or not to their end.
@Suite("Files that cannot be written", .serialized, .timeLimit(.minutes(5)))
struct UnwritableFileTests {
  private static let profile = ShortProfile.text.replacing(
    "expectations: []", with: "expectations: [{name: all, errorBudget: {during: run, objective: OBJECTIVE}}]")

  /// Folders stand where two of the reports would.
  private func occupied(_ folder: TemporaryFolder) throws {
    for name in ["report.html", "summary.md"] {
      try FileManager.default.createDirectory(
        atPath: folder.file("out/\(name)/taken"), withIntermediateDirectories: true)
    }
  }

  @Test(
    "the verdicts of a run are told although its reports cannot be written, with what is missing and how to get it",
    arguments: [("1%", Int32(70), "pass"), ("100%", 1, "FAIL")])
  func reports(objective: String, code: Int32, verdict: String) async throws {
    let folder = try TemporaryFolder()
    try occupied(folder)
    let text = Self.profile.replacing("OBJECTIVE", with: objective)
      .replacing("path: /}", with: "path: /\(code == 1 ? ", expect: {status: [404]}" : "")}")
    let profile = try folder.write(text, to: "profile.yaml")

    let ending = try await Program.run(["run", profile, "--output", folder.file("out")])
    let again = try await Program.run([
      "report", folder.file("out/run.sqlite"), "--output", folder.file("again"),
    ])

    #expect(ending.code == code, "\(ending.output)\(ending.complaints)")
    #expect(
      ending.output.lowercased().contains(verdict.lowercased()) && ending.output.contains("all"), "\(ending.output)")
    for name in ["report.html", "summary.md"] {
      #expect(
        ending.complaints.contains("\(folder.file("out/\(name)")): the report cannot be written: Is a directory"),
        "\(ending.complaints)")
    }
    #expect(ending.complaints.contains("scaleproof report \(folder.file("out/run.sqlite")) --output"))
    #expect(!ending.output.contains("Report  "), "a report that is not there is not named: \(ending.output)")
    #expect(ending.output.contains("Recording  \(folder.file("out/run.sqlite"))"))
    // The others are there.
    #expect(try folder.text("out/junit.xml").contains("<testsuite"))
    #expect(again.code == 0 && FileManager.default.fileExists(atPath: folder.file("again/report.html")))
  }

  @Test("programs are told which files are missing, and evaluate and report end with the status of lost results")
  func told() async throws {
    let folder = try TemporaryFolder()
    try occupied(folder)
    let profile = try folder.write(Self.profile.replacing("OBJECTIVE", with: "1%"), to: "profile.yaml")

    let run = try await Program.run(["run", profile, "--output", folder.file("out"), "--json-lines"])
    let evaluated = try await Program.run([
      "evaluate", folder.file("out/run.sqlite"), "--output", folder.file("out"),
    ])
    let reported = try await Program.run(["report", folder.file("out/run.sqlite")])

    let end = try #require(run.output.split(separator: "\n").last)
    let line = try JSONSerialization.jsonObject(with: Data(end.utf8)) as? [String: Any]
    let files = try #require(line?["files"] as? [String: Any])
    #expect(line?["exitStatus"] as? Int == 70 && run.code == 70)
    #expect(files["html"] is NSNull && files["markdown"] is NSNull)
    #expect(files["json"] as? String == folder.file("out/report.json"))
    #expect(evaluated.code == 70 && evaluated.output.contains("pass"), "\(evaluated.output)\(evaluated.complaints)")
    #expect(reported.code == 70 && reported.complaints.contains("Is a directory"), "\(reported.complaints)")
  }

  @Test("a folder that is removed while the run goes on is made again, with the whole recording and the reports")
  func removedFolder() async throws {
    let folder = try TemporaryFolder()
    let profile = try folder.write(Self.profile.replacing("OBJECTIVE", with: "1%"), to: "profile.yaml")

    let ending = try await Program.run(["run", profile, "--output", folder.file("out")]) { _ in
      try await eventually {
        try await Program.command(
          "sqlite3", ["-readonly", folder.file("out/run.sqlite"), "select name from run"]
        ).code == 0
      }
      try FileManager.default.removeItem(atPath: folder.file("out"))
    }
    let facts = try await Program.command(
      "sqlite3",
      [
        "-readonly", folder.file("out/run.sqlite"),
        "select end_reason, (select sum(offered) from load_interval), (select count(*) from verdict) from run",
      ])

    #expect(ending.code == 0, "\(ending.output)\(ending.complaints)")
    #expect(facts.output == "completed|20|1\n", "\(facts.output)\(facts.complaints)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).count == 5)
  }

  private static let log = Program.repository + "/Tests/Resources/recordings/surge-and-rollout.jsonl"

  @Test("an import that is killed while it writes leaves nothing at its place, or the whole")
  func killedImport() async throws {
    let folder = try TemporaryFolder()
    let recording = folder.file("incident.sqlite")

    let ending = try await Program.run(["import", "--watch-log", Self.log, "--output", recording]) { process in
      try await eventually {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).contains { $0.hasPrefix("incident.sqlite") }
      }
      process.send(SIGKILL)
    }
    let isThere = FileManager.default.fileExists(atPath: recording)
    if isThere {
      let reason = try await Program.command("sqlite3", ["-readonly", recording, "select end_reason from run"])
      #expect(reason.output == "completed\n", "\(reason.complaints)")
      try FileManager.default.removeItem(atPath: recording)
    }
    let again = try await Program.run(["import", "--watch-log", Self.log, "--output", recording])

    #expect(ending.code == nil || isThere)
    #expect(again.code == 0, "nothing stands in the way of the next one: \(again.complaints)")
  }

  /// Lets no file grow beyond a size.
  private func limited(_ arguments: [String], to kibibytes: Int) async throws -> Program.Ending {
    try await Program.command(
      "bash",
      ["-c", "ulimit -f \(kibibytes); exec env --ignore-signal=XFSZ \"$0\" \"$@\"", Program.binary] + arguments)
  }

  @Test("an import that cannot write to the end says so, and leaves nothing")
  func limitedImport() async throws {
    let folder = try TemporaryFolder()
    let line = "192.0.2.1 - - [24/Nov/2026:10:00:00 +0000] \"GET /NUMBER HTTP/1.1\" 200 5 \"-\" \"curl\"\n"
    let access = try folder.write(
      (0..<40).map { line.replacing("NUMBER", with: "page-\($0)") }.joined(), to: "access.log")
    let recording = folder.file("incident.sqlite")

    let watch = try await limited(["import", "--watch-log", Self.log, "--output", recording], to: 100)
    let replay = try await limited(
      ["import", "--access-log", access, "--output", folder.file("replay.yaml")], to: 1)

    #expect(watch.code == 70 && watch.complaints.contains("\(recording): "), "\(watch.complaints)")
    #expect(
      replay.code == 70 && replay.complaints.contains("replay.yaml: the profile cannot be written: File too large"),
      "\(replay.complaints)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["access.log"])
  }

  @Test("a recording that is there is never replaced")
  func existing() async throws {
    let folder = try TemporaryFolder()
    let recording = try folder.write("mine", to: "incident.sqlite")

    let ending = try await Program.run(["import", "--watch-log", Self.log, "--output", recording])

    #expect(ending.code == 4 && ending.complaints.contains("the file exists already"), "\(ending.complaints)")
    #expect(try folder.text("incident.sqlite") == "mine")
  }
}
