import Calibration
import Expectations
import Foundation
import KubernetesObjects
import RunTimeline
import TestRecordings
import TestServers
import Testing
import Units

@testable import Harness

/// A recording is fitted, has to be reproduced, and only then answers what would be otherwise.
@Suite("Simulating from a recording")
struct CalibratedSessionTests {
  private static let version = ProgramVersion(commit: nil)

  /// Another nature than the default one, and a release without preStop whose requests fail.
  private static let natures: [[FittedParameter: Duration]] = [
    [
      .cpuPerRequest: .milliseconds(2), .serviceTime: .milliseconds(9), .imagePull: .seconds(8),
      .containerStart: .seconds(3), .metricsWindow: .seconds(30), .endpointDelay: .seconds(4),
    ],
    [
      .cpuPerRequest: .microseconds(2500), .serviceTime: .milliseconds(20), .imagePull: .seconds(20),
      .containerStart: .seconds(1), .metricsWindow: .seconds(15), .endpointDelay: .seconds(1),
    ],
    [
      .cpuPerRequest: .microseconds(1500), .serviceTime: .milliseconds(3), .imagePull: .seconds(1),
      .containerStart: .seconds(12), .metricsWindow: .seconds(60), .endpointDelay: .seconds(8),
    ],
  ]

  private static func profile(_ nature: [FittedParameter: Duration]) -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let workload = nature.map { "\($0.key.rawValue): \($0.value.text)" }.sorted().joined(separator: ", ")
    return """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: other}
      target: {url: http://api.example.com}
      cluster:
        simulated:
          manifests: "\(root.appending(path: "Profiles/manifests/aspnetcore").path)"
          timeScale: 20
          workload: {\(workload)}
        namespace: default
        workload: deployment/aspnetcore-deployment
        hpa: aspnetcore-hpa
      requests: [{name: list, path: /}]
      load:
        phases:
          - {name: calm, for: 4m, rate: 100/s}
          - {name: surge, for: 8m, rate: 450/s}
          - {name: settle, for: 12m, rate: 120/s}
      actions: [{name: release, at: surge + 5m, rollout: {setImage: {aspnetcore: "example.com/app:v2"}}}]
      """
  }

  private static let noPreStop = "manifests.deployment.spec.template.spec.containers[0].lifecycle=null"

  private func record(
    _ nature: [FittedParameter: Duration], changes: [String] = [], in folder: TemporaryFolder
  ) throws -> FinishedRun {
    let path = try folder.write(Self.profile(nature), to: "other.yaml")
    return try VirtualRun(LoadedProfile(path: path, changes: changes), version: Self.version, environment: [:])
      .execute()
  }

  private func session(_ folder: TemporaryFolder, changes: [String] = [], output: String) -> CalibratedSession {
    CalibratedSession(
      recording: folder.file("run.sqlite"), profile: nil, changes: changes, output: folder.file(output), quiet: true,
      version: Self.version)
  }

  private func rescales(_ run: RunAnalysis) -> [String] {
    (run.scaling?.changes ?? []).map { "\($0.from) -> \($0.to) at \($0.at.latest.text)" }
  }

  @Test("the nature of the cluster is found again from what was seen of it", arguments: natures)
  func foundAgain(nature: [FittedParameter: Duration]) throws {
    let folder = try TemporaryFolder()
    let model = FittedModel(RunAnalysis(try record(nature, changes: [Self.noPreStop], in: folder).timeline))

    for (parameter, truth) in nature {
      let value = try #require(model[parameter], "\(parameter): \(model.reasons[parameter] ?? "")")
      let tolerance = parameter == .endpointDelay ? max(truth / 4, .seconds(1)) : truth / 10 + .microseconds(20)
      #expect((value.value - truth).magnitude <= tolerance, "\(parameter): \(value), truly \(truth.text)")
      #expect(value.observations > 0)
    }
    #expect(model[.applicationStart]?.value == .zero)
  }

  @Test(
    "a recording reproduces itself, and tells what another spec comes to as the same cluster does", arguments: natures)
  func whatIf(nature: [FittedParameter: Duration]) throws {
    let folder = try TemporaryFolder()
    try record(nature, in: folder).write(to: folder.file("run.sqlite"))
    let changes = ["manifests.hpa.spec.minReplicas=4", "manifests.hpa.spec.maxReplicas=5"]

    #expect(try session(folder, output: "same").execute() == .passed)
    #expect(try session(folder, changes: changes, output: "other").execute() == .passed)

    let same = RunAnalysis(try RecordingAccess.timeline(folder.file("same/run.sqlite")))
    let other = RunAnalysis(try RecordingAccess.timeline(folder.file("other/run.sqlite")))
    let truth = RunAnalysis(try record(nature, changes: changes, in: folder).timeline)
    #expect(!rescales(same).isEmpty)
    #expect(rescales(other) != rescales(same))
    #expect(Reproduction(of: truth, by: other).problem == nil, "\(rescales(truth)) \(rescales(other))")
  }

  @Test(
    "a control plane whose rhythms lay otherwise beside the load is reproduced as well",
    arguments: [(4.0, 19.0), (8.5, 27.0), (12.0, 16.5)])
  func otherRhythms(lead: Double, firstMeasurement: Double) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.profile(Self.natures[0]), to: "other.yaml")
    let rhythm = VirtualRun.Rhythm(lead: .seconds(lead), firstMeasurement: .seconds(firstMeasurement))
    try VirtualRun(
      LoadedProfile(path: path, changes: []), version: Self.version, environment: [:], rhythm: rhythm
    ).execute().write(to: folder.file("run.sqlite"))

    #expect(try session(folder, output: "same").execute() == .passed)
  }

  @Test("what a change says of the cluster counts before what was fitted")
  func changedNature() throws {
    let folder = try TemporaryFolder()
    try record(Self.natures[0], in: folder).write(to: folder.file("run.sqlite"))
    let changes = ["cluster.simulated.workload.cpuPerRequest=3ms"]

    #expect(try session(folder, changes: changes, output: "other").execute() == .passed)

    let other = FittedModel(RunAnalysis(try RecordingAccess.timeline(folder.file("other/run.sqlite"))))
    let cost = try #require(other[.cpuPerRequest]?.value)
    #expect((cost - .milliseconds(3)).magnitude < .microseconds(100), "\(cost)")
  }

  @Test("nothing is predicted where the autoscaler did not do what its spec says, and the difference is named")
  func disobedient() throws {
    let folder = try TemporaryFolder()
    var run = try record(Self.natures[0], in: folder)
    for index in run.observations.indices where run.observations[index].resource == "horizontalpodautoscalers" {
      guard let object = run.observations[index].object else { continue }
      // Its status tells of the decisions of another target.
      let text = String(decoding: object, as: UTF8.self).replacing(
        #""averageUtilization":70"#, with: #""averageUtilization":45"#)
      run.observations[index].object = Data(text.utf8)
    }
    try run.write(to: folder.file("run.sqlite"))

    let problem = try #require(throws: HarnessError.self) { try session(folder, output: "none").execute() }

    #expect(problem.status == .refused)
    #expect(problem.lines.count == 1)
    #expect(problem.description.contains("the fitted model does not do what was recorded: "), "\(problem)")
    #expect(problem.description.contains("by the model"), "\(problem)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("none/run.sqlite")))
  }

  @Test("a recording without load, or of several workloads, is refused with what is missing")
  func withoutLoad() throws {
    let folder = try TemporaryFolder()
    _ = try RecordingImport(
      watchLogs: [Recordings.file("surge-and-rollout").path], output: folder.file("run.sqlite"), workload: nil,
      autoscaler: nil, serverVersion: nil, version: Self.version
    ).execute()

    let problem = try #require(throws: HarnessError.self) { try session(folder, output: "none").execute() }

    #expect(problem.status == .refused)
    #expect(problem.description.contains("no load was recorded"), "\(problem)")
  }
}

extension Duration {
  fileprivate var magnitude: Duration { self < .zero ? .zero - self : self }
}
