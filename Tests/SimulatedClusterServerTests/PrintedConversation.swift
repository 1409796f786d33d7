import Foundation
import KubernetesObjects

/// What one kubectl printed, command by command, when it talked to a real API server.
struct PrintedConversation {
  struct Command: Decodable {
    var name: String
    var arguments: [String]
    var exit: Int
    var printed: [String]
  }

  /// The version of kubectl: `v1.32`.
  let client: String
  let commands: [Command]

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Resources/printed")

  init(client: String) throws {
    self.client = client
    let file = Self.folder.appending(path: "kubectl-\(client).jsonl")
    commands = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .map { try JSONDecoder().decode(Command.self, from: Data($0.utf8)) }
  }
}

/// A difference between what was printed then and what is printed here that is known, with its reason.
struct KnownDifference: Decodable {
  /// The command, by its name; `*` for all.
  var command: String
  /// The kubectl of the recording; both without it.
  var client: String?
  /// A line that was printed then, and one that is printed here; `*` at the end stands for the rest of the line. Without
  /// either, every difference of the command is meant.
  var then: String?
  var here: String?
  var reason: String

  static func all() throws -> [KnownDifference] {
    try JSONDecoder().decode(
      [KnownDifference].self,
      from: Data(contentsOf: PrintedConversation.folder.appending(path: "known-differences.json")))
  }

  func covers(_ difference: LineDifference, client: String, command: String) -> Bool {
    guard self.command == "*" || self.command == command, self.client ?? client == client else { return false }
    if then == nil, here == nil { return true }
    let pattern = difference.isOfThen ? then : here
    guard let pattern else { return false }
    return pattern.hasSuffix("*") ? difference.line.hasPrefix(pattern.dropLast()) : difference.line == pattern
  }
}

/// A line that only one side has.
struct LineDifference: CustomStringConvertible {
  let line: String
  /// Whether it was printed by the real cluster, and not here.
  let isOfThen: Bool

  var description: String { (isOfThen ? "- " : "+ ") + line }

  /// The lines of each side that are not on the other, in their order.
  static func between(then: [String], here: [String]) -> [LineDifference] {
    here.difference(from: then).map { change in
      switch change {
      case .remove(_, let line, _): LineDifference(line: line, isOfThen: true)
      case .insert(_, let line, _): LineDifference(line: line, isOfThen: false)
      }
    }
  }
}

/// A text without what differs from run to run: times, ages, hashes, addresses, versions, and the width of columns.
struct ComparableText {
  let lines: [String]

  /// - Parameter isTable: whether the order of the lines follows from names that are made by chance.
  init(_ printed: [String], isTable: Bool) {
    var hashes: [Substring: Int] = [:]
    var lines = Self.withJSONSorted(printed).map { line in
      var line = line
      line.replace(#/aspnetcore-deployment-(?<hash>[0-9a-z]{8,10})\b/#) { match in
        let number = hashes[match.output.hash, default: hashes.count]
        hashes[match.output.hash] = number
        return isTable ? "aspnetcore-deployment-HASH" : "aspnetcore-deployment-HASH\(number)"
      }
      line.replace(#/(HASH\d*)-[0-9a-z]{5}\b/#) { "\($0.output.1)-NAME" }
      line.replace(#/[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} \+0000/#, with: "TIME")
      line.replace(#/\d{4}-\d{2}-\d{2}T[\d:]{8}(\.\d+)?Z/#, with: "TIME")
      line.replace(#/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/#, with: "UID")
      line.replace(#/resourceVersion: \d+/#, with: "resourceVersion: VERSION")
      line.replace(#/\b10(\.\d+){3}\b/#, with: "ADDRESS")
      line.replace(#/(rig-node|node-\d+)\b/#, with: "NODE")
      line.replace(#/(^|\s)(\d+[smhd]){1,2}(?=$|\s|\))/#) { "\($0.output.1)AGE" }
      line.replace(#/  +/#, with: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
    while lines.last == "" { lines.removeLast() }
    self.lines = isTable ? lines.prefix(1) + lines.dropFirst().sorted() : lines
  }

  /// The same text; where it is JSON, with a line for each member, in the order of their names.
  private static func withJSONSorted(_ printed: [String]) -> [String] {
    func lines(_ text: String) -> [String]? {
      guard text.hasPrefix("{"), let value = try? JSONValue(json: Data(text.utf8)) else { return nil }
      return lines(value, named: "")
    }
    func lines(_ value: JSONValue, named name: String) -> [String] {
      switch value {
      case .object(let members):
        members.sorted { $0.key < $1.key }.flatMap { lines($0.value, named: "\(name).\($0.key)") }
      case .array(let elements):
        elements.flatMap { element in
          lines(element, named: name + "[\(element["name"]?.string ?? element["type"]?.string ?? "")]")
        }
      case .string(let text): ["\(name): \(text)"]
      default: ["\(name): \(String(decoding: (try? value.json()) ?? Data(), as: UTF8.self))"]
      }
    }
    return lines(printed.joined(separator: "\n")) ?? printed.flatMap { lines($0) ?? [$0] }
  }
}
