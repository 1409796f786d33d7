import Arrivals
import Foundation
import KubernetesObjects
import LoadFacts
import RunRecording
import RunTimeline
import Statistics
import TestRecordings
import TestServers
import Testing

/// Every figure of every rendering is the one that SQL finds in the recording.
@Suite("Figures of all renderings, against SQL", .serialized, .timeLimit(.minutes(10)))
struct FiguresTests {
  private func rendered(_ folder: TemporaryFolder, terminal: String) throws -> RenderedFigures {
    try RenderedFigures(
      html: folder.text("out/report.html"), json: folder.text("out/report.json"), junit: folder.text("out/junit.xml"),
      markdown: folder.text("out/summary.md"), terminal: terminal)
  }

  /// The report of a real run is as its schema says, for those who read it by the schema.
  private func expectSchema(_ folder: TemporaryFolder) async throws {
    let script = """
      import json, jsonschema, sys
      schema, report = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
      for error in jsonschema.Draft7Validator(schema).iter_errors(report): print(list(error.path), error.message[:300])
      """
    let ending = try await Program.command(
      "/usr/bin/python3",
      ["-c", script, "\(Program.repository)/Reports/report.schema.json", folder.file("out/report.json")])
    #expect(ending.code == 0 && ending.output.isEmpty, "\(ending.output)\(ending.complaints)")
  }

  /// The requests of each phase, as the JSON report tells them.
  private func offered(_ rendered: RenderedFigures) -> [Int?] {
    (rendered.json["phases"] as? [[String: Any]] ?? []).map { ($0["totals"] as? [String: Any])?["offered"] as? Int }
  }

  @Test("of a run at 60 times the speed, with failures: phases of 36 s have exactly the requests that they planned")
  func scaled() async throws {
    let folder = try TemporaryFolder()
    let profile = try folder.write(
      """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: scaled}
      target: {url: http://api.example.com}
      cluster:
        simulated: {manifests: \(Program.repository)/Profiles/manifests/aspnetcore-without-prestop, timeScale: 60}
        workload: deployment/aspnetcore-deployment
      requests:
        - {name: list, weight: 2, path: /items, expect: {status: [200]}}
        - {name: order, path: /orders, expect: {status: [201]}}
      load:
        phases:
          - {name: calm, for: 36s, rate: 50/s}
          - {name: rise, for: 36s, rate: 100/s}
          - {name: surge, for: 36s, rate: 150/s}
      actions: [{name: release, at: rise + 6s, rollout: {restart: true}}]
      expectations:
        - {name: calm costs nothing, errorBudget: {during: calm, objective: 99%}}
        - {name: surge costs nothing, errorBudget: {during: surge, objective: 99%}}
        - {name: release costs nothing, errorBudget: {during: release, objective: 99%}}
        - {name: whole run, errorBudget: {during: run, objective: 99%}}
        - {name: fast, latency: {during: surge, percentile: 50, below: 30s}}
      """, to: "profile.yaml")

    let ending = try await Program.run(["run", profile, "--output", folder.file("out")])
    let rendered = try rendered(folder, terminal: ending.output)
    let figures = try await RecordedFigures(folder.file("out/run.sqlite"))

    try await rendered.expect(figures, "\(ending.output)\(ending.complaints)")
    try await expectSchema(folder)
    #expect(offered(rendered) == [30, 60, 90])
    let findings = figures.verdicts.map(\.finding)
    #expect(findings[0].contains("of 30 requests failed") && findings[1].contains("of 90 requests failed"))
    #expect(findings[3].contains("of 180 requests failed") && !findings[3].contains("may belong"))
    try await expectFailureTimes(folder.file("out/run.sqlite"), rendered)
  }

