package import Foundation

/// A JSON object as a server wrote it, of which only that is read which somebody asks for.
///
/// What is observed of a large workload is megabytes a second, of which a verdict needs a few members and the text. To make
/// values of all of it, and a text of those again, took a hundred times as long. All that is asked for is what
/// `JSONDecoder` finds in the same text: the first of members with the same key.
package struct RawObject: Sendable {
  private let text: JSONText
  private let range: Range<Int>

  private init(_ text: JSONText, _ range: Range<Int>) {
    self.text = text
    self.range = range
  }

  /// Reads the text of an object, however it is written.
  ///
  /// - Throws: the decoder's error where it is no JSON, or none that `JSONDecoder` takes; ``JSONTextError`` where it is not an
  ///   object.
  package init(_ bytes: [UInt8]) throws {
    try self.init(
      wholeText: PlainJSON.isPlain(bytes)
        ? JSONText(bytes) : JSONText(try JSONValue(json: Data(bytes)).json()))
  }

  /// - Throws: as ``JSONValue/json()``, and ``JSONTextError`` where the value is no object.
  package init(_ value: JSONValue) throws { try self.init(wholeText: JSONText(try value.json())) }

  private init(wholeText text: JSONText) throws {
    let range = try text.root()
    guard text.isObject(range) else { throw JSONTextError(offset: range.lowerBound, reason: "an object is missing") }
    self.init(text, range)
  }

  /// As it was written.
  package var data: Data { Data(text.bytes[range]) }

  package func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(Value.self, from: data)
  }

  /// A member that is an object; `nil` where there is none.
  package func object(_ key: String) -> RawObject? {
    guard let value = value(key), text.isObject(value) else { return nil }
    return RawObject(text, value)
  }

  /// A member that is a text; `nil` where there is none.
  package func string(_ key: String) -> String? { value(key).flatMap(text.string) }

  package func has(_ key: String) -> Bool { value(key) != nil }

  /// All members that are texts.
  package var strings: [String: String] {
    var strings: [String: String?] = [:]
    // The text was looked through before, so that it can be taken apart.
    try? text.forEachMember(in: range) { (key, value) in
      let key = text.string(key.lowerBound - 1..<key.upperBound + 1) ?? ""
      if strings[key] == nil { strings[key] = .some(text.string(value)) }
    }
    return strings.compactMapValues(\.self)
  }

  /// The objects of a list; none where it is `null` or missing.
  ///
  /// - Throws: ``JSONTextError`` where it is something else, or something else is in it.
  package func objects(_ key: String) throws(JSONTextError) -> [RawObject] {
    guard let list = value(key) else { return [] }
    var objects: [RawObject] = []
    try text.forEachElement(in: list) { (element) throws(JSONTextError) in
      guard text.isObject(element) else {
        throw JSONTextError(offset: element.lowerBound, reason: "an object is missing")
      }
      objects.append(RawObject(text, element))
    }
    return objects
  }

  private func value(_ key: String) -> Range<Int>? {
    // The text was looked through before, so that it can be taken apart.
    (try? text.member(key, in: range)) ?? nil
  }
}

// What all objects of Kubernetes have.
extension RawObject {
  package var metadata: RawObject? { object("metadata") }
  package var name: String? { metadata?.string("name") }
  package var uid: String? { metadata?.string("uid") }
  package var resourceVersion: String? { metadata?.string("resourceVersion") }
}
