import Expectations
import Foundation
import KubernetesObjects
import LoadFacts
import Profiles
import Reporting
import RunTimeline
import TestServers
import Testing
import Units

@testable import Harness

/// A profile of the workload that comes with the program, small enough to be simulated many times.
private struct SmallProfile {
  var cluster = "simulated: {manifests: MANIFESTS, timeScale: 20}"
  var rate = "40/s"
  var seed = 1
  var request = "{name: list, path: /}"
  var length = "3m"
  var rest = ""

  func loaded(in folder: TemporaryFolder) throws -> LoadedProfile {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let cluster = cluster.replacing(
      "MANIFESTS", with: root.appending(path: "Profiles/manifests/aspnetcore").path)
    let path = try folder.write(
      """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: small}
      target: {url: http://api.example.com}
      cluster:
        \(cluster)
        workload: deployment/aspnetcore-deployment
        hpa: aspnetcore-hpa
      requests: [\(request)]
      load: {seed: \(seed), phases: [{name: only, for: \(length), rate: \(rate)}]}
      \(rest)
      """, to: "small.yaml")
    return try LoadedProfile(path: path, changes: [])
  }

  func run(in folder: TemporaryFolder? = nil) throws -> FinishedRun {
    let folder = try folder ?? TemporaryFolder()
    return try VirtualRun(loaded(in: folder), version: ProgramVersion(commit: nil), environment: [:]).execute()
  }
}

@Suite("A run in virtual time")
struct VirtualRunTests {
  @Test("leaves the same recording byte for byte when it is done again", arguments: 1...100)
  func repeated(seed: Int) throws {
    let profile = SmallProfile(
      seed: seed, length: "1m",
      rest: """
        actions: [{name: release, at: only + 10s, rollout: {setImage: {aspnetcore: "example.com/app:v2"}}}]
        """)
    let folder = try TemporaryFolder()

    for name in ["first", "second"] { try profile.run(in: folder).write(to: folder.file(name)) }

    let first = try Data(contentsOf: URL(filePath: folder.file("first")))
    #expect(first == (try Data(contentsOf: URL(filePath: folder.file("second")))), "seed \(seed)")
    #expect(first.count > 50_000)
  }

  @Test(
    "is refused where something is said of a version that no image has",
    arguments: [
      ("versions: {v9: {failing: 5%}}", "cluster.simulated.versions"),
      (
        "faults: [{at: 1s, application: {version: v9, failing: 5%}}]", "cluster.simulated.faults[0].application.version"
      ),
      (
        "metrics: {jobs: {backlog: {arrivals: {0s: 1}, perPod: 1, notBy: v9}}}",
        "cluster.simulated.metrics.jobs.backlog.notBy"
      ),
    ])
  func unknownVersion(simulated: String, path: String) throws {
    let profile = SmallProfile(cluster: "simulated: {manifests: MANIFESTS, \(simulated)}")
    let folder = try TemporaryFolder()

    let error = #expect(throws: HarnessError.self) { try profile.loaded(in: folder) }

    #expect(error?.lines.count == 1)
    #expect(error?.lines.first?.contains("\(path): no image has the tag \"v9\"") == true, "\(error?.lines ?? [])")
  }

  @Test("is another one with another seed")
  func seeds() throws {
    let runs = try (1...3).map { try SmallProfile(seed: $0).run() }

    #expect(Set(runs.map { $0.observations.compactMap(\.name) }).count == 3)
  }

  @Test("offers what the profile plans, and ends each request once")
  func load() throws {
    let run = try SmallProfile().run()

    var whole = LoadSnapshot()
    for snapshot in run.load { whole.merge(snapshot) }
    let offered = whole.intervals.reduce(0) { $0 + $1.offered }
    // 3 min at 20 times the pace of the wall.
    #expect(offered == 360)
    #expect(whole.intervals.flatMap(\.outcomes).reduce(0) { $0 + $1.completed } == offered)
    #expect(whole.intervals.allSatisfy { $0.late == 0 && $0.dropped == 0 })
    #expect(run.run.endReason == .completed)
    #expect(run.phases.map(\.end) == [.seconds(180)])
  }