  /// Latencies of failed requests are wall time in the page too.
  private func expectFailureTimes(_ recording: String, _ rendered: RenderedFigures) async throws {
    let waits = try await RecordedFigures.rows(
      recording, "SELECT (completed_us - due_us) / 60.0 AS wait FROM failure ORDER BY id LIMIT 200"
    ).compactMap { $0["wait"] as? Double }
    let rows = rendered.table("failures").dropFirst()
    try #require(rows.count == waits.count && !waits.isEmpty)
    for (row, wait) in zip(rows, waits) { #expect(row[7] == Printed.latency(.microseconds(wait))) }
  }

  @Test("of a run in real time, whose phases end between two seconds")
  func realTime() async throws {
    let nginx = try NginxServer()
    let folder = try TemporaryFolder()
    let profile = try folder.write(
      """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: real}
      target: {url: \(nginx.url)}
      requests:
        - {name: there, weight: 3, path: /ok, expect: {status: [200]}}
        - {name: missing, path: /missing, expect: {status: [200]}}
      load: {phases: [{name: first, for: 1300ms, rate: 100/s}, {name: second, for: 700ms, rate: 50/s}]}
      expectations:
        - {name: first, errorBudget: {during: first, objective: 99%}}
        - {name: second, throughput: {during: second, atLeast: 99%}}
      """, to: "profile.yaml")

    let ending = try await Program.run(["run", profile, "--output", folder.file("out")])
    let rendered = try rendered(folder, terminal: ending.output)
    let figures = try await RecordedFigures(folder.file("out/run.sqlite"))

    try await rendered.expect(figures, "\(ending.output)\(ending.complaints)")
    try await expectSchema(folder)
    #expect(offered(rendered) == [130, 35])
    #expect(figures.verdicts[0].finding.contains("of 130 requests failed"))
    #expect(figures.verdicts[1].finding.contains("of 35 requests"))
  }

  @Test(
    "of made-up recordings of any time scale and ending, also of those whose intervals do not end with phases",
    arguments: 1...12)
  func madeUp(seed: UInt64) async throws {
    let folder = try TemporaryFolder()
    try MadeUpRecording(seed: seed).write(to: folder.file("run.sqlite"))

    let ending = try await Program.run(["evaluate", folder.file("run.sqlite"), "--output", folder.file("out")])
    let rendered = try rendered(folder, terminal: ending.output)
    let figures = try await RecordedFigures(folder.file("run.sqlite"))

    try await rendered.expect(figures, "seed \(seed): \(ending.output)\(ending.complaints)")
    // The same window has the same count in an expectation as in its row of the table.
    for (phase, verdict) in zip(figures.phases, figures.verdicts) where verdict.finding.contains(" failed (") {
      let count = Printed.count(phase.certain.offered)
      #expect(verdict.finding.contains(" of \(count) request"), "seed \(seed): \(verdict.finding)")
      #expect(
        verdict.finding.contains("may belong to it") == (phase.perhaps.offered > 0), "seed \(seed): \(verdict.finding)")
    }
  }

  @Test(
    "of an autoscaler that follows a surge and a release at 60 times the speed: charts, corridor, decisions and pods")
  func scaledAutoscaler() async throws {
    let folder = try TemporaryFolder()
    let profile = try folder.write(
      """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: autoscaled}
      target: {url: http://api.example.com, servedBy: {pod: X-Pod, version: X-Version}}
      cluster:
        simulated: {manifests: \(Program.repository)/Profiles/manifests/aspnetcore, timeScale: 60}
        workload: deployment/aspnetcore-deployment
        hpa: aspnetcore-hpa
      requests: [{name: list, path: /}]
      load:
        phases:
          - {name: calm, for: 60s, rate: 100/s}
          - {name: surge, for: 240s, rate: 1400/s}
          - {name: settle, for: 500s, rate: 100/s}
      actions: [{name: release, at: surge + 150s, rollout: {restart: true}}]
      expectations:
        - {name: obeys, hpaConformance: {}}
        - {name: stays within, withinCorridor: {}}
      """, to: "profile.yaml")

    let ending = try await Program.run(["run", profile, "--output", folder.file("out")])
    let rendered = try rendered(folder, terminal: ending.output)
    let figures = try await RecordedFigures(folder.file("out/run.sqlite"))
    let explained = try await Program.run(["explain", folder.file("out/run.sqlite")])

    try await rendered.expect(figures, "\(ending.output)\(ending.complaints)")
    try await expectSchema(folder)
    try await rendered.expectCluster(
      folder.file("out/run.sqlite"), explained: explained.output, isPrompt: false, "\(ending.output)")
  }

