import Arrivals
import Expectations
import Foundation
import KubernetesObjects
import RunTimeline
import TestRecordings
import Testing
import Units

/// Recordings whose numbers somebody changed: whatever stands in them, they are judged and explained, and nothing traps.
@Suite("Damaged recordings", .timeLimit(.minutes(15)))
struct DamagedRecordingTests {
  private static let numbers: [JSONValue] = [
    .integer(.max), .integer(.min), .integer(0), .integer(-1), .integer(Int64(Int32.max)), .integer(Int64(Int32.min)),
    .integer(1 << 62), .number(1e19), .number(-1e308),
  ]

  @Test("Numbers of objects may be any, at one place or at all of its kind", arguments: 1...24)
  func anyNumber(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    var lines = try TestData.text(of: TestData.caseFile("uncertain-clock/u3.jsonl.gz")).split(separator: 0x0A).map {
      try JSONValue(json: Data($0))
    }
    for _ in 0..<Int.random(in: 1...3, using: &random) { try damage(&lines, &random) }
    let text = try lines.map { try $0.json() }.reduce(into: Data()) { $0 += $1 + [0x0A] }
    let timeline = Recordings.timeline("damaged", log: try WatchLog(text))

    let conformance = try judge("{name: e, hpaConformance: {}}", on: timeline)
    let corridor = try judge("{name: e, withinCorridor: {}}", on: timeline)
    _ = try judge("{name: e, steadyReplicas: {during: run, count: 3}}", on: timeline)

    #expect(!conformance.finding.isEmpty && !corridor.finding.isEmpty)
    for entry in RunAnalysis(timeline).replay?.entries ?? [] { #expect(!entry.reading.isEmpty) }
  }

  /// Puts an impossible number into one line, or into the same field of all lines of its resource.
  private func damage(_ lines: inout [JSONValue], _ random: inout SplitMix64) throws {
    let resources = ["deployments", "horizontalpodautoscalers", "pods"]
    let candidates = lines.indices.filter { resources.contains(lines[$0]["resource"]?.string ?? "") }
    let index = try #require(candidates.randomElement(using: &random))
    let paths = numberPaths(in: lines[index]["object"] ?? .null)
    guard let path = paths.randomElement(using: &random), let number = Self.numbers.randomElement(using: &random) else {
      return
    }
    let isEverywhere = Bool.random(using: &random)
    for line in lines.indices where line == index || isEverywhere && lines[line]["resource"] == lines[index]["resource"]
    {
      guard let object = lines[line]["object"] else { continue }
      lines[line]["object"] = replacing(path[...], by: number, in: object)
    }
  }

  private enum Step: Hashable {
    case key(String)
    case index(Int)
  }

  private func numberPaths(in value: JSONValue) -> [[Step]] {
    switch value {
    case .integer, .number: [[]]
    case .object(let members):
      members.sorted { $0.key < $1.key }.flatMap { key, value in numberPaths(in: value).map { [.key(key)] + $0 } }
    case .array(let elements):
      elements.enumerated().flatMap { index, value in numberPaths(in: value).map { [.index(index)] + $0 } }
    default: []
    }
  }

  private func replacing(_ path: ArraySlice<Step>, by number: JSONValue, in value: JSONValue) -> JSONValue {
    guard let step = path.first else { return number }
    switch (step, value) {
    case (.key(let key), .object(var members)):
      members[key] = members[key].map { replacing(path.dropFirst(), by: number, in: $0) }
      return .object(members)
    case (.index(let index), .array(var elements)) where elements.indices.contains(index):
      elements[index] = replacing(path.dropFirst(), by: number, in: elements[index])
      return .array(elements)
    default: return value
    }
  }
}
