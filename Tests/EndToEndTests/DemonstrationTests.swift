import Foundation
import TestServers
import Testing

/// The two stories of the README, with the ready profiles and nothing changed but what the story says.
@Suite("The demonstration", .serialized, .timeLimit(.minutes(10)))
struct DemonstrationTests {
  @Test(
    "the surge with a rolling update passes, is planned to take under 90 seconds, leaves all its files, and goes as in virtual time"
  )
  func demonstrationPasses() async throws {
    let folder = try TemporaryFolder()
    let ending = try await Program.run(
      ["run", "Profiles/surge-and-rollout.yaml", "--output", folder.path])

    #expect(ending.code == 0, "\(ending.output)\n\(ending.complaints)")
    for file in ["run.sqlite", "report.html", "report.json", "junit.xml", "summary.md"] {
      #expect(FileManager.default.fileExists(atPath: folder.file(file)), "\(file)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file("run.sqlite-wal")))
    try await checkViews(of: folder)
    try await checkInBrowser(folder)
    try await checkAgainstVirtualTime(folder)
  }

  /// Both drivers of the simulated cluster tell one story.
  private func checkAgainstVirtualTime(_ folder: TemporaryFolder) async throws {
    let simulated = folder.file("simulated")
    let ending = try await Program.run(["simulate", "Profiles/surge-and-rollout.yaml", "--output", simulated])
    #expect(ending.code == 0, "\(ending.output)\n\(ending.complaints)")
    let real = try await ScalingStory(recording: folder.file("run.sqlite"))
    let virtual = try await ScalingStory(recording: simulated + "/run.sqlite")

    #expect(real.verdicts == virtual.verdicts)
    #expect(real.offered == virtual.offered)
    #expect(real.floor == virtual.floor && real.peak == virtual.peak, "\(real) and \(virtual)")
    #expect(real.turns.count == 4 && virtual.turns.count == 4, "\(real) and \(virtual)")
    // Where syncs and measurements fall within their 15 s is chance on the wall clock, and what the first syncs of the surge see
    // with it: a count may be reached two syncs earlier or later, and measured as much later as a measurement takes.
    for (one, other) in zip(real.turns, virtual.turns) {
      #expect(abs(one - other) <= 45, "\(real) and \(virtual)")
    }
  }

  @Test("simulated in virtual time it passes too, and leaves the same files each time")
  func simulatedDemonstrationPasses() async throws {
    let folder = try TemporaryFolder()
    for name in ["first", "second"] {
      let ending = try await Program.run(
        ["simulate", "Profiles/surge-and-rollout.yaml", "--output", folder.file(name)])
      #expect(ending.code == 0, "\(ending.output)\n\(ending.complaints)")
    }

    for file in ["run.sqlite", "report.html", "report.json", "junit.xml", "summary.md"] {
      let first = try Data(contentsOf: URL(filePath: folder.file("first/" + file)))
      let second = try Data(contentsOf: URL(filePath: folder.file("second/" + file)))
      #expect(first == second, "\(file)")
    }
    #expect(try folder.text("first/report.html").contains("no request left this process"))
  }

  /// People read a recording with `sqlite3`.
  private func checkViews(of folder: TemporaryFolder) async throws {
    func query(_ sql: String) async throws -> String {
      let ending = try await Program.command("sqlite3", ["-readonly", folder.file("run.sqlite"), sql])
      #expect(ending.code == 0, "\(sql): \(ending.complaints)")
      return ending.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    // Of the wall clock; how long this machine takes to begin and to report is not the profile's doing.
    #expect(try await query("select max(planned_end_us) / time_scale < 90e6 from phase, run") == "1")
    #expect(try await query("select max(wanted) from replicas") == "8")
    #expect(
      try await query("select wanted from replicas where wanted is not null order by seconds desc limit 1") == "3")
    let latencies = try await query("select count(*) from latency where p99_ms > 0")
    #expect((Int(latencies) ?? 0) > 100)
    let pods = try await query("select count(*) from pods where removed is not null")
    #expect((Int(pods) ?? 0) >= 8)
    #expect(try await query("select count(*) from errors") == "0")
    let steps = try await query("select count(*) from timeline")
    #expect((Int(steps) ?? 0) > 50)
  }

  /// The page opens in a browser without a complaint, with its charts and verdicts.
  private func checkInBrowser(_ folder: TemporaryFolder) async throws {
    let profile = try TemporaryFolder()
    let page = try await Program.command(
      "chromium",
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(profile.path)", "--enable-logging=stderr",
        "--virtual-time-budget=5000", "--dump-dom", "file://\(folder.file("report.html"))",
      ])
    #expect(page.code == 0)
    let complaints = page.complaints.split(separator: "\n").filter { $0.contains("CONSOLE") }
    #expect(complaints.isEmpty, "\(complaints)")
    #expect(page.output.contains("<svg"))
    #expect(page.output.contains("scales out in time"))
  }

  @Test(
    "an autoscaler that may not scale far enough fails, and the report says which expectation, when and by how much")
  func tooLowMaximumFails() async throws {
    let folder = try TemporaryFolder()

    let ending = try await Program.run([
      "run", "Profiles/surge-and-rollout.yaml", "--set", "manifests.hpa.spec.maxReplicas=4", "--output", folder.path,
    ])

    #expect(ending.code == 1, "\(ending.output)\n\(ending.complaints)")
    #expect(ending.output.contains("scales out in time"))
    let report = try folder.text("report.html")
    #expect(report.contains("scales out in time"))
    #expect(report.contains("4 short of 8"))
    #expect(report.contains("maxReplicas is 4"))
  }

  @Test("without a preStop hook the rollout costs more errors than the budget, at the terminations of its pods")
  func withoutPreStopFails() async throws {
    let folder = try TemporaryFolder()

    let ending = try await Program.run(
      ["run", "Profiles/rollout-without-prestop.yaml", "--output", folder.path])

    #expect(ending.code == 1, "\(ending.output)\n\(ending.complaints)")
    let report = try folder.text("report.html")
    #expect(report.contains("with 502, sent at most "))
    #expect(report.contains("after the termination of pod aspnetcore-deployment-"))
  }

  @Test("two services are loaded, watched, rolled out and judged in one run, each by its own expectations")
  func twoServices() async throws {
    let folder = try TemporaryFolder()

    let ending = try await Program.run(["run", "Profiles/two-services.yaml", "--output", folder.path])

    #expect(ending.code == 0, "\(ending.output)\n\(ending.complaints)")
    let page = try folder.text("report.html")
    for title in ["Replicas of api", "Replicas of web", "Pods of api", "Pods of web"] {
      #expect(page.contains(title), "\(title)")
    }
    let recording = folder.file("run.sqlite")
    let explained = try await Program.run(["explain", recording, "--workload", "api"])
    #expect(explained.code == 0 && explained.output.contains("HPA api:"), "\(explained.output)\(explained.complaints)")
    let unnamed = try await Program.run(["explain", recording])
    #expect(unnamed.code == 64)
    #expect(unnamed.complaints.contains("choose with --workload: api, web"), "\(unnamed.complaints)")
    let again = try await Program.run(["evaluate", recording])
    #expect(again.code == 0, "\(again.output)")
    let replicas = try await Program.command(
      "sqlite3", ["-readonly", recording, "select workload, max(wanted) from replicas group by workload"])
    #expect(replicas.output.split(separator: "\n").contains("web|2"), "\(replicas.output)")
  }
}