  /// Each stands for a bit of a seed, so that all of their sets are tried.
  private static let faults = [
    "{at: 5s, for: 40s, nodeLost: 1}", "{at: 20s, for: 30s, application: {crashesAfter: 2s}}",
    "{at: 30s, for: 20s, application: {failing: 30%, serviceTime: 400ms}}", "{at: 10s, endpointDelay: 20s}",
    "{at: 15s, for: 25s, controllersDown: true}", "{at: 40s, write: {delete: service/aspnetcore-service}}",
  ]

  @Test("ends each request once, whatever befalls the cluster", arguments: 0..<64)
  func endings(faults: Int) throws {
    let chosen = Self.faults.indices.filter { faults >> $0 & 1 == 1 }.map { Self.faults[$0] }
    let run = try SmallProfile(
      cluster: "simulated: {manifests: MANIFESTS, timeScale: 20, faults: [\(chosen.joined(separator: ", "))]}",
      rate: "300/s", seed: faults + 1, length: "1m",
      rest: "actions: [{name: release, at: only + 10s, rollout: {restart: true}}]"
    ).run()

    var whole = LoadSnapshot()
    for snapshot in run.load { whole.merge(snapshot) }
    let offered = whole.intervals.reduce(0) { $0 + $1.offered }
    let completed = whole.intervals.flatMap(\.outcomes).reduce(0) { $0 + $1.completed }
    let dropped = whole.intervals.reduce(0) { $0 + $1.dropped }
    // A minute at 20 times the pace of the wall.
    #expect(offered == 900, "faults \(chosen)")
    #expect(completed + dropped == offered, "faults \(chosen)")
    #expect(run.faultProblems.isEmpty)
  }

  @Test("judges the value as it judges the file that it is written to")
  func judgedAlike() throws {
    let folder = try TemporaryFolder()
    let loaded = try SmallProfile(
      rate: "400/s",
      rest: """
        actions: [{name: release, at: only + 90s, rollout: {setImage: {aspnetcore: "example.com/app:v2"}}}]
        expectations:
          - {name: up, scaleUp: {after: only.start, to: ">= 4", within: 2m}}
          - {name: rule, hpaConformance: {}}
          - {name: errors, errorBudget: {during: run, objective: 99%}}
          - {name: done, rolloutCompletes: {action: release, within: 3m}}
        """
    ).loaded(in: folder)
    let run = try VirtualRun(loaded, version: ProgramVersion(commit: nil), environment: [:]).execute()

    try run.write(to: folder.file())

    let expectations = loaded.profile.expectations
    let ofFile = Judge.judge(expectations, on: try RecordingAccess.timeline(folder.file()))
    let ofValue = Judge.judge(expectations, on: run.timeline)
    #expect(ofFile.map(\.finding) == ofValue.map(\.finding))
    #expect(ofFile.map(\.verdict) == ofValue.map(\.verdict))
    #expect(Set(ofFile.map(\.verdict)).contains(.pass))
  }

  @Test(
    "has figures for comparison over all of its time, also where no request was due", arguments: ["40/s", "0.05/s"])
  func cost(rate: String) throws {
    let folder = try TemporaryFolder()
    let loaded = try SmallProfile(rate: rate).loaded(in: folder)
    let virtual = try VirtualRun(loaded, version: ProgramVersion(commit: nil), environment: [:])
    let run = try virtual.execute()

    let cost = RunCost(RunAnalysis(run.timeline), [], requestsPerPod: virtual.requestsPerPod)

    // Three pods throughout, of which one at most is needed.
    let length = try #require(run.run.endedAt).seconds
    #expect(abs(try #require(cost.podTime).seconds - 3 * length) < 0.1)
    #expect(try #require(cost.missing) == .zero)
    #expect(abs(try #require(cost.idle).seconds - 2 * length) < 0.1)
  }