  @Test(
    "of what a real control plane did: counts, corridor, decisions and pods",
    arguments: ["surge-and-rollout", "no-behavior-surge-to-max", "metrics-outage", "quota-blocked"])
  func recordedAutoscaler(name: String) async throws {
    let folder = try TemporaryFolder()
    let file = folder.file("run.sqlite")
    let imported = try await Program.run([
      "import", "--watch-log", Recordings.file(name).path, "--output", file, "--hpa", "aspnetcore-hpa",
    ])
    try #require(imported.code == 0, "\(imported.complaints)")
    let ending = try await Program.run(["evaluate", file, "--output", folder.file("out")])
    let rendered = try rendered(folder, terminal: ending.output)
    let explained = try await Program.run(["explain", file])

    try await rendered.expectCluster(file, explained: explained.output, isPrompt: true, "\(name)")
  }

  @Test(
    "the steps of a pod's life have one name and one value in the report and in the view", arguments: Recordings.all)
  func pods(recording: String) async throws {
    let folder = try TemporaryFolder()
    let file = folder.file("run.sqlite")
    let imported = try await Program.run([
      "import", "--watch-log", Recordings.file(recording).path, "--output", file, "--hpa", "aspnetcore-hpa",
    ])
    try #require(imported.code == 0, "\(imported.complaints)")
    _ = try await Program.run(["report", file, "--output", folder.file("out")])
    let json = try JSONSerialization.jsonObject(with: Data(folder.text("out/report.json").utf8)) as? [String: Any]
    let pods = Dictionary(
      (json?["pods"] as? [[String: Any]] ?? []).map { ($0["name"] as? String ?? "", $0) },
      uniquingKeysWith: { first, _ in first })

    let rows = try await RecordedFigures.rows(
      file, "SELECT name, created, delete_requested AS deleteRequested, removed FROM pods")

    #expect(!rows.isEmpty)
    for row in rows {
      let name = try #require(row["name"] as? String)
      guard let pod = pods[name] else { continue }
      for step in ["created", "deleteRequested", "removed"] {
        let (value, bounds) = (row[step] as? Double, pod[step] as? [Double])
        guard step != "created" || bounds?[0] ?? 0 > 0 else { continue }
        #expect((value == nil) == (bounds == nil), "\(name) \(step): \(row) \(pod)")
        guard let value, let bounds else { continue }
        // The cluster's own times are whole seconds.
        #expect(value >= bounds[0] - 1.2 && value <= bounds[1] + 0.2, "\(name) \(step): \(value) beside \(bounds)")
      }
    }
  }
}

extension Duration {
  fileprivate static func microseconds(_ value: Double) -> Duration { .nanoseconds(Int64((value * 1000).rounded())) }
}

/// A recording of random load with phases, outcomes of every kind, and a random end.
private struct MadeUpRecording {
  let seed: UInt64

