import Foundation
import KubernetesObjects
import RunTimeline
import Testing

/// The recordings of a real control plane that the tests read.
enum Recordings {
  /// `Tests/Resources/recordings`, or `recordings` in the folder that `SCALEPROOF_TEST_DATA` names.
  static var folder: URL {
    if let data = ProcessInfo.processInfo.environment["SCALEPROOF_TEST_DATA"] {
      return URL(fileURLWithPath: data).appendingPathComponent("recordings")
    }
    return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Resources/recordings")
  }

  static func log(_ name: String) throws -> WatchLog {
    try WatchLog(Data(contentsOf: folder.appendingPathComponent("\(name).jsonl")))
  }

  /// Observer and control plane ran on one machine, so that their clocks agree.
  static func timeline(_ name: String) throws -> Timeline {
    let log = try log(name)
    let cluster = ClusterDescription(
      context: "recorded", namespace: "production", deployment: "aspnetcore-deployment", autoscaler: "aspnetcore-hpa")
    let run = RunDescription(
      name: name, toolVersion: "test", profileText: "", startedAt: log.startedAt, endedAt: log.end,
      endReason: .completed, cluster: cluster)
    return Timeline(
      run: run, observations: log.observations, clock: ServerClock(runStart: log.startedAt, offset: .zero ... .zero))
  }

  static func history(_ name: String) throws -> ClusterHistory {
    try #require(try timeline(name).cluster)
  }
}

/// The values that a count certainly had, one after another, each with when it certainly had it.
func certainValues(_ envelope: CountEnvelope) -> [(value: Int, by: Duration)] {
  var values: [(value: Int, by: Duration)] = []
  for segment in envelope.segments {
    guard let range = segment.range, range.count == 1, range.lowerBound != values.last?.value else { continue }
    values.append((range.lowerBound, segment.start))
  }
  return values
}
