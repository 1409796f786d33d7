package import Foundation
package import KubernetesObjects
import Units

/// What is wrong with a watch log, and on which line.
package struct WatchLogError: Error, Equatable, CustomStringConvertible {
  package let line: Int
  package let reason: String

  package var description: String { "line \(line): \(reason)" }
}

/// What a plain `list` and `watch` of the API wrote down, one JSON object a line.
///
///     {"t":0,"resource":"","type":"START","wall":1795456622.069768}
///     {"t":0.0164,"resource":"pods","type":"LIST","object":{…,"items":[…]}}
///     {"t":73.3516,"resource":"pods","type":"ADDED","object":{…}}
///
/// `t` is the time in seconds since START at which the line arrived. `type` is LIST, ADDED, MODIFIED, DELETED,
/// BOOKMARK or ERROR as in the watch stream, CLOSED (the watch ended), POLL (a list read again) or MARK (something that
/// the operator did, its name in `object.name`). The log does not say when requests left, so a list is taken to have
/// been sent for at START, a poll when the one before it had arrived, and a watch when its list had.
/// Marks may come before START, and count at it.
///
/// Lines count in the order of their times, whatever their order in the file. What the order of the file and the resource
/// versions say against that, ``WatchLogOrder`` tells of each resource, and ``StoreOrder`` of all of them together.
package struct WatchLog: Sendable, Equatable {
  /// Something that the operator did.
  package struct Mark: Sendable, Equatable {
    package let at: Duration
    package let name: String
  }

  /// Wall-clock time of START, which is run time zero.
  package private(set) var startedAt = KubernetesTime(microseconds: 0)
  package private(set) var observations: [Observation] = []
  package private(set) var marks: [Mark] = []
  /// When the last line arrived.
  package private(set) var end: Duration = .zero

  /// When the lists that the log begins with had arrived, before which nothing is known. A list that comes later than ten
  /// seconds, or after the operator did something, is none of them.
  package var begin: Duration { Self.begin(of: observations, firstMark: marks.first?.at, end: end) }

  static func begin(of observations: [Observation], firstMark: Duration?, end: Duration) -> Duration {
    let limit = min(firstMark ?? end, .seconds(10), end)
    var first: [String: Duration] = [:]
    for observation in observations where observation.kind == .list && first[observation.resource] == nil {
      first[observation.resource] = observation.received
    }
    return first.values.filter { $0 <= limit }.max() ?? .zero
  }

  /// What was found about the order of the lines and put right, one sentence each; empty for a log in order.
  package var notes: [String] { order.notes + storeNotes }
  private var storeNotes: [String] = []

  private var watchOpened: [String: Duration] = [:]

  /// Whether a text is a log of this format, and not what kubectl prints: its first line names a resource, or is START or a
  /// MARK.
  static func isWatchLog(_ text: Data) -> Bool {
    let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
    guard let start = text.firstIndex(where: { !blanks.contains($0) }) else { return true }
    let line = JSONText(Data(text[start...].prefix { $0 != UInt8(ascii: "\n") }))
    guard let root = try? line.root(), line.isObject(root) else { return false }
    let type = (try? line.member("type", in: root)).flatMap { $0 }.flatMap(line.string)
    let resource = (try? line.member("resource", in: root)).flatMap { $0 }
    return resource != nil || type == "START" || type == "MARK"
  }

  private var order = WatchLogOrder()

  /// A line that was read as far as its time and type.
  private struct Line {
    let number: Int
    let at: Duration
    let type: String
    let text: JSONText
    let root: Range<Int>
  }

  package init(_ text: Data) throws(WatchLogError) {
    var number = 0
    var started = false
    var lines: [Line] = []
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      if line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { continue }
      try Self.naming(number) {
        if let line = try read(JSONText(Data(line)), started: &started, line: number) { lines.append(line) }
      }
    }
    if !started {
      throw WatchLogError(line: max(number, 1), reason: "the log is empty: a line of type START must begin it")
    }
    end = lines.map(\.at).max() ?? .zero
    let sorted = lines.indices.sorted { (lines[$0].at, $0) < (lines[$1].at, $1) }
    var numbers: [Int] = []
    for index in sorted {
      try Self.naming(lines[index].number) { try take(lines[index]) }
      numbers += Array(repeating: lines[index].number, count: observations.count - numbers.count)
    }
    let store = StoreOrder(observations)
    storeNotes = store.notes(lines: numbers)
    observations = store.settled()
  }

  /// Gives what goes wrong with a line its number.
  private static func naming(_ line: Int, _ body: () throws -> Void) throws(WatchLogError) {
    do {
      try body()
    } catch let error as JSONTextError {
      throw WatchLogError(line: line, reason: "not JSON: \(error)")
    } catch let error as WatchLogError {
      throw error
    } catch {
      throw WatchLogError(line: line, reason: "\(error)")
    }
  }

  /// Reads time and type of a line; `nil` for START.
  private mutating func read(_ text: JSONText, started: inout Bool, line: Int) throws -> Line? {
    let root = try text.root()
    guard let type = try text.member("type", in: root).flatMap(text.string) else {
      throw WatchLogError(line: line, reason: "\"type\" is missing or not a string")
    }
    // Whoever noted something before the watches began did so at the start.
    if !started, type == "MARK" { return Line(number: line, at: .zero, type: type, text: text, root: root) }
    guard started == (type != "START") else {
      let reason = started ? "a second START" : "\(type) comes before START, which must be the first line but for marks"
      throw WatchLogError(line: line, reason: reason)
    }
    if type == "START" {
      guard let wall = try text.member("wall", in: root).flatMap(text.number), (0..<1e11).contains(wall) else {
        throw WatchLogError(line: line, reason: "START needs \"wall\", the time in seconds since 1970")
      }
      startedAt = KubernetesTime(microseconds: Int64((wall * 1e6).rounded()))
      started = true
      return nil
    }
    guard let seconds = try text.member("t", in: root).flatMap(text.number), (0..<1e9).contains(seconds) else {
      throw WatchLogError(line: line, reason: "\"t\" must be a number of seconds since START, 0 or more")
    }
    let at = Duration.microseconds(Int64((seconds * 1e6).rounded()))
    if let resource = try text.member("resource", in: root).flatMap(text.string) {
      order.readLine(of: resource, at: at, line: line)
    }
    return Line(number: line, at: at, type: type, text: text, root: root)
  }

  private mutating func take(_ line: Line) throws {
    let (text, root, type, at) = (line.text, line.root, line.type, line.at)
    guard let object = try text.member("object", in: root) else {
      if type == "CLOSED" { return try append(line, object: nil) }
      throw WatchLogError(line: line.number, reason: "\"object\" is missing")
    }
    if type == "MARK" {
      guard let name = try text.member("name", in: object).flatMap(text.string) else {
        throw WatchLogError(line: line.number, reason: "MARK needs \"object\" with a \"name\"")
      }
      marks.append(Mark(at: at, name: name))
      return
    }
    try append(line, object: object)
  }

  private mutating func append(_ line: Line, object: Range<Int>?) throws {
    let (text, root, type, at) = (line.text, line.root, line.type, line.at)
    guard let resource = try text.member("resource", in: root).flatMap(text.string), !resource.isEmpty else {
      throw WatchLogError(line: line.number, reason: "\"resource\" must name a resource, such as pods")
    }
    let opened = watchOpened[resource] ?? .zero
    switch (type, object) {
    case ("LIST", let list?), ("POLL", let list?):
      let sent = type == "LIST" ? .zero : opened
      if type == "LIST" { order.beginWatch(of: resource, afterList: true) }
      try appendList(text, list, resource: resource, sent: sent, received: at)
      watchOpened[resource] = at
    case ("ADDED", let object?), ("MODIFIED", let object?), ("DELETED", let object?):
      let kind: Observation.Kind = type == "ADDED" ? .added : type == "MODIFIED" ? .modified : .deleted
      let event = try item(text, object, resource: resource, kind: kind, sent: opened, received: at)
      if try order.accepts(event, line: line.number) { observations.append(event) }
    case ("BOOKMARK", let object?):
      var bookmark = Observation(sent: opened, received: at, resource: resource, kind: .bookmark)
      bookmark.resourceVersion = try text.member("metadata", in: object)
        .flatMap { range in try text.member("resourceVersion", in: range) }.flatMap(text.string)
      if try order.accepts(bookmark, line: line.number) { observations.append(bookmark) }
    case ("ERROR", let object?):
      order.beginWatch(of: resource, afterList: false)
      let reason = try text.member("message", in: object).flatMap(text.string)
      observations.append(
        Observation(
          sent: opened, received: at, resource: resource, kind: .gap,
          message: reason ?? String(decoding: text.bytes[object], as: UTF8.self)))
    case ("CLOSED", _):
      order.beginWatch(of: resource, afterList: false)
      observations.append(
        Observation(sent: opened, received: at, resource: resource, kind: .gap, message: "the watch ended"))
    default:
      throw WatchLogError(line: line.number, reason: "\"\(type)\" is no type of line")
    }
  }

  private mutating func appendList(
    _ text: JSONText, _ list: Range<Int>, resource: String, sent: Duration, received: Duration
  ) throws {
    if let items = try text.member("items", in: list) {
      try text.forEachElement(in: items) { (element) throws(JSONTextError) in
        observations.append(
          try item(text, element, resource: resource, kind: .listed, sent: sent, received: received))
      }
    }
    let version = try text.member("metadata", in: list)
      .flatMap { range in try text.member("resourceVersion", in: range) }.flatMap(text.string)
    observations.append(
      Observation(sent: sent, received: received, resource: resource, kind: .list, resourceVersion: version))
  }

  private func item(
    _ text: JSONText, _ object: Range<Int>, resource: String, kind: Observation.Kind, sent: Duration, received: Duration
  ) throws(JSONTextError) -> Observation {
    var observation = Observation(sent: sent, received: received, resource: resource, kind: kind)
    if let metadata = try text.member("metadata", in: object), text.isObject(metadata) {
      try text.forEachMember(in: metadata) { (key, value) throws(JSONTextError) in
        if text.equals(key, "name") { observation.name = text.string(value) }
        if text.equals(key, "uid") { observation.uid = text.string(value) }
        if text.equals(key, "resourceVersion") { observation.resourceVersion = text.string(value) }
      }
    }
    observation.object = try ObjectText.stripped(text, range: object)
    return observation
  }
}
