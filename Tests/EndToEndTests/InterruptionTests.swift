import Foundation
import Subprocess
import TestServers
import Testing

/// What is left of a run that does not end by itself.
@Suite("A run that is ended from outside", .serialized, .timeLimit(.minutes(10)))
struct InterruptionTests {
  /// Starts a run and does something to it once requests have been recorded.
  private func interrupted(
    _ folder: TemporaryFolder, signals: [String] = ["env", "--default-signal"],
    by signal: @escaping @Sendable (ProcessHandle) async throws -> Void
  ) async throws -> Program.Ending {
    try await Program.run(
      // With the signals as a terminal leaves them, whatever started the tests.
      ["run", "Profiles/surge-and-rollout.yaml", "--output", folder.path, "--quiet"], through: signals
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

  @Test(
    "Ctrl-C, or another signal that asks for the end, ends the load, completes the recording and judges it; the exit status says 130",
    arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
  func interruptedOnce(signal: Int32) async throws {
    let folder = try TemporaryFolder()

    let ending = try await interrupted(folder) { $0.send(signal) }

    #expect(ending.code == 130, "\(ending.output)\n\(ending.complaints)")
    #expect(FileManager.default.fileExists(atPath: folder.file("report.html")))
    let reason = try await Program.command(
      "sqlite3", ["-readonly", folder.file("run.sqlite"), "select end_reason from run"])
    #expect(reason.output.contains("interrupted"))
    // What was cut off is not judged as if it had been whole; of the autoscaler, what it did until then is judged.
    let verdicts = try await Program.command(
      "sqlite3",
      [
        "-readonly", folder.file("run.sqlite"),
        "select distinct verdict from verdict where kind not in ('hpaConformance', 'steadyReplicas')",
      ])
    #expect(verdicts.output == "inconclusive\n", "\(ending.output)")
  }

  @Test("ended before its load began, it has no time before zero, and says that it never began")
  func beforeTheLoad() async throws {
    let folder = try TemporaryFolder()

    let ending = try await Program.run(
      ["run", "Profiles/surge-and-rollout.yaml", "--output", folder.path, "--quiet"]
    ) { process in
      try await eventually {
        try await Program.command("sqlite3", ["-readonly", folder.file("run.sqlite"), "select name from run"]).code == 0
      }
      process.send(SIGINT)
    }

    #expect(ending.code == 130, "\(ending.output)\n\(ending.complaints)")
    let begun = try await Program.command(
      "sqlite3",
      [
        "-readonly", folder.file("run.sqlite"),
        "select ended_us >= 0, (select count(start_us) from phase), (select count(*) from load_interval) from run",
      ])
    #expect(begun.output.hasPrefix("1|"), "\(begun.output)")
    for text in [ending.output, try folder.text("summary.md"), try folder.text("junit.xml")] {
      #expect(!text.contains("at -"), "\(text)")
      // On a busy machine the signal may come a moment later.
      if begun.output == "1|0|0\n" { #expect(text.contains("interrupted before its load began"), "\(text)") }
    }
  }

  @Test("phases that were to begin while the last answers were waited for did not begin")
  func slowDrain() async throws {
    let folder = try TemporaryFolder()
    let profile = try folder.write(
      """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: slow}
      target: {url: http://api.example.com}
      cluster:
        simulated: {manifests: MANIFESTS, timeScale: 1, workload: {serviceTime: 6s}}
        workload: deployment/aspnetcore-deployment
      requests: [{name: list, path: /}]
      load: {phases: [{name: first, for: 4s, rate: 20/s}, {name: second, for: 4s, rate: 20/s}]}
      expectations: [{name: carried, throughput: {during: second, atLeast: 99%}}]
      """.replacingOccurrences(of: "MANIFESTS", with: Program.repository + "/Profiles/manifests/aspnetcore"),
      to: "profile.yaml")

    let ending = try await Program.run(["run", profile, "--output", folder.file("out"), "--quiet"]) { process in
      try await eventually {
        let begun = try await Program.command(
          "sqlite3", ["-readonly", folder.file("out/run.sqlite"), "select count(start_us) from phase"])
        return begun.output == "1\n"
      }
      process.send(SIGINT)
    }

    #expect(ending.code == 130, "\(ending.complaints)")
    let begun = try await Program.command(
      "sqlite3", ["-readonly", folder.file("out/run.sqlite"), "select count(start_us) from phase"])
    #expect(begun.output == "1\n")
    #expect(ending.output.contains("inconclusive"), "\(ending.output)")
  }

  @Test("a reader of the output that goes away does not end the run")
  func closedPipe() async throws {
    let folder = try TemporaryFolder()

    let ending = try await Program.command(
      "bash",
      [
        "-c", "\"$0\" run Profiles/rollout-without-prestop.yaml --output \"$1\" | head -n 1; exit ${PIPESTATUS[0]}",
        Program.binary, folder.path,
      ])

    let code = try #require(ending.code)
    #expect(!ending.complaints.contains("standard output"), "\(ending.complaints)")
    let reason = try await Program.command(
      "sqlite3", ["-readonly", folder.file("run.sqlite"), "select end_reason from run"])
    #expect(reason.output == "completed\n")
    #expect(FileManager.default.fileExists(atPath: folder.file("report.html")))
    try await readOnlyRecording(in: folder, ended: code)
  }

  /// Judging does not need to write, and comes to the same, whatever that was on a busy machine.
  private func readOnlyRecording(in folder: TemporaryFolder, ended code: Int32) async throws {
    let recording = folder.file("run.sqlite")
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: recording)
    let evaluation = try await Program.run(["evaluate", recording])
    #expect(evaluation.code == code, "\(evaluation.complaints)")
    #expect(evaluation.output.contains("release costs no errors"))
  }

  @Test("below nohup the end of the terminal does not end it")
  func noHangUp() async throws {
    let folder = try TemporaryFolder()

    let ending = try await interrupted(folder, signals: ["env", "--ignore-signal=HUP"]) { process in
      process.send(SIGHUP)
      process.send(SIGINT)
    }

    // Had the first one counted, the second would have left at once.
    #expect(ending.code == 130, "\(ending.complaints)")
    #expect(FileManager.default.fileExists(atPath: folder.file("report.html")))
  }

  @Test("interrupted at any moment, also before the load, it ends in good order", arguments: 0..<12)
  func anyMoment(step: Int) async throws {
    let folder = try TemporaryFolder()
    let profile = try folder.write(ShortProfile.text, to: "profile.yaml")

    let ending = try await Program.run(["run", profile, "--output", folder.file("out")]) { process in
      // Not a wait for something to happen: whatever it does then is right.
      try await Task.sleep(for: .milliseconds(step * 200))
      process.send(SIGINT)
    }

    // Before it has taken over the signals, the signal itself ends it; at the end the run may be over.
    let isOrderly = ending.status == .signaled(SIGINT) || ending.code == 130 || ending.code == 0
    #expect(isOrderly, "\(ending.status) \(ending.complaints)")
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
