import Foundation
import KubernetesObjects

/// Reads what `kubectl get -o json` prints, once or with `-w`, with `--output-watch-events` or without: JSON objects one
/// after another, on one line each or on many.
///
/// Times at which they arrived are there when somebody put them there: before every line, as `ts` does, or as a member
/// `arrived` of an object, as `jq` can.
struct KubectlReading {
  /// One object as it was printed.
  struct Object: Sendable {
    var resource: String
    var name: String?
    var uid: String?
    var resourceVersion: String?
    var text: Data
    /// The newest of the times that the API server set, and of those and the conditions.
    var written: KubernetesTime?
    var newest: KubernetesTime?
  }

  enum Kind: Sendable, Equatable {
    case added, modified, deleted, bookmark
    /// All objects of some resources at one moment.
    case list
    /// An object without a word on what happened to it.
    case object
    case failure(String)
  }

  struct Item: Sendable {
    var kind: Kind
    var objects: [Object] = []
    var arrived: KubernetesTime?
    var resourceVersion: String?
  }

  private(set) var items: [Item] = []
  /// Objects of kinds that no verdict needs, by kind.
  private(set) var passedOver: [String: Int] = [:]

  private static let resources = Dictionary(
    uniqueKeysWithValues: ObservedObjects.resources.map { ($0.kind, $0) })

  /// - Throws: ``WatchLogError`` with the line on which the text is not what kubectl prints.
  init(_ data: Data) throws(WatchLogError) {
    let stamped = try StampedText(data)
    let text = JSONText(stamped.text)
    do {
      try text.forEachValue { (range) throws(JSONTextError) in
        try add(text, range, arrived: stamped.time(at: range.upperBound - 1))
      }
    } catch {
      throw WatchLogError(line: stamped.line(at: error.offset), reason: "not JSON: \(error.reason)")
    }
  }

  private mutating func add(_ text: JSONText, _ range: Range<Int>, arrived: KubernetesTime?) throws(JSONTextError) {
    guard text.isObject(range) else {
      throw JSONTextError(offset: range.lowerBound, reason: "an object is missing, as kubectl get -o json prints it")
    }
    let told = try text.member("arrived", in: range)
    let time = try told.map { (value) throws(JSONTextError) in try Self.time(text, value) } ?? arrived
    guard let type = try text.member("type", in: range).flatMap(text.string),
      let object = try text.member("object", in: range)
    else {
      try addObject(text, range, kind: .object, arrived: time)
      return
    }
    switch type {
    case "ADDED": try addObject(text, object, kind: .added, arrived: time)
    case "MODIFIED": try addObject(text, object, kind: .modified, arrived: time)
    case "DELETED": try addObject(text, object, kind: .deleted, arrived: time)
    case "BOOKMARK": try addObject(text, object, kind: .bookmark, arrived: time)
    case "ERROR":
      let message = try text.member("message", in: object).flatMap(text.string)
      items.append(Item(kind: .failure(message ?? "the watch failed"), arrived: time))
    default: throw JSONTextError(offset: range.lowerBound, reason: "\"\(type)\" is no type of a watch event")
    }
  }

  /// Seconds since 1970, or RFC 3339.
  private static func time(_ text: JSONText, _ value: Range<Int>) throws(JSONTextError) -> KubernetesTime {
    if let seconds = text.number(value), (0..<1e11).contains(seconds) {
      return KubernetesTime(microseconds: Int64((seconds * 1e6).rounded()))
    }
    if let time = text.string(value).flatMap(KubernetesTime.init(text:)) { return time }
    throw JSONTextError(
      offset: value.lowerBound, reason: "\"arrived\" is neither seconds since 1970, as jq's now, nor an RFC 3339 time")
  }

  private mutating func addObject(
    _ text: JSONText, _ range: Range<Int>, kind: Kind, arrived: KubernetesTime?
  ) throws(JSONTextError) {
    guard let name = try text.member("kind", in: range).flatMap(text.string) else {
      throw JSONTextError(offset: range.lowerBound, reason: "an object without \"kind\"")
    }
    var item = Item(kind: kind, arrived: arrived)
    if name.hasSuffix("List"), let elements = try text.member("items", in: range) {
      item.kind = .list
      item.resourceVersion = try text.member("metadata", in: range)
        .flatMap { (range) throws(JSONTextError) in try text.member("resourceVersion", in: range) }.flatMap(text.string)
      // A list of one resource leaves the kind of its items out.
      let shared = name == "List" ? nil : String(name.dropLast(4))
      try text.forEachElement(in: elements) { (element) throws(JSONTextError) in
        let own = try text.member("kind", in: element).flatMap(text.string) ?? shared
        if let object = try object(text, element, kind: own ?? "") { item.objects.append(object) }
      }
    } else if let object = try object(text, range, kind: name) {
      item.objects = [object]
    } else {
      return
    }
    items.append(item)
  }

  /// `nil` for a kind that no verdict needs.
  private mutating func object(
    _ text: JSONText, _ range: Range<Int>, kind: String
  ) throws(JSONTextError) -> Object? {
    guard let resource = Self.resources[kind] else {
      passedOver[kind, default: 0] += 1
      return nil
    }
    var object = Object(resource: resource.plural, text: try ObjectText.stripped(text, range: range))
    if let metadata = try text.member("metadata", in: range) {
      object.name = try text.member("name", in: metadata).flatMap(text.string)
      object.uid = try text.member("uid", in: metadata).flatMap(text.string)
      object.resourceVersion = try text.member("resourceVersion", in: metadata).flatMap(text.string)
    }
    (object.written, object.newest) = Self.times(of: object.text, kind: kind)
    return object
  }

  private static func times(of text: Data, kind: String) -> (written: KubernetesTime?, newest: KubernetesTime?) {
    func ofHead() -> (KubernetesTime?, KubernetesTime?) {
      let head = try? JSONDecoder().decode(ObjectHead.self, from: text)
      let newest = head.flatMap { BorneTimes.ofServer($0.metadata).max() }
      return (newest, newest)
    }
    func times(_ type: (some KubernetesObject).Type) -> (KubernetesTime?, KubernetesTime?) {
      guard let object = try? JSONDecoder().decode(type, from: text) else { return ofHead() }
      return (BorneTimes.ofServer(object.metadata).max(), BorneTimes.all(object).max())
    }
    switch kind {
    case "HorizontalPodAutoscaler": return times(HorizontalPodAutoscaler.self)
    case "Deployment": return times(Deployment.self)
    case "StatefulSet": return times(StatefulSet.self)
    case "ReplicaSet": return times(ReplicaSet.self)
    case "Pod": return times(Pod.self)
    default: return ofHead()
    }
  }
}