  @Test(
    "of seeds alone ends as its worst run, also where a stop rule ended that",
    arguments: [
      ("expectations: [{name: calm, steadyReplicas: {during: only, count: 3}}]", Harness.ExitStatus.passed),
      ("expectations: [{name: calm, steadyReplicas: {during: only, count: 4}}]", .failed),
      ("abortOn: [{name: slow, latency: {percentile: 50, above: 1ms}, over: 20s}]", .inconclusive),
    ])
  func worstOfSeeds(rest: String, expected: Harness.ExitStatus) async throws {
    let folder = try TemporaryFolder()
    _ = try SmallProfile(rate: "100/s", length: "1m", rest: rest).loaded(in: folder)
    let session = SweepSession(
      profile: folder.file("small.yaml"), changes: [], sweeps: [], samples: nil, seeds: 2, output: folder.file("sweep"),
      version: ProgramVersion(commit: nil))

    #expect(try await session.execute() == expected)

    #expect(FileManager.default.fileExists(atPath: folder.file("sweep/sweep.html")))
    #expect(FileManager.default.fileExists(atPath: folder.file("sweep/sweep.json")))
    let again = try await #require(throws: HarnessError.self) { try await session.execute() }
    #expect(again.status == .refused && again.description.contains("there is a sweep already"))
  }

  @Test("is told as a simulation in each report")
  func told() throws {
    let analysis = RunAnalysis(try SmallProfile(length: "1m").run().timeline)

    for report in [
      HTMLReport.render(analysis, []), JSONReport.render(analysis, []), MarkdownSummary.render(analysis, []),
      TerminalTable.render(analysis, [], width: 200),
    ] {
      #expect(report.contains("Simulated in virtual time: no request was sent"))
    }
  }

  @Test("does the actions at their instants, and tells what the API answered")
  func actions() throws {
    let run = try SmallProfile(
      rest: """
        actions: [{name: release, at: only + 60s, rollout: {setImage: {aspnetcore: "example.com/app:v2"}}}]
        """
    ).run()

    let action = try #require(run.actions.first)
    // The workload was read before it was changed.
    #expect(action.requests.map(\.sent) == [.seconds(60), try #require(action.sent)])
    #expect(action.sent == action.requests.first?.answered)
    #expect(action.problem == nil)
    let generation = try #require(action.generation)
    // The change was observed after it was sent and before its answer came, within a microsecond.
    let seen = run.observations.first { observation in
      guard observation.resource == "deployments", observation.kind == .modified,
        let object = observation.object.flatMap({ try? JSONValue(json: $0) })
      else { return false }
      return object["metadata", "generation"]?.int == Int(generation)
    }
    #expect(try #require(seen).received == action.answered)
  }

  @Test("ends at the first interval that breaks a stop rule, and does nothing of the plan after that")
  func stopped() throws {
    let run = try SmallProfile(
      rate: "6000/s",
      rest: """
        abortOn: [{name: errors, errorRatio: "> 20%", over: 20s}]
        actions: [{name: release, at: only + 170s, rollout: {setImage: {aspnetcore: "example.com/app:v2"}}}]
        """
    ).run()

    #expect(run.run.endReason == .aborted)
    #expect(run.run.endDetail?.contains("of") == true)
    #expect(try #require(run.run.endedAt) < .seconds(150))
    #expect(run.actions.first?.sent == nil)
    #expect(try #require(run.phases.first?.end) < .seconds(150))
  }

  @Test("is refused for a real cluster, and for answers that it does not have")
  func refused() throws {
    let real = SmallProfile(cluster: "context: staging")
    let checked = SmallProfile(request: "{name: list, path: /, expect: {bodyContains: [ok]}}")

    let ofReal = try #require(throws: HarnessError.self) { try real.run() }
    let ofChecked = try #require(throws: HarnessError.self) { try checked.run() }

    #expect([ofReal.status, ofChecked.status] == [.refused, .refused])
    #expect(ofReal.description.contains("only a simulated cluster"))
    #expect(ofChecked.description.contains("the request list expects more of an answer than its status"))
  }
}
