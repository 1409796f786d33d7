import Foundation
import KubernetesObjects
import Synchronization
import TestRecordings

/// What a control plane told of its objects: the recording of a real one, or what the simulated one would have told.
struct ToldStory: Sendable {
  enum Change: String, Sendable {
    case listed = "LIST"
    case added = "ADDED"
    case modified = "MODIFIED"
    case deleted = "DELETED"
    case polled = "POLL"
    case marked = "MARK"
  }

  struct Line: Sendable {
    /// Seconds since the start of the recording.
    let time: Double
    /// The plural of the kind; empty for what the operator marked.
    let resource: String
    let change: Change
    let object: JSONValue
  }

  let name: String
  /// Unix seconds at time zero.
  let wall: Double
  let lines: [Line]

  /// Seconds since the start of the recording, of a date in an object.
  func time(of date: JSONValue?) -> Double? {
    date?.string.flatMap { KubernetesTime(text: $0) }.map { $0.seconds - wall }
  }

  func lines(of resource: String) -> [Line] { lines.filter { $0.resource == resource } }

  var end: Double { lines.last?.time ?? 0 }
}

extension ToldStory {
  /// Reads a recording; what was listed at first is a line for each object.
  static func recorded(_ name: String) throws -> ToldStory {
    if let known = read.withLock({ $0[name] }) { return known }
    let story = try reading(name)
    read.withLock { $0[name] = story }
    return story
  }

  private static let read = Mutex<[String: ToldStory]>([:])

  private static func reading(_ name: String) throws -> ToldStory {
    var wall = 0.0
    var lines: [Line] = []
    for text in try Recordings.text(name).split(separator: UInt8(ascii: "\n")) {
      let entry = JSONValue(read: try JSONSerialization.jsonObject(with: Data(text)))
      let type = entry["type"]?.string ?? ""
      if type == "START" { wall = entry["wall"]?.double ?? 0 }
      guard let change = Change(rawValue: type), let resource = entry["resource"]?.string else { continue }
      let time = entry["t"]?.double ?? 0
      let object = entry["object"] ?? .null
      for item in change == .listed || change == .polled ? object["items"]?.array ?? [] : [object] {
        lines.append(Line(time: time, resource: resource, change: change, object: item))
      }
    }
    return ToldStory(
      name: name, wall: wall,
      lines: lines.enumerated().sorted {
        ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
      }.map(\.element))
  }
}

extension JSONValue {
  /// What Foundation read: of a whole recording sooner than by a decoder, which tries one type after the other.
  init(read value: Any) {
    switch value {
    case let text as String: self = .string(text)
    case let members as [String: Any]: self = .object(members.mapValues { JSONValue(read: $0) })
    case let elements as [Any]: self = .array(elements.map { JSONValue(read: $0) })
    case let number as NSNumber:
      switch String(cString: number.objCType) {
      case "c", "B": self = .bool(number.boolValue)
      case "d", "f": self = .number(number.doubleValue)
      default: self = .integer(number.int64Value)
      }
    default: self = .null
    }
  }

  /// A number, whole or not.
  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  var metadata: JSONValue { self["metadata"] ?? [:] }
  var name: String { metadata["name"]?.string ?? "" }
  var namespace: String { metadata["namespace"]?.string ?? "" }
  var uid: String { metadata["uid"]?.string ?? "" }

  /// The condition of a type.
  func condition(_ type: String) -> JSONValue? {
    self["status", "conditions"]?.array?.first { $0["type"]?.string == type }
  }

  /// The owner that controls the object.
  var owner: JSONValue? { metadata["ownerReferences"]?.array?.first { $0["controller"] == true } }
}
