import Foundation
import TestServers
import Testing

/// A target that stops answering is the target's failure, and no excuse.
@Suite("A target that hangs", .serialized, .timeLimit(.minutes(10)))
struct HungTargetTests {
  private static func profile(_ server: PythonServer) -> String {
    """
    apiVersion: scaleproof/v1
    kind: Profile
    metadata: {name: hung}
    target:
      url: \(server.url)
      connections: {maxInFlight: 40, maxLateness: 500ms}
      timeouts: {request: 2s}
    requests: [{name: list, path: /}]
    load: {phases: [{name: steady, for: 6s, rate: 100/s}]}
    expectations:
      - {name: few errors, errorBudget: {during: steady, objective: 99%}}
      - {name: carried, throughput: {during: steady, atLeast: 90%}}
      - {name: fast, latency: {during: steady, percentile: 99, below: 1s}}
    """
  }

  @Test("it fails what was expected of it, on the terminal, in JUnit and in the summary")
  func hung() async throws {
    let folder = try TemporaryFolder()
    let server = try PythonServer(answering: 100)
    let profile = try folder.write(Self.profile(server), to: "profile.yaml")

    let ending = try await Program.run(["run", profile, "--output", folder.file("out")])

    #expect(ending.code == 1, "\(ending.output)\n\(ending.complaints)")
    #expect(ending.output.contains("FAIL          few errors"), "\(ending.output)")
    #expect(ending.output.contains("FAIL          carried"), "\(ending.output)")
    #expect(ending.output.contains("FAIL          fast"), "\(ending.output)")
    #expect(ending.output.contains("p99 of all 600 requests at least "), "\(ending.output)")
    #expect(ending.output.contains("The target did not answer: 40 of 40 places held since "), "\(ending.output)")
    let junit = try folder.text("out/junit.xml")
    #expect(junit.contains("failures=\"3\""), "\(junit)")
    let summary = try folder.text("out/summary.md")
    #expect(summary.contains("The target did not answer"), "\(summary)")
    #expect(summary.contains("latency p99 of all"), "\(summary)")
  }

  @Test("a run that is stopped with a queue ends with the answers on their way, and says what was not sent")
  func stoppedWithQueue() async throws {
    let folder = try TemporaryFolder()
    let server = try PythonServer(answering: 20)
    let text = Self.profile(server).replacingOccurrences(of: "maxLateness: 500ms", with: "maxLateness: 10m")
      .replacingOccurrences(of: "for: 6s", with: "for: 10m")
    let profile = try folder.write(text, to: "profile.yaml")

    let ending = try await Program.run(["run", profile, "--output", folder.file("out")]) { process in
      try await eventually {
        let queued = try await Program.command(
          "sqlite3", ["-readonly", folder.file("out/run.sqlite"), "select ifnull(max(queued), 0) from generator"])
        return (Int(queued.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) > 100
      }
      process.send(SIGINT)
    }

    #expect(ending.code == 130, "\(ending.output)\n\(ending.complaints)")
    let counts = try await Program.command(
      "sqlite3",
      [
        "-readonly", folder.file("out/run.sqlite"),
        "select sum(stopped) > 50, sum(offered) = sum(count), sum(dropped) from latency",
      ])
    #expect(counts.output == "1|1|0\n", "\(counts.output)")
  }
}

/// Which profile judges, and where its verdicts go.
@Suite("Judging a recording by another profile", .serialized, .timeLimit(.minutes(10)))
struct OtherProfileTests {
  private static func profile(_ server: PythonServer, objective: String) -> String {
    """
    apiVersion: scaleproof/v1
    kind: Profile
    metadata: {name: other}
    target: {url: \(server.url)}
    requests: [{name: list, path: /}]
    load: {phases: [{name: steady, for: 1s, rate: 50/s}]}
    expectations: [{name: answered, throughput: {during: steady, atLeast: \(objective)}}]
    """
  }

  @Test("evaluate writes all formats, and report shows the newest evaluation, or a profile that is named")
  func formats() async throws {
    let folder = try TemporaryFolder()
    let server = try PythonServer(answering: 1_000_000)
    let first = try folder.write(Self.profile(server, objective: "90%"), to: "first.yaml")
    let stricter = try folder.write(Self.profile(server, objective: "1000/s"), to: "stricter.yaml")
    let recording = folder.file("out/run.sqlite")

    let run = try await Program.run(["run", first, "--output", folder.file("out"), "--quiet"])
    let evaluated = try await Program.run([
      "evaluate", recording, "--profile", stricter, "--output", folder.file("judged"),
    ])
    let newest = try await Program.run(["report", recording, "--output", folder.file("newest")])
    let named = try await Program.run([
      "report", recording, "--profile", first, "--output", folder.file("named"),
    ])

    #expect(try run.holds(in: folder.file("out")), "\(run.output)\(run.complaints)")
    #expect(evaluated.code == 1, "\(evaluated.output)\(evaluated.complaints)")
    #expect(evaluated.output.contains("Judged by \(stricter)") || evaluated.output.contains("stricter.yaml"))
    for name in ["report.html", "report.json", "junit.xml", "summary.md"] {
      for place in ["judged", "newest", "named"] {
        #expect(FileManager.default.fileExists(atPath: folder.file("\(place)/\(name)")), "\(place)/\(name)")
      }
    }
    #expect(newest.code == 0 && newest.output.contains("judged by \(stricter), as in the evaluation of "))
    #expect(try folder.text("newest/junit.xml").contains("failures=\"1\""))
    #expect(try folder.text("newest/summary.md").contains("stricter.yaml, not by the profile that was recorded"))
    #expect(named.code == 0 && !named.output.contains("judged by"), "\(named.output)")
    #expect(try folder.text("named/junit.xml").contains("failures=\"0\""))
  }
}
