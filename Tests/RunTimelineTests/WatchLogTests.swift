import Foundation
import KubernetesObjects
import RunTimeline
import TestRecordings
import Testing

@Suite("A watch log becomes observations")
struct WatchLogTests {
  private let start = #"{"t":0,"resource":"","type":"START","wall":1795456622.069768}"#

  private func log(_ lines: String...) throws -> WatchLog {
    try WatchLog(Data(([start] + lines).joined(separator: "\n").utf8))
  }

  @Test("A list becomes its objects and the list itself, with the same times")
  func list() throws {
    let log = try log(
      #"{"t":0.5,"resource":"pods","type":"LIST","object":{"metadata":{"resourceVersion":"7"},"items":["#
        + #"{"metadata":{"name":"a","uid":"1","resourceVersion":"5"}},{"metadata":{"name":"b","uid":"2"}}]}}"#)
    #expect(log.startedAt.microseconds == 1_795_456_622_069_768)
    #expect(log.observations.map(\.kind) == [.listed, .listed, .list])
    #expect(log.observations.map(\.name) == ["a", "b", nil])
    #expect(log.observations.map(\.uid) == ["1", "2", nil])
    #expect(log.observations.map(\.resourceVersion) == ["5", nil, "7"])
    #expect(log.observations.allSatisfy { $0.sent == .zero && $0.received == .milliseconds(500) })
  }

  @Test("Watch events, bookmarks, broken watches, polls and marks keep their meaning")
  func kinds() throws {
    let log = try log(
      #"{"t":1,"resource":"pods","type":"LIST","object":{"items":null}}"#,
      #"{"t":2,"resource":"pods","type":"ADDED","object":{"metadata":{"name":"a","uid":"1"}}}"#,
      #"{"t":3,"resource":"pods","type":"MODIFIED","object":{"metadata":{"name":"a","uid":"1"}}}"#,
      #"{"t":4,"resource":"pods","type":"DELETED","object":{"metadata":{"name":"a","uid":"1"}}}"#,
      #"{"t":5,"resource":"pods","type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}"#,
      #"{"t":6,"resource":"pods","type":"ERROR","object":{"message":"too old resource version"}}"#,
      #"{"t":7,"resource":"pods","type":"CLOSED"}"#,
      #"{"t":8,"resource":"podmetrics","type":"POLL","object":{"items":[]}}"#,
      #"{"t":9.25,"resource":"","type":"MARK","object":{"name":"surge"}}"#)
    #expect(
      log.observations.map(\.kind) == [.list, .added, .modified, .deleted, .bookmark, .gap, .gap, .list])
    #expect(log.observations[1].sent == .seconds(1))
    #expect(log.observations[5].message == "too old resource version")
    #expect(log.marks == log.marks.filter { $0.name == "surge" && $0.at == .milliseconds(9_250) })
    #expect(log.marks.count == 1)
    #expect(log.end == .milliseconds(9_250))
  }

  @Test(
    "What is wrong is told with its line",
    arguments: [
      (#"{"t":1,"resource":"pods","type":"LIST","object":{"items":[}}"#, "line 2: not JSON"),
      (#"{"t":1,"resource":"pods","type":"RENAMED","object":{}}"#, "line 2: \"RENAMED\" is no type of line"),
      (#"{"t":-1,"resource":"pods","type":"ADDED","object":{}}"#, "line 2: \"t\" must be a number"),
      (#"{"t":1,"resource":"","type":"ADDED","object":{}}"#, "line 2: \"resource\" must name"),
      (#"{"t":1,"resource":"pods","type":"ADDED"}"#, "line 2: \"object\" is missing"),
      (#"{"t":1,"resource":"","type":"MARK","object":{}}"#, "line 2: MARK needs"),
      (#"{"t":0,"resource":"","type":"START","wall":1}"#, "line 2: a second START"),
      (#"{"t":1}"#, "line 2: \"type\" is missing"),
      (#"{"t":1,"type":"ADDED"#, "line 2: not JSON"),
    ])
  func problems(line: String, expected: String) throws {
    let error = #expect(throws: WatchLogError.self) { try log(line) }
    #expect(error?.description.hasPrefix(expected) ?? false, "\(error?.description ?? "")")
  }

  @Test("A log that does not begin with START, or is empty, is refused")
  func noStart() {
    let line = #"{"t":1,"resource":"pods","type":"ADDED","object":{}}"#
    let error = #expect(throws: WatchLogError.self) { try WatchLog(Data(line.utf8)) }
    #expect(error?.description == "line 1: ADDED comes before START, which must be the first line but for marks")
    #expect(throws: WatchLogError.self) { try WatchLog(Data()) }
  }
}

@Suite("An object is kept without what repeats it")
struct ObjectTextTests {
  @Test("Field lists and applied manifests go, everything else stays as it was written")
  func stripped() throws {
    let object =
      #"{"a":[1,2.50,{"b":"\"}"}],"metadata":{"name":"x","managedFields":[{"manager":"m","operation":"Update","#
      + #""time":"2026-11-23T18:00:02Z","fieldsType":"FieldsV1","fieldsV1":{"f:x":{}},"subresource":"status"}],"#
      + #""annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"password\":1}","k":"v"}},"z":null}"#
    let text = String(decoding: try ObjectText.stripped(Data(object.utf8)), as: UTF8.self)
    #expect(
      text == #"{"a":[1,2.50,{"b":"\"}"}],"metadata":{"name":"x","managedFields":[{"manager":"m","operation":"Update","#
        + #""time":"2026-11-23T18:00:02Z","subresource":"status"}],"annotations":{"k":"v"}},"z":null}"#)
  }

  @Test("Every object of the recordings means the same afterwards, and no field list is left")
  func recorded() throws {
    for name in ["surge-and-rollout", "stuck-rollout-and-undo", "quota-blocked"] {
      for observation in try Recordings.log(name).observations {
        guard let object = observation.object else { continue }
        let value = try JSONValue(json: object)
        #expect(value["metadata", "name"]?.string == observation.name)
        #expect(!String(decoding: object, as: UTF8.self).contains("fieldsV1"))
        #expect(!String(decoding: object, as: UTF8.self).contains("last-applied-configuration"))
        #expect(try ObjectText.stripped(object) == object)
      }
    }
  }

  @Test("What is no object is refused", arguments: ["", "[1]", "{", #"{"a"}"#, #"{"a":}"#, #"{"a":1}x"#])
  func refused(text: String) {
    #expect(throws: JSONTextError.self) { try ObjectText.stripped(Data(text.utf8)) }
  }
}
