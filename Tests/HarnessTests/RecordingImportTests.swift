import Expectations
import Foundation
import Harness
import Profiles
import RunRecording
import RunTimeline
import TestRecordings
import TestServers
import Testing

@Suite("Import of watch logs", .serialized)
struct RecordingImportTests {
  private func importing(
    _ log: String, workload: String? = nil, autoscaler: String? = nil, version: String? = nil,
    then body: (String) throws -> Void = { _ in }
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let output = folder + "/run.sqlite"
    _ = try RecordingImport(
      watchLogs: [log], output: output, workload: workload, autoscaler: autoscaler, serverVersion: version,
      version: ProgramVersion(commit: nil)
    ).execute()
    try body(output)
  }

  @Test(
    "an imported log of a conforming controller can be judged and explained",
    arguments: [
      "surge-and-rollout", "no-behavior-surge-to-max", "metrics-outage", "quota-blocked", "stuck-rollout-and-undo",
    ])
  func judged(name: String) throws {
    try importing(Recordings.file(name).path) { recording in
      let judged = try Evaluation(recording: recording, profile: nil, version: ProgramVersion(commit: nil)).execute()
      let explained = try Explanation(recording: recording).execute()
      #expect(judged == .passed)
      #expect(explained == .passed)
    }
  }

  @Test(
    "a log whose clock was set back meanwhile is refused, with what to do",
    arguments: ["surge-and-rollout", "no-behavior-surge-to-max"])
  func clockSetBack(name: String) throws {
    let folder = try TemporaryFolder()
    let lines = try String(contentsOf: Recordings.file(name), encoding: .utf8).split(separator: "\n")
    let set = try lines.map { line -> String in
      let time = try #require(line.firstMatch(of: /"t": ?([0-9.]+)/))
      let seconds = try #require(Double(time.1))
      return seconds < 350 ? String(line) : line.replacingCharacters(in: time.range, with: "\"t\":\(seconds - 30)")
    }
    let log = try folder.write(set.joined(separator: "\n"), to: "set.jsonl")

    let problem = #expect(throws: HarnessError.self) { try importing(log) }

    let text = problem?.lines.first ?? ""
    #expect(text.contains("the clock by which the lines were received was set back by some"), "\(text)")
    #expect(text.hasSuffix("give what came before and what came after as logs of their own"), "\(text)")
  }

