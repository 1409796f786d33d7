import Expectations
import Foundation
import RunTimeline
import TestRecordings
import Testing

@testable import Reporting

/// `Reports/report.schema.json` and the reports, held against each other key by key.
@Suite("The schema of report.json")
struct ReportSchemaTests {
  private let schema: SchemaComparison

  init() throws {
    schema = try SchemaComparison(of: Data(contentsOf: Self.file("report.schema.json")))
  }

  private static func file(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Reports/\(name)")
  }

  /// Reports of runs of every kind: they have every member between them.
  private static func reports() throws -> [(name: String, text: String)] {
    var strained = StrainedRun.timeline()
    // Intervals that lie in two phases.
    strained.phases[0].end = .milliseconds(9_500)
    strained.phases[1].start = .milliseconds(9_500)
    let recorded = try ["metrics-outage", "release-overtaken-by-undo", "stuck-rollout-and-undo"].map {
      ($0, JSONReport.render(try Recordings.timeline($0), []))
    }
    let deleted = try Recordings.timeline(
      "workload-deleted-and-recreated",
      phases: [("start", 0), ("deployment-deleted", 105.239), ("deployment-recreated", 178.6049)])
    let log = try Recordings.log("surge-and-rollout")
    let blind = Observation(
      sent: .seconds(200), received: .seconds(200), resource: "pods", kind: .gap, message: "401: token expired")
    let lost = Timeline(
      run: try Recordings.surgeAndRollout().run,
      observations: log.observations.filter { $0.received < .seconds(200) } + [blind])
    var faulty = SmallRun.timeline()
    faulty.faults = FaultReportTests.faults
    return [
      ("lost sight", JSONReport.render(lost, [])),
      ("small", JSONReport.render(SmallRun.timeline(), SmallRun.judgements)),
      ("inferring", JSONReport.render(SmallRun.timeline(), SmallRun.inferring)),
      ("with faults", JSONReport.render(faulty, [])),
      ("killed", JSONReport.render(SmallRun.timeline(endedAt: nil, endReason: nil), [])),
      ("demonstration", JSONReport.render(try DemoStory.timeline(), DemoStory.judgements)),
      ("strained", JSONReport.render(strained, [])), ("several", JSONReport.render(try TwoWorkloads.timeline(), [])),
      (
        "several, deleted",
        JSONReport.render(try TwoWorkloads.timeline("workload-deleted-and-recreated", further: [blind]), [])
      ),
      ("deleted", JSONReport.render(deleted, [])),
      ("example", try String(contentsOf: file("example/report.json"), encoding: .utf8)),
    ] + recorded
  }

  @Test("every member of a report is documented with its type, and every documented one is in a report")
  func membersAreDocumented() throws {
    var comparison = schema
    for (name, text) in try Self.reports() {
      let report = try JSONSerialization.jsonObject(with: Data(text.utf8))
      let problems = comparison.problems(of: report)
      #expect(problems.isEmpty, "\(name): \(problems.prefix(5))")
    }
    #expect(comparison.members.subtracting(comparison.seen).sorted() == [])
    #expect(comparison.undescribed.sorted() == [])
  }

  @Test("a member that is not documented, one that is missing and one of another type are noticed, wherever they are")
  func noticed() throws {
    let text = JSONReport.render(try DemoStory.timeline(), DemoStory.judgements)
    let changes = [
      ("\"headline\": ", "\"headlines\": "), ("\"toolVersion\": ", "\"tool\": "),
      ("\"restarts\":0", "\"restarts\":\"0\""),
      ("\"boundBy\":\"", "\"boundBy\":\"un"), ("\"offered\",\"sent\"", "\"sent\",\"offered\""),
      ("\"created\":[", "\"created\":[0,"), ("\"timeScale\": 1", "\"timeScale\": null"), ("\"p999\":", "\"p9999\":"),
    ]
    for (original, changed) in changes {
      let other = text.replacing(original, with: changed, maxReplacements: 1)
      try #require(other != text, "\(original)")
      var comparison = schema
      let problems = comparison.problems(of: try JSONSerialization.jsonObject(with: Data(other.utf8)))
      #expect(!problems.isEmpty, "\(original)")
    }
  }

  @Test("the words that say what bound a decision are those that are documented")
  func wordsOfDecisions() throws {
    #expect(try #require(schema.words(of: "/decisions[]/boundBy")) == DecisionMark.Row.allCases.map(\.rawValue))
  }

  @Test("the words for causes of failed requests, and for what contradicts them, are those that are documented")
  func wordsOfCauses() throws {
    let triggers = Trigger.allCases.map(\.rawValue)
    #expect(schema.words(of: "/attribution/causes[]") == triggers)
    #expect(schema.words(of: "/attribution/triggers[]/trigger") == triggers)
    #expect(
      schema.words(of: "/attribution/triggers[]/contradiction") == TriggerContradiction.allCases.map(\.rawValue))
  }
}

