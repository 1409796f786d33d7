import Foundation
import Harness
import RunRecording
import RunTimeline
import TestRecordings
import Testing

@Suite("Import of watch logs", .serialized)
struct RecordingImportTests {
  private func importing(
    _ log: String, workload: String? = nil, autoscaler: String? = nil, then body: (String) throws -> Void = { _ in }
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let output = folder + "/run.sqlite"
    _ = try RecordingImport(
      watchLog: log, output: output, workload: workload, autoscaler: autoscaler, serverVersion: nil
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
      let judged = try Evaluation(recording: recording, profile: nil).execute()
      let explained = try Explanation(recording: recording).execute()
      #expect(judged == .passed)
      #expect(explained == .passed)
    }
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
        "\(good): there is no Deployment \"web\" in the watch log; it shows aspnetcore-deployment"
      ])
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
    for log in [packed, plain] {
      try importing(log.path) { try runs.append(RecordingReader.timeline(path: $0)) }
    }
    let refusal = #expect(throws: HarnessError.self) { try importing(cut.path) }

    #expect(runs.map(\.run.name) == ["u3", "u3"])
    #expect(runs.first?.observations == runs.last?.observations)
    #expect(
      refusal?.lines == [
        "\(cut.path): the watch log cannot be read: its gzip data are cut short: they end at byte 4000 in the middle of "
          + "a member"
      ])
  }
}
