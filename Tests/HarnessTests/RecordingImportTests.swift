import Foundation
import Harness
import Testing

@Suite("Import of watch logs", .serialized)
struct RecordingImportTests {
  private static let logs = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Resources/recordings").standardizedFileURL

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
    try importing(Self.logs.appending(path: "\(name).jsonl").path) { recording in
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
    let good = Self.logs.appending(path: "quota-blocked.jsonl").path

    let broken = #expect(throws: HarnessError.self) { try importing(bad.path) }
    let missing = #expect(throws: HarnessError.self) { try importing(good, workload: "deployment/web") }

    #expect(broken?.lines == ["\(bad.path):2: not JSON: a value is cut short at byte 0"])
    #expect(
      missing?.lines == [
        "\(good): there is no Deployment \"web\" in the watch log; it shows aspnetcore-deployment"
      ])
  }
}