/// Walks a report along its schema: the part of JSON Schema that this schema uses.
private struct SchemaComparison {
  private let root: [String: Any]
  /// Paths of all documented members, and of those that the reports had.
  let members: Set<String>
  private(set) var seen: Set<String> = []
  /// Paths without a description.
  let undescribed: [String]

  init(of data: Data) throws {
    root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    var members: Set<String> = []
    var undescribed: [String] = []
    Self.collect(root, root, "", &members, &undescribed)
    self.members = members
    self.undescribed = undescribed
  }

  private static func resolved(_ schema: [String: Any], _ root: [String: Any]) -> [[String: Any]] {
    if let reference = schema["$ref"] as? String {
      let path = reference.split(separator: "/").dropFirst().map(String.init)
      let found = path.reduce(root) { $0[$1] as? [String: Any] ?? [:] }
      return found.isEmpty ? [] : resolved(found, root)
    }
    for key in ["allOf", "anyOf"] {
      if let parts = schema[key] as? [[String: Any]] { return parts.flatMap { resolved($0, root) } }
    }
    return [schema]
  }

  private static func collect(
    _ schema: [String: Any], _ root: [String: Any], _ path: String, _ members: inout Set<String>,
    _ undescribed: inout [String]
  ) {
    if schema["description"] as? String ?? "" == "" { undescribed.append(path) }
    for form in resolved(schema, root) {
      for (key, member) in form["properties"] as? [String: [String: Any]] ?? [:] {
        members.insert("\(path)/\(key)")
        collect(member, root, "\(path)/\(key)", &members, &undescribed)
      }
      if let item = form["items"] as? [String: Any] { collect(item, root, path + "[]", &members, &undescribed) }
      for (index, item) in (form["items"] as? [[String: Any]] ?? []).enumerated() {
        collect(item, root, "\(path)[\(index)]", &members, &undescribed)
      }
    }
  }

  mutating func problems(of report: Any) -> [String] { problems(report, root, "") }

  private mutating func problems(_ value: Any, _ schema: [String: Any], _ path: String) -> [String] {
    let forms = Self.resolved(schema, root)
    let fitting = forms.filter { Self.has(value, type: $0) }
    guard let form = fitting.first else { return ["\(path): \(value) is of another type"] }
    if let constant = form["const"], !Self.isSame(constant, value) { return ["\(path): is not \(constant)"] }
    if let words = form["enum"] as? [Any], !words.contains(where: { Self.isSame($0, value) }) {
      return ["\(path): \(value) is none of \(words)"]
    }
    var problems: [String] = []
    if let object = value as? [String: Any] {
      let properties = form["properties"] as? [String: [String: Any]] ?? [:]
      for key in form["required"] as? [String] ?? [] where object[key] == nil { problems.append("\(path): no \(key)") }
      for (key, member) in object {
        if let property = properties[key] {
          seen.insert("\(path)/\(key)")
          problems += self.problems(member, property, "\(path)/\(key)")
        } else if let other = form["additionalProperties"] as? [String: Any] {
          problems += self.problems(member, other, "\(path)/*")
        } else {
          problems.append("\(path)/\(key) is not documented")
        }
      }
    } else if let list = value as? [Any] {
      if let places = form["items"] as? [[String: Any]] {
        guard places.count == list.count else { return ["\(path): \(list.count) values in place of \(places.count)"] }
        for (index, (value, place)) in zip(list, places).enumerated() {
          problems += self.problems(value, place, "\(path)[\(index)]")
        }
      } else if let item = form["items"] as? [String: Any] {
        for value in list { problems += self.problems(value, item, path + "[]") }
      }
    }
    return problems
  }

  /// Of words, lists of them, and null.
  private static func isSame(_ one: Any, _ other: Any) -> Bool {
    if let one = one as? [String] { return one == other as? [String] }
    return one is NSNull ? other is NSNull : one is String && one as? String == other as? String
  }

  private static func has(_ value: Any, type form: [String: Any]) -> Bool {
    guard let types = (form["type"] as? String).map({ [$0] }) ?? form["type"] as? [String] else { return true }
    return types.contains { type in
      switch type {
      case "null": value is NSNull
      case "string": value is String
      case "boolean": (value as? NSNumber).map { "\($0)" == "0" || "\($0)" == "1" } ?? false
      case "integer": (value as? NSNumber).map { $0.doubleValue == $0.doubleValue.rounded() } ?? false
      case "number": value is NSNumber
      case "array": value is [Any]
      case "object": value is [String: Any]
      default: false
      }
    }
  }

  /// The words that a member may have.
  func words(of path: String) -> [String]? {
    var schema = root
    for part in path.split(separator: "/") {
      let key = String(part.replacing("[]", with: ""))
      guard let member = (schema["properties"] as? [String: [String: Any]])?[key] else { return nil }
      schema = part.hasSuffix("[]") ? member["items"] as? [String: Any] ?? [:] : member
    }
    return (schema["enum"] as? [Any])?.compactMap { $0 as? String }
  }
}
