import Foundation
import Testing

/// What is left of a run that does not end by itself.
@Suite("A run that is ended from outside", .serialized)
struct InterruptionTests {
  /// Starts a run and does something to it once requests have been recorded.
  private func interrupted(
    _ folder: TemporaryFolder, by signal: @escaping @Sendable (ProcessHandle) async throws -> Void
  ) async throws -> Program.Ending {
    try await Program.run(
      ["run", "Profiles/surge-and-rollout.yaml", "--output", folder.path, "--quiet"]
    ) { process in
      try await eventually {
        let count = try await Program.command(
          "sqlite3", ["-readonly", folder.file("run.sqlite"), "select count(*) from load_interval"])
        return (Int(count.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) > 8
      }
      try await signal(process)
    }
  }

  @Test("killed in mid-run it leaves a recording that is judged and reported")
  func killed() async throws {
    let folder = try TemporaryFolder()

    let ending = try await interrupted(folder) { $0.send(SIGKILL) }
    let evaluation = try await Program.run(["evaluate", folder.file("run.sqlite")])
    let report = try await Program.run(["report", folder.file("run.sqlite")])

    #expect(ending.code == nil)
    #expect(evaluation.code == 2 || evaluation.code == 1, "\(evaluation.output)\n\(evaluation.complaints)")
    #expect(evaluation.output.contains("inconclusive"))
    #expect(report.code == 0, "\(report.complaints)")
    #expect(try folder.text("report.html").contains("<svg"))
  }

  @Test("the first Ctrl-C ends the load, completes the recording and judges it; the exit status says 130")
  func interruptedOnce() async throws {
    let folder = try TemporaryFolder()

    let ending = try await interrupted(folder) { $0.send(SIGINT) }

    #expect(ending.code == 130, "\(ending.output)\n\(ending.complaints)")
    #expect(FileManager.default.fileExists(atPath: folder.file("report.html")))
    let reason = try await Program.command(
      "sqlite3", ["-readonly", folder.file("run.sqlite"), "select end_reason from run"])
    #expect(reason.output.contains("interrupted"))
  }

  @Test("a second Ctrl-C leaves at once, with the recording intact")
  func interruptedTwice() async throws {
    let folder = try TemporaryFolder()

    let ending = try await interrupted(folder) { process in
      process.send(SIGINT)
      process.send(SIGTERM)
    }
    let evaluation = try await Program.run(["evaluate", folder.file("run.sqlite")])

    #expect(ending.code == 130)
    #expect(evaluation.code == 2 || evaluation.code == 1, "\(evaluation.complaints)")
  }
}
