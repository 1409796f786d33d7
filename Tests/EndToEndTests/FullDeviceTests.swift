import Foundation
import TestServers
import Testing

/// Results that cannot be written.
@Suite("Output that nobody gets", .serialized, .timeLimit(.minutes(10)))
struct FullDeviceTests {
  /// Runs the program with its standard output where a shell leads it.
  private func run(_ arguments: [String], to output: String) async throws -> Program.Ending {
    try await Program.command(
      "bash", ["-c", "\"$0\" \"$@\" \(output); exit ${PIPESTATUS[0]}", Program.binary] + arguments)
  }

  /// A recording, the files that commands read, and a log.
  private func inputs(in folder: TemporaryFolder) async throws {
    try folder.write(ShortProfile.text, to: "profile.yaml")
    try folder.write(
      "192.0.2.1 - - [24/Nov/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"curl\"\n"
        + "192.0.2.1 - - [24/Nov/2026:10:00:01 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"curl\"\n", to: "access.log")
    let ending = try await Program.run([
      "run", folder.file("profile.yaml"), "--output", folder.file("whole"), "--quiet",
    ])
    #expect(ending.code == 0, "\(ending.output)\(ending.complaints)")
  }

  /// By what is asked for: the arguments, with files by their names in the folder of the test after an `@`.
  private static let commands = [
    ["--help"], ["--version"], ["run", "--help"], ["validate", "@profile.yaml"],
    ["evaluate", "@whole/run.sqlite"], ["explain", "@whole/run.sqlite"],
    ["report", "@whole/run.sqlite", "--output", "@report"],
    ["import", "--access-log", "@access.log", "--output", "@replay.yaml", "--force"],
    ["import", "--watch-log", "Tests/Resources/recordings/quota-blocked.jsonl", "--output", "@imported.sqlite"],
    ["run", "@profile.yaml", "--output", "@lines"], ["run", "@profile.yaml", "--output", "@quiet", "--quiet"],
    ["run", "@profile.yaml", "--output", "@json-lines", "--json-lines"],
    ["cluster", "Profiles/manifests/aspnetcore", "--kubeconfig", "@kubeconfig"],
  ]

  @Test("a full device is told in one line and by the exit status, and the files are whole all the same")
  func fullDevice() async throws {
    let folder = try TemporaryFolder()
    try await inputs(in: folder)
    for command in Self.commands {
      let arguments = command.map { $0.hasPrefix("@") ? folder.file(String($0.dropFirst())) : $0 }

      let ending = try await run(arguments, to: ">/dev/full")

      #expect(ending.code == 70, "\(command): \(ending.complaints)")
      let lines = ending.complaints.split(separator: "\n").filter { $0.contains("standard output") }
      #expect(lines.count == 1 && lines[0].contains("No space left on device"), "\(command): \(ending.complaints)")
    }
    for run in ["lines", "quiet", "json-lines"] {
      let facts = try await Program.command(
        "sqlite3",
        [
          "-readonly", folder.file("\(run)/run.sqlite"),
          "select end_reason, (select sum(offered) from load_interval) from run",
        ])
      #expect(facts.output == "completed|20\n")
      #expect(try folder.text("\(run)/report.html").contains("<svg"))
    }
  }

  @Test("a reader that has had enough is no failure")
  func goneReader() async throws {
    let folder = try TemporaryFolder()
    try await inputs(in: folder)
    for command in Self.commands where command[0] != "cluster" {
      let arguments = command.map { $0.hasPrefix("@") ? folder.file(String($0.dropFirst())) : $0 }

      let ending = try await run(arguments, to: "| true")

      #expect(ending.code == 0, "\(command): \(ending.complaints)")
      #expect(!ending.complaints.contains("standard output"), "\(command): \(ending.complaints)")
    }
  }
}