  func write(to path: String) throws {
    var random = SplitMix64(seed: seed)
    func next(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(random.next() % UInt64(range.count)) }
    let timeScale = [1.0, 7, 60][next(0...2)]
    let lengths = (0..<next(2...4)).map { _ in Duration.milliseconds(next(3...200) * 100) * timeScale }
    let edges = lengths.reduce(into: [Duration.zero]) { $0.append($0[$0.count - 1] + $1) }
    let end = edges[edges.count - 1]
    let stop = next(0...2) == 0 ? end * Double(next(30...95)) / 100 : nil
    // Recordings of older versions have intervals that end anywhere.
    let intervals = CountingIntervals(edges: next(0...1) == 0 ? edges : [], length: .milliseconds(1000) * timeScale)
    let phases = zip(edges, edges.dropFirst()).enumerated().map { index, bounds in
      PhaseSpan(
        name: "phase-\(index)", plannedStart: bounds.0, plannedEnd: bounds.1, startRate: 10, endRate: 10,
        start: bounds.0 < stop ?? end ? bounds.0 : nil, end: bounds.0 < stop ?? end ? min(bounds.1, stop ?? end) : nil)
    }
    let budgets = phases.map { "  - {name: \($0.name), errorBudget: {during: \($0.name), objective: 90%}}" }
    let lengthTexts = zip(phases, lengths).map { phase, length in
      "{name: \(phase.name), for: \(Int(length / .milliseconds(1)))ms, rate: 10/s}"
    }
    let profile = """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: made-up}
      target: {url: "http://api.example.com"}
      requests: [{name: list, path: /}, {name: order, path: /}]
      load: {phases: [\(lengthTexts.joined(separator: ", "))]}
      expectations:
      \(budgets.joined(separator: "\n"))
        - {name: run, errorBudget: {during: run, objective: 90%}}
      """
    let writer = try RecordingWriter(
      path: path,
      run: RunDescription(
        name: "made-up", toolVersion: "1.0.0", profileText: profile, profileSource: "made-up.yaml",
        startedAt: KubernetesTime(seconds: 1_795_456_622), timeScale: timeScale))
    writer.set(phases: phases)
    var number = 0
    while intervals.bounds(of: number).lowerBound < stop ?? end {
      let bounds = intervals.bounds(of: number)
      for route in ["list", "order"] where next(0...9) > 0 {
        writer.append(load: [interval(bounds, route, isLast: stop != nil && bounds.upperBound >= stop ?? end, next)])
      }
      number += 1
    }
    try writer.finish(
      endedAt: (stop ?? end) + .milliseconds(next(0...900)) * timeScale, reason: stop == nil ? .completed : .interrupted
    )
  }

  private func interval(
    _ bounds: Range<Duration>, _ route: String, isLast: Bool, _ next: (ClosedRange<Int>) -> Int
  ) -> LoadInterval {
    let kinds: [(String, Bool)] = [
      ("200", false), ("503", true), ("404", true), ("read timeout", true), ("dropped: target", true),
      ("dropped: machine", true), ("stopped", false),
    ]
    let outcomes = kinds.compactMap { outcome, failed -> OutcomeTally? in
      let isRare = outcome != "200"
      guard !isRare || next(0...5) == 0, outcome != "stopped" || isLast else { return nil }
      let count = isRare ? next(1...3) : next(1...1500)
      var latency = LatencyHistogram()
      for _ in 0..<count { latency.record(microseconds: next(50...80_000)) }
      return OutcomeTally(
        outcome: outcome, failed: failed, version: next(0...1) == 0 ? "v1" : nil, completed: count, bytes: count * 10,
        fromDue: latency, fromSend: outcome.hasPrefix("dropped") || outcome == "stopped" ? LatencyHistogram() : latency)
    }
    let offered = outcomes.reduce(0) { $0 + $1.completed }
    let dropped = outcomes.filter { $0.outcome.hasPrefix("dropped") }.reduce(0) { $0 + $1.completed }
    let stopped = outcomes.filter { $0.outcome == "stopped" }.reduce(0) { $0 + $1.completed }
    return LoadInterval(
      start: bounds.lowerBound, end: bounds.upperBound, route: route, offered: offered,
      sent: offered - dropped - stopped,
      dropped: dropped, late: next(0...1), outcomes: outcomes)
  }
}
