import Foundation
import TestRecordings
import Testing

@testable import KubernetesObjects

@Suite("An object that is left as the server wrote it")
struct RawObjectTests {
  /// What `JSONDecoder` makes of a text; `nil` where it takes none, or no object.
  private static func decoded(_ text: [UInt8]) -> JSONValue? {
    let value = try? JSONDecoder().decode(JSONValue.self, from: Data(text))
    return value?.object == nil ? nil : value
  }

  /// Into which members an observer looks, besides the first ones.
  private static let looked: Set = ["a", "b", "object", "items", "metadata", "involvedObject", "labels"]

  /// Whether an object tells of itself what a value does, member by member.
  private static func agrees(_ raw: RawObject, _ value: JSONValue) -> Bool {
    guard let members = value.object else { return false }
    // Nobody looks for keys that have to be escaped, as some of managed fields.
    for (key, member) in members where key.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
      let inner = raw.object(key)
      guard raw.has(key), raw.string(key) == member.string, (inner == nil) == (member.object == nil) else {
        return false
      }
      guard looked.contains(key) else { continue }
      if let inner, !agrees(inner, member) { return false }
      guard let elements = member.array, elements.allSatisfy({ $0.object != nil }) else { continue }
      guard let list = try? raw.objects(key), list.count == elements.count,
        zip(list, elements).allSatisfy({ agrees($0, $1) })
      else { return false }
    }
    return raw.strings == members.compactMapValues(\.string)
      && raw.name == value["metadata", "name"]?.string && raw.uid == value["metadata", "uid"]?.string
      && raw.resourceVersion == value["metadata", "resourceVersion"]?.string
  }

  /// - Returns: whether the text was taken.
  @discardableResult
  private func check(_ text: [UInt8], _ note: @autoclosure () -> String) -> Bool {
    let (raw, value) = (try? RawObject(text), Self.decoded(text))
    guard let raw, let value else {
      #expect(raw == nil && value == nil, "\(note()): \(String(decoding: text.prefix(500), as: UTF8.self))")
      return false
    }
    let isSame = Self.agrees(raw, value)
    #expect(isSame, "\(note()): \(String(decoding: text.prefix(500), as: UTF8.self))")
    return true
  }

  @Test(
    "says what a decoder finds in it, and is refused where that refuses it",
    arguments: [
      "{}", " {\t} \r\n", #"{"a": 1, "b": [true, false, null, "x"], "c": {"d": {}}}"#, "[]", "1", #""a""#, "", "{", "}",
      #"{"a" 1}"#, #"{"a": 1,}"#, #"{,"a": 1}"#, #"{"a": [1,]}"#, #"{"a": [1 2]}"#, #"{1: 2}"#, #"{"a"}"#, #"{"a":}"#,
      #"{"a": nul}"#, #"{"a": truex}"#, #"{"a": "#, #"{"a"#, #"{"a": "b"#, #"{} {}"#, #"{}}"#, #"{"a": [}"#,
      #"{"a": ]}"#,
      #"{"a": [{]}}"#, "<html></html>", "{\"a\": \"b\nc\"}", "{\"a\": \"b\u{7f}\u{0}\"}", #"{"a": "é日本語 😀"}"#,
      #"{"a": "\u00e9\ud83d\ude00\n\t\/\\\"\b\f\r"}"#, #"{"a": "\ud83d"}"#, #"{"a": "\ude00"}"#, #"{"a": "\ud83dx"}"#,
      #"{"a": "\u12"}"#, #"{"a": "\x"}"#, #"{"a": "\"#, #"{"a": "\u0000"}"#, #"{"\u0061": 1}"#,
      #"{"\u0061": {"b": "c"}}"#,
      #"{"k:{\"type\":\"Ready\"}": {"\\": "b"}, "a\/b": "c"}"#, #"{"a": "b", "a": "c"}"#, #"{"a": 1, "a": "c"}"#,
      #"{"a": {"b": 1}, "a": {"b": "c"}}"#, #"{"metadata": null, "metadata": {"name": "x"}}"#, #"{"": ""}"#,
      #"{"metadata": {"name": "a", "uid": 1, "resourceVersion": null}}"#, "\u{feff}{}",
    ])
  func table(text: String) throws {
    guard check(Array(text.utf8), text) else { return }
    #expect(try RawObject(Array(text.utf8)).decoded() == JSONValue(json: Data(text.utf8)))
  }

  @Test(
    "has the numbers that a decoder takes",
    arguments: [
      "-0", "-1", "0", "01", "-", "--1", "1.5", "1e3", "3.0", "1E-2", ".5", "1.", "1.e1", "1e", "+1", "0.1", "00.1",
      "-0.0",
      "1-2", "0x1", "1e400", "1e-400", "123456789012345678", "9223372036854775807", "9223372036854775808", "NaN",
      "-9223372036854775808", "1.234567890123456789", "0.0000000000000000000000001", "123456789012345678901234567890",
    ])
  func numbers(text: String) {
    check(Array(#"{"a": \#(text)}"#.utf8), text)
    check(Array(#"{"a": [\#(text)]}"#.utf8), text)
  }

  @Test(
    "is refused, or read by a decoder, where it is deeper than any object",
    arguments: [62, 63, 64, 65, 100, 400, 100_000])
  func deep(levels: Int) {
    for (opening, closing) in [(#"{"a":"#, "}"), ("[", "]")] {
      let text =
        #"{"a":"# + String(repeating: opening, count: levels) + "1" + String(repeating: closing, count: levels) + "}"
      check(Array(text.utf8), "\(levels) levels")
      check(Array(text.utf8.dropLast(levels)), "\(levels) levels, cut short")
    }
  }

  /// Texts of a real control plane, each once: watch events and lists.
  private static func lines(_ name: String) throws -> [[UInt8]] {
    try Recordings.text(name).split(separator: UInt8(ascii: "\n")).map { Array($0) }
  }

  @Test("says of what a real control plane wrote what a decoder finds in it", arguments: Recordings.all)
  func recordings(name: String) throws {
    for (number, line) in try Self.lines(name).enumerated() {
      #expect(check(line, "line \(number + 1)"))
      #expect(PlainJSON.isPlain(line), "line \(number + 1) would be read by a decoder")
    }
  }

  /// A small generator, equal for equal seeds.
  private struct Draw {
    var state: UInt64
    mutating func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }

  private static let marks = Array("{}[]\",:\\u0019-.eEtfn \u{1}é".utf8)

  private static func damaged(_ text: [UInt8], _ draw: inout Draw) -> [UInt8] {
    var text = text
    for _ in 0...draw.below(3) where !text.isEmpty {
      let place = draw.below(text.count)
      switch draw.below(6) {
      case 0: text[place] = UInt8(draw.below(256))
      case 1: text[place] = marks[draw.below(marks.count)]
      case 2: text.remove(at: place)
      case 3: text.insert(marks[draw.below(marks.count)], at: place)
      case 4: text.removeSubrange(place...)
      default:
        let part = text[place..<min(place + draw.below(60), text.count)]
        text.insert(contentsOf: part, at: draw.below(text.count))
      }
    }
    return text
  }

  /// Ten thousand in all.
  @Test("is taken or refused as by a decoder however it was damaged", arguments: 1...20 as ClosedRange<UInt64>)
  func mutations(seed: UInt64) throws {
    let lines = try Self.lines("quota-blocked").filter { $0.count < 2500 }
    let small = Array(
      #"{"type":"ADDED","object":{"metadata":{"name":"web-é","uid":"1\u00e9","n":[1,-2,3.25,1e9]},"x":[true,null,{}]}}"#
        .utf8)
    var draw = Draw(state: seed)
    var taken = 0
    for number in 0..<500 {
      let whole = number.isMultiple(of: 2) ? small : lines[draw.below(lines.count)]
      if check(Self.damaged(whole, &draw), "seed \(seed), number \(number)") { taken += 1 }
    }
    // Damage that leaves no JSON at all would show little.
    #expect(taken > 25)
  }
}
