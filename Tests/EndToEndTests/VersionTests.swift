import Foundation
import Harness
import Subprocess
import TestServers
import Testing

@Suite("The version", .timeLimit(.minutes(5)))
struct VersionTests {
  @Test("--version, a recording, its verdicts, every report and the schema of profiles name one version and commit")
  func agree() async throws {
    let folder = try TemporaryFolder()
    let profile = try folder.write(
      ShortProfile.text.replacing(
        "expectations: []", with: "expectations: [{name: all, errorBudget: {during: run, objective: 1%}}]"),
      to: "profile.yaml")

    let asked = try await Program.run(["--version"]).output.trimmingCharacters(in: .whitespacesAndNewlines)
    let schema = try await Program.run(["validate", "--schema"]).output
    let run = try await Program.run(["run", profile, "--output", folder.file("out"), "--json-lines"])
    let kept = try await RecordedFigures.rows(
      folder.file("out/run.sqlite"),
      "SELECT tool_version AS version FROM run UNION ALL SELECT tool_version FROM verdict")
    let json = try JSONSerialization.jsonObject(with: Data(folder.text("out/report.json").utf8)) as? [String: Any]

    let form = try Regex(
      #"\d+\.\d+\.\d+ \(([0-9a-f]{7,}, 20\d\d-\d\d-\d\d(, and changes since)?|commit unknown: built without git)\)"#)
    #expect(asked.wholeMatch(of: form) != nil, "\(asked)")
    #expect(schema.contains("\"$comment\": \"of ScaleProof \(asked)\""))
    #expect(run.output.contains("\"version\":\"\(asked)\""), "\(run.output)\(run.complaints)")
    #expect(kept.count > 1 && kept.allSatisfy { $0["version"] as? String == asked }, "\(kept)")
    #expect((json?["run"] as? [String: Any])?["toolVersion"] as? String == asked)
    #expect(try folder.text("out/junit.xml").contains("value=\"\(asked)\""))
    #expect(try folder.text("out/report.html").contains("ScaleProof \(asked)."))
  }

  @Test("the number of the version is that of the schema of its recordings, which the guide tells")
  func numberOfSchema() async throws {
    let folder = try TemporaryFolder()
    let profile = try folder.write(ShortProfile.text, to: "profile.yaml")
    _ = try await Program.run(["run", profile, "--output", folder.file("out")])
    let rows = try await RecordedFigures.rows(folder.file("out/run.sqlite"), "PRAGMA user_version")
    let schema = try #require(rows.first?["user_version"] as? Int)
    let guide = try String(contentsOfFile: Program.repository + "/Reports/README.md", encoding: .utf8)

    #expect(ProgramVersion.number.hasPrefix("0.\(schema)."))
    #expect(guide.contains("\(schema) is the present one"))
  }
}

/// What each build notes of its commit, in repositories of all kinds.
@Suite("The stamp of a build", .timeLimit(.minutes(5)))
struct CommitStampTests {
  /// A project with sources, and beside it what the stamp writes.
  private struct Project {
    let folder: TemporaryFolder
    let place: String

    init(below name: String = "") throws {
      folder = try TemporaryFolder()
      place = folder.file("project" + name)
      for part in ["/Sources", "/docs"] {
        try FileManager.default.createDirectory(atPath: place + part, withIntermediateDirectories: true)
      }
      try FileManager.default.createDirectory(atPath: folder.file("stamp"), withIntermediateDirectories: true)
      try write("let a = 1", to: "Sources/a.swift")
      try write("words", to: "docs/words")
    }

    func write(_ text: String, to file: String) throws {
      try text.write(toFile: "\(place)/\(file)", atomically: true, encoding: .utf8)
    }

    func git(_ arguments: String..., in place: String? = nil) async throws {
      let settings = [
        "-C", place ?? self.place, "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false",
      ]
      let ending = try await Program.command("git", settings + arguments)
      try #require(ending.code == 0, "\(arguments) \(ending.complaints)")
    }

    /// The expression in the file that is written.
    func stamp(path: String? = nil) async throws -> String {
      let ending = try await Program.command(
        "/bin/sh", [Program.repository + "/Sources/CommitStamp/stamp", place, folder.file("stamp")],
        environment: path.map { ["PATH": $0] } ?? [:])
      #expect(ending.code == 0, "\(ending.complaints)")
      let text = try folder.text("stamp/BuiltVersion.swift")
      let range = try #require(text.firstRange(of: /ProgramVersion\(commit: .*\)/))
      return String(text[range])
    }

    var written: Date? {
      try? FileManager.default.attributesOfItem(atPath: folder.file("stamp/BuiltVersion.swift"))[.modificationDate]
        as? Date
    }
  }

  @Test("names the commit and its day in UTC, follows the next commit, and says when sources have changed since")
  func follows() async throws {
    let project = try Project()
    try await project.git("init", "-q")
    try await project.git("add", "-A")
    try await project.git("commit", "-qm", "one", "--date", "2026-01-01T00:00:00Z")
    let first = try await project.stamp()
    let written = project.written
    try project.write("other words", to: "docs/words")
    let afterWords = try await project.stamp()
    let rewritten = project.written
    try project.write("let b = 1", to: "Sources/b.swift")
    let changed = try await project.stamp()
    try await project.git("add", "-A")
    try await project.git("commit", "-qm", "two")
    let second = try await project.stamp()

    let hash = try await Program.command("git", ["-C", project.place, "log", "-1", "--format=%h"]).output
    #expect(first.hasSuffix("hasChanges: false))") && afterWords == first, "\(first) \(afterWords)")
    #expect(written != nil && written == rewritten, "written only when it changes, or each build would link anew")
    #expect(changed == first.replacing("hasChanges: false", with: "hasChanges: true"))
    #expect(second.contains(hash.trimmingCharacters(in: .newlines)) && second != first)
    #expect(second.hasSuffix("hasChanges: false))"), "\(second)")
  }

  @Test("names no commit outside of git, without git, before the first commit, and none of a repository around it")
  func unknown() async throws {
    let outside = try Project()
    let empty = try Project()
    try await empty.git("init", "-q")
    let inner = try Project(below: "/inner")
    try await inner.git("init", "-q", in: inner.folder.path)
    try await inner.git("add", "-A", in: inner.folder.path)
    try await inner.git("commit", "-qm", "of another", in: inner.folder.path)
    let whole = try Project()
    try await whole.git("init", "-q")
    try await whole.git("add", "-A")
    try await whole.git("commit", "-qm", "one")
    let tools = try TemporaryFolder()
    for tool in ["cat", "sh"] {
      try FileManager.default.createSymbolicLink(atPath: tools.file(tool), withDestinationPath: "/bin/\(tool)")
    }

    #expect(try await whole.stamp() != "ProgramVersion(commit: nil)")
    for (project, path) in [(outside, nil), (empty, nil), (inner, nil), (whole, tools.path)] {
      #expect(try await project.stamp(path: path) == "ProgramVersion(commit: nil)", "\(project.place)")
    }
  }
}