  @Test("a broken line is named with its number, and a workload that is not there with those that are")
  func errors() throws {
    let bad = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).jsonl")
    try #"{"t":0,"resource":"","type":"START","wall":1}"#.appending("\n{bad").write(
      to: bad, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: bad) }
    let good = Recordings.file("quota-blocked").path

    let broken = #expect(throws: HarnessError.self) { try importing(bad.path) }
    let missing = #expect(throws: HarnessError.self) { try importing(good, workload: "deployment/web") }

    #expect(broken?.lines == ["\(bad.path):2: not JSON: a value is cut short at byte 0"])
    #expect(
      missing?.lines == [
        "\(good): there is no deployment/web in the watch log; it shows deployment/aspnetcore-deployment"
      ])
  }

  @Test("a ReplicaSet that a Deployment looks after is refused with that, and one that nobody we know does is taken")
  func ownedWorkload() throws {
    let log = Recordings.file("quota-blocked")
    let text = try String(contentsOf: log, encoding: .utf8)
    let name = try #require(text.firstMatch(of: /"name":"(aspnetcore-deployment-[0-9a-f]+)"/)).1
    let owned = #expect(throws: HarnessError.self) { try importing(log.path, workload: "replicaset/\(name)") }
    #expect(
      owned?.lines == [
        "\(log.path): replicaset/\(name) belongs to deployment/aspnetcore-deployment, which makes and scales it: choose that, "
          + "with --workload deployment/aspnetcore-deployment"
      ])
    let folder = try TemporaryFolder()
    let other = try folder.write(
      text.replacing(
        "\"kind\":\"Deployment\",\"name\":\"aspnetcore-deployment\",\"uid\"",
        with: "\"kind\":\"Shop\",\"name\":\"s\",\"uid\""),
      to: "other.jsonl")
    try importing(other, workload: "replicaset/\(name)") { _ in }
  }

  @Test(
    "what kubectl prints of a conforming controller never fails, and of one that does not conform never passes",
    arguments: KubectlText.Form.allCases, [true, false])
  func kubectl(form: KubectlText.Form, managedFields: Bool) throws {
    let conforming = Recordings.file("metrics-outage")
    let wrong = TestData.caseFile("uncertain-clock/k-5.jsonl.gz")

    let (fine, status) = try judge(TestData.text(of: conforming), form, managedFields: managedFields)
    let (judged, other) = try judge(TestData.text(of: wrong), form, managedFields: managedFields)

    #expect(fine == .passed || fine == .inconclusive)
    #expect(judged == .failed || judged == .inconclusive)
    #expect([status, other] == [.passed, .passed])
  }

  /// Imports a recording as kubectl would have printed it, and judges and explains it.
  private func judge(
    _ log: Data, _ form: KubectlText.Form, managedFields: Bool
  ) throws -> (judged: Harness.ExitStatus, explained: Harness.ExitStatus) {
    let folder = try TemporaryFolder()
    let output = folder.file()
    _ = try RecordingImport(
      watchLogs: try KubectlText.write(log, form, managedFields: managedFields, into: folder.path), output: output,
      workload: nil, autoscaler: nil, serverVersion: nil, version: ProgramVersion(commit: nil)
    ).execute()
    return (
      try Evaluation(recording: output, profile: nil, version: ProgramVersion(commit: nil)).execute(),
      try Explanation(recording: output).execute()
    )
  }

  @Test("a compressed log is the same recording as the unpacked one, and a damaged one is refused with the place")
  func compressed() throws {
    let packed = TestData.caseFile("uncertain-clock/u3.jsonl.gz")
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let plain = folder.appending(path: "u3.jsonl")
    try TestData.text(of: packed).write(to: plain)
    let cut = folder.appending(path: "cut.jsonl.gz")
    try Data(contentsOf: packed).prefix(4000).write(to: cut)

    var runs: [Timeline] = []
    var observations: [[Observation]] = []
    for log in [packed, plain] {
      try importing(log.path) { path in
        try runs.append(RecordingReader.timeline(path: path))
        try observations.append(RecordingReader.observations(path: path))
      }
    }
    let refusal = #expect(throws: HarnessError.self) { try importing(cut.path) }

    #expect(runs.map(\.run.name) == ["u3", "u3"])
    #expect(observations.first == observations.last)
    #expect(
      refusal?.lines == [
        "\(cut.path): the watch log cannot be read: its gzip data are cut short: they end at byte 4000 in the middle of "
          + "a member"
      ])
  }

  @Test(
    "a version that is none, or one whose rules are not known, is refused with what may be written",
    arguments: ["banana", "", "1", "1.", "1.22", "1.34banana", "2.34", "1.-34", "v1.34.x", "latest"])
  func version(text: String) throws {
    let refusal = #expect(throws: HarnessError.self) {
      try importing(Recordings.file("quota-blocked").path, version: text)
    }

    #expect(refusal?.status == .usage)
    #expect(refusal?.lines.first?.contains("write 1.23 or a later one, as in 1.34 or v1.34.2") ?? false)
  }

  @Test("a version is recorded as it was written", arguments: ["1.34", "v1.36.2", "v1.34.3+k3s1", "1.29.4-gke.100"])
  func knownVersion(text: String) throws {
    try importing(Recordings.file("quota-blocked").path, version: text) { recording in
      let timeline = try RecordingReader.timeline(path: recording)
      #expect(timeline.run.cluster?.serverVersion == text)
    }
  }

  @Test(
    "during: run is decided on an imported log: it goes from the lists at its head to its last line",
    arguments: [
      ("surge-and-rollout", "steadyReplicas: {during: run, count: \">= 3\"}", Verdict.pass),
      ("surge-and-rollout", "steadyReplicas: {during: run, of: ready, count: \">= 3\"}", .pass),
      ("surge-and-rollout", "steadyReplicas: {during: run, of: available, count: \"<= 10\"}", .pass),
      ("surge-and-rollout", "steadyReplicas: {during: run, count: \"<= 7\"}", .fail),
      ("surge-and-rollout", "steadyReplicas: {during: start, count: 3}", .pass),
      ("surge-and-rollout", "availabilityFloor: {during: run}", .pass),
      ("surge-and-rollout", "withinCorridor: {during: run}", .pass),
      ("no-behavior-surge-to-max", "steadyReplicas: {during: run, count: \"<= 10\"}", .pass),
      ("stuck-rollout-and-undo", "steadyReplicas: {during: run, count: 3}", .pass),
      ("stuck-rollout-and-undo", "steadyReplicas: {during: run, of: ready, count: \">= 2\"}", .pass),
      ("quota-blocked", "steadyReplicas: {during: run, of: ready, count: \"<= 5\"}", .pass),
    ])
  func duringRun(name: String, text: String, verdict: Verdict) throws {
    try importing(Recordings.file(name).path) { recording in
      let timeline = try RecordingReader.timeline(path: recording)
      let profile = try ProfileReader.read(
        text: timeline.run.profileText.replacing(
          "{name: obeys its own spec, hpaConformance: {}}", with: "{name: e, \(text)}"),
        source: "test.yaml")

      let judgement = try #require(Judge.judge(profile.expectations, on: timeline).first)

      #expect(judgement.verdict == verdict, "\(judgement.finding) \(judgement.reason ?? "")")
    }
  }

  @Test("what was out of order in a log stands in the facts of its recording")
  func disorder() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var lines = String(decoding: try Recordings.text("quota-blocked"), as: UTF8.self).split(separator: "\n")
    let deployments = lines.indices.filter { lines[$0].contains(#""resource":"deployments","type":"MODIFIED""#) }
    lines.swapAt(deployments[1], deployments[2])
    let swapped = folder.appending(path: "swapped.jsonl")
    try lines.joined(separator: "\n").write(to: swapped, atomically: true, encoding: .utf8)

    var runs: [Timeline] = []
    var observations: [[Observation]] = []
    for log in [Recordings.file("quota-blocked"), swapped] {
      try importing(log.path) { path in
        try runs.append(RecordingReader.timeline(path: path))
        try observations.append(RecordingReader.observations(path: path))
      }
    }

    #expect(observations.first == observations.last)
    #expect(runs.first?.run.environment["order of the log"] == nil)
    #expect(
      runs.last?.run.environment["order of the log"]?.contains("of deployments came out of order") ?? false,
      "\(runs.last?.run.environment ?? [:])")
  }

  @Test("another profile judges the times of the recording, and it is said where its own are others")
  func otherTimes() throws {
    try importing(Recordings.file("surge-and-rollout").path) { recording in
      let folder = URL(fileURLWithPath: recording).deletingLastPathComponent()
      let other = folder.appending(path: "other.yaml")
      // By its own plan the bound lies beyond the end, there are too few requests for p99, and its files are missing.
      try """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: other}
      target: {url: "http://imported.invalid"}
      cluster: {simulated: nowhere, workload: deployment/aspnetcore-deployment, hpa: aspnetcore-hpa}
      requests: [{name: none, path: /}]
      load:
        phases:
          - {name: start, for: 10s, rate: 1/s}
          - {name: calm-200rps, for: 20s, rate: 1/s}
          - {name: afterwards, for: 20s, rate: 1/s}
      expectations:
        - {name: late, scaleDown: {after: calm-200rps.start, notBefore: 285s}}
        - {name: fast, latency: {during: start, percentile: 99, below: 1s}}
        - {name: none, steadyReplicas: {during: afterwards, count: 3}}
      """.write(to: other, atomically: true, encoding: .utf8)

      _ = try Evaluation(
        recording: recording, profile: other.path, output: folder.path, version: ProgramVersion(commit: nil)
      ).execute()

      let summary = try String(contentsOf: folder.appending(path: "summary.md"), encoding: .utf8)
      #expect(summary.contains("first fell (8 to 4)"), "\(summary)")
      #expect(summary.contains("start lasts 59.8s in it, not 10s"), "\(summary)")
      #expect(summary.contains("it has no phase afterwards"), "\(summary)")
    }
  }
}
