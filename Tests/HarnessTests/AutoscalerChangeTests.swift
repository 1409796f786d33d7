import Foundation
import KubernetesObjects
import RunTimeline
import TestRecordings
import TestServers
import Testing
import Units

@testable import Expectations
@testable import Harness

/// What `explain --set` takes, and how near it comes to what a run with the other spec does.
@Suite("Explaining a recording with another spec")
struct AutoscalerChangeTests {
  private static let window = "manifests.hpa.spec.behavior.scaleDown.stabilizationWindowSeconds"

  @Test(
    "what is no field of the autoscaler's spec, or no value for it, is refused with what can be set",
    arguments: [
      ("load.seed=7", "takes fields of the autoscaler's spec, as manifests.hpa.spec.minReplicas"),
      ("manifests.deployment.spec.replicas=4", "takes fields of the autoscaler's spec"),
      ("manifests.hpa.metadata.name=x", "takes fields of the autoscaler's spec"),
      ("manifests.hpa.spec.scaleTargetRef.name=other", "leave scaleTargetRef as it is"),
      ("manifests.hpa/other.spec.minReplicas=4", "the autoscaler of the recording is named \"aspnetcore-hpa\""),
      ("manifests.hpa.spec.minReplica=4", "did you mean \"minReplicas\"?"),
      ("manifests.hpa.spec.minReplicas=four", "manifests.hpa.spec.minReplicas: "),
      ("manifests.hpa.spec.minReplicas=40", "must be greater than or equal to `minReplicas`"),
      ("manifests.hpa.spec.behavior.scaleDown.stabilizationWindowSeconds=-1", "must be greater than or equal to zero"),
      ("manifests.hpa.spec.maxReplicas", "there is no ="),
      (
        "manifests.hpa.spec.metrics=[{type: External, external: {metric: {name: q}, target: {type: Value, value: 1}}}]",
        "did not read external metric q"
      ),
    ])
  func refused(change: String, expected: String) throws {
    let folder = try TemporaryFolder()
    _ = try RecordingImport(
      watchLogs: [Recordings.file("quota-blocked").path], output: folder.file("run.sqlite"), workload: nil,
      autoscaler: nil, serverVersion: nil, version: ProgramVersion(commit: nil)
    ).execute()

    let problem = #expect(throws: HarnessError.self) {
      try Explanation(recording: folder.file("run.sqlite"), changes: [change]).execute()
    }

    #expect(problem?.status == .invalidInput)
    #expect(problem?.lines.count == 1)
    #expect(problem?.description.contains(expected) ?? false, "\(problem?.description ?? "nothing")")
  }

  private static let changes: [[String]] = [
    ["\(window)=60"], ["\(window)=0"], ["\(window)=900"], ["manifests.hpa.spec.minReplicas=5"],
    ["manifests.hpa.spec.behavior.scaleUp.policies=[{type: Pods, value: 1, periodSeconds: 30}]"],
    ["manifests.hpa.spec.behavior.scaleDown.policies=[{type: Pods, value: 1, periodSeconds: 60}]", "\(window)=30"],
    ["manifests.hpa.spec.behavior.scaleUp.stabilizationWindowSeconds=60"],
    ["manifests.hpa.spec.metrics[0].resource.target.averageUtilization=55"],
    ["manifests.hpa.spec.metrics[0].resource.target.averageUtilization=85", "\(window)=120"],
    ["manifests.hpa.spec.maxReplicas=4"],
  ]

  @Test("the bounds hold what a run with the other spec does, where the feedback is none", arguments: changes)
  func agrees(changes: [String]) throws {
    let folder = try TemporaryFolder()
    func run(_ changes: [String]) throws -> RunAnalysis {
      let path = try folder.write(Self.profile, to: "run.yaml")
      let loaded = try LoadedProfile(path: path, changes: changes)
      let run = try VirtualRun(loaded, version: ProgramVersion(commit: nil), environment: [:]).execute()
      return RunAnalysis(run.timeline)
    }
    let record = try #require(try run([]).scaling)
    let change = try AutoscalerChange(changes, recording: "run.sqlite")
    let spec = try HypotheticalSpec(of: record) { try change.spec(of: $0) }

    let replay = HypotheticalReplay(record, spec: spec)

    let wanted = try #require(try run(changes).timeline.cluster).wantedReplicas
    let entries = replay.entries.filter { $0.at > .zero && $0.at < record.timeline.lastInstant - .seconds(15) }
    #expect(replay.end == nil && entries.count > 50)
    let odd = entries.filter { entry in
      // Between this sync and the next.
      guard let actual = wanted.range(at: entry.at + .seconds(7)) else { return true }
      return actual.lowerBound < entry.lowest || actual.upperBound > entry.highest
    }
    #expect(
      odd.isEmpty,
      "\(odd.map { "\($0.at): \($0.lowest) to \($0.highest), but \(wanted.range(at: $0.at + .seconds(7)) ?? 0...0)" })")
    let exact = entries.count { $0.lowest == $0.highest }
    #expect(exact * 3 > entries.count, "\(exact) of \(entries.count) syncs have one count alone")
  }

  /// A surge that a few pods more or less serve alike.
  private static var profile: String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: surge}
      target: {url: http://api.example.com}
      cluster:
        simulated: {manifests: "\(root.appending(path: "Profiles/manifests/aspnetcore").path)", timeScale: 20}
        workload: deployment/aspnetcore-deployment
        hpa: aspnetcore-hpa
      requests: [{name: list, path: /}]
      load:
        arrivals: uniform
        phases:
          - {name: calm, for: 2m, rate: 200/s}
          - {name: surge, for: 4m, rate: 900/s}
          - {name: settle, for: 9m, rate: 300/s}
      """
  }
}
