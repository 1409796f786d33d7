import Foundation
import KubernetesObjects
import Yams

/// A mapping of a kubeconfig, read as kubectl reads it: YAML becomes JSON, and JSON becomes the types of client-go
/// (Kubernetes, apimachinery/pkg/runtime/serializer/json/json.go; client-go/tools/clientcmd/api/v1/types.go).
///
/// So a number, or the bare word `yes`, is no text, a text is no boolean, and bytes are base64. Keys that nobody asks for
/// are passed over. Errors name the place and never a value, which may be a credential.
struct KubeconfigMapping {
  /// `users.user`; empty for the root.
  let path: String
  let place: KubeconfigPlace
  private var members: [String: Node] = [:]

  /// - Parameter node: `nil` and null stand for no members.
  init(_ node: Node?, path: String, in place: KubeconfigPlace) throws(KubernetesError) {
    self.path = path
    guard let node, !Self.isNull(node) else {
      self.place = place
      return
    }
    self.place = Self.place(of: node, in: place.file)
    guard let mapping = node.mapping else {
      throw self.place.problem(path, "\(Self.word(for: node)) where a mapping is wanted")
    }
    for (key, value) in mapping {
      if Self.isTagged(key, .merge) { continue }
      if let name = key.scalar?.string { members[name] = value }
    }
    // Merge keys (yaml.org/type/merge.html): what the mapping itself says comes first, then the earlier of several.
    for (key, value) in mapping where Self.isTagged(key, .merge) {
      for merged in value.sequence.map(Array.init) ?? [value] {
        let others = try KubeconfigMapping(merged, path: path, in: place)
        members.merge(others.members) { own, _ in own }
      }
    }
  }

  /// A text; empty where there is none.
  func text(_ key: String) throws(KubernetesError) -> String {
    guard let node = member(key) else { return "" }
    return try text(node, key)
  }

  /// Texts; empty where there are none.
  func texts(_ key: String) throws(KubernetesError) -> [String] {
    try sequence(key).map { node throws(KubernetesError) in try text(node, key) }
  }

  /// A boolean; `false` where there is none.
  func flag(_ key: String) throws(KubernetesError) -> Bool {
    guard let node = member(key) else { return false }
    guard let value = Self.bool(node) else {
      throw problem(key, node, "\(Self.word(for: node)) where true or false is wanted", hint: "write it without quotes")
    }
    return value
  }

  /// Bytes in base64; empty where there are none.
  func bytes(_ key: String) throws(KubernetesError) -> [UInt8] {
    guard let node = member(key) else { return [] }
    // Go's decoder passes over line ends and over nothing else (Go, encoding/base64).
    let text = try text(node, key).filter { !$0.isNewline }
    guard let data = Data(base64Encoded: text) else {
      throw problem(
        key, node, "it is not base64", hint: "write what base64 -w0 FILE prints, or name the file by \(stem(of: key))")
    }
    return Array(data)
  }

  func mapping(_ key: String) throws(KubernetesError) -> KubeconfigMapping {
    try KubeconfigMapping(member(key), path: field(key), in: place)
  }

  /// The mappings of a list.
  func mappings(_ key: String) throws(KubernetesError) -> [KubeconfigMapping] {
    try sequence(key).map { node throws(KubernetesError) in
      try KubeconfigMapping(node, path: field(key), in: Self.place(of: node, in: place.file))
    }
  }

  /// The members as lists of texts.
  func lists() throws(KubernetesError) -> [String: [String]] {
    var lists: [String: [String]] = [:]
    for key in members.keys { lists[key] = try texts(key) }
    return lists
  }

  func has(_ key: String) -> Bool { member(key) != nil }

  /// Whatever stands there, as JSON; `nil` where nothing does.
  func json(_ key: String) throws(KubernetesError) -> JSONValue? {
    guard let node = member(key) else { return nil }
    return try json(of: node, key)
  }

  func place(of key: String) -> KubeconfigPlace {
    members[key].map { Self.place(of: $0, in: place.file) } ?? place
  }

  func problem(_ key: String, _ cause: String, hint: String? = nil) -> KubernetesError {
    place(of: key).problem(field(key), cause, hint: hint)
  }
}

extension KubeconfigMapping {
  private func field(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  private func stem(of key: String) -> String { key.hasSuffix("-data") ? String(key.dropLast(5)) : key }

  private func member(_ key: String) -> Node? {
    members[key].flatMap { Self.isNull($0) ? nil : $0 }
  }

  private func sequence(_ key: String) throws(KubernetesError) -> [Node] {
    guard let node = member(key) else { return [] }
    guard let sequence = node.sequence else {
      throw problem(key, node, "\(Self.word(for: node)) where a list is wanted")
    }
    return Array(sequence)
  }

  private func text(_ node: Node, _ key: String) throws(KubernetesError) -> String {
    if Self.isNull(node) { return "" }
    guard let scalar = node.scalar, Self.isText(node) else {
      throw problem(
        key, node, "\(Self.word(for: node)) where a text is wanted",
        hint: node.scalar == nil ? nil : "put it into quotes")
    }
    guard Self.isTagged(node, .binary) else { return scalar.string }
    guard let data = Data(base64Encoded: scalar.string, options: .ignoreUnknownCharacters),
      let text = String(data: data, encoding: .utf8)
    else { throw problem(key, node, "what is marked !!binary is not the base64 of a text") }
    return text
  }

  private func problem(_ key: String, _ node: Node, _ cause: String, hint: String? = nil) -> KubernetesError {
    Self.place(of: node, in: place.file).problem(field(key), cause, hint: hint)
  }

  private static func place(of node: Node, in file: String) -> KubeconfigPlace {
    KubeconfigPlace(file: file, line: node.mark?.line, column: node.mark?.column)
  }

  private static func isTagged(_ node: Node, _ names: Tag.Name...) -> Bool {
    names.contains { $0.rawValue == node.tag.rawValue }
  }

  private static func isNull(_ node: Node) -> Bool { node.scalar != nil && Self.isTagged(node, .null) }

  private static func isText(_ node: Node) -> Bool {
    // An instant stays what it is written as (sigs.k8s.io/yaml/goyaml.v2, decode.go).
    isTagged(node, .str, .timestamp, .binary, .value) && bool(node) == nil
  }

  /// The booleans of YAML 1.1, as Kubernetes' reader takes them (sigs.k8s.io/yaml/goyaml.v2, resolve.go).
  private static func bool(_ node: Node) -> Bool? {
    guard let scalar = node.scalar, scalar.style == .plain, Self.isTagged(node, .bool) || scalar.string.count == 1
    else {
      return nil
    }
    return switch scalar.string.lowercased() {
    case "true", "yes", "on", "y": true
    case "false", "no", "off", "n": false
    default: nil
    }
  }

  /// `a number`, as messages call what stands there.
  private static func word(for node: Node) -> String {
    if node.mapping != nil { return "a mapping" }
    if node.sequence != nil { return "a list" }
    if bool(node) != nil { return "true or false" }
    return isText(node) ? "a text" : "a number"
  }

  private func json(of node: Node, _ key: String) throws(KubernetesError) -> JSONValue {
    if Self.isNull(node) { return .null }
    if node.mapping != nil {
      let mapping = try KubeconfigMapping(node, path: field(key), in: place)
      var members: [String: JSONValue] = [:]
      for (name, member) in mapping.members { members[name] = try mapping.json(of: member, name) }
      return .object(members)
    }
    if let sequence = node.sequence {
      var elements: [JSONValue] = []
      for element in sequence { elements.append(try json(of: element, key)) }
      return .array(elements)
    }
    if let value = Self.bool(node) { return .bool(value) }
    if Self.isTagged(node, .int), let value = node.int { return .integer(Int64(value)) }
    if Self.isTagged(node, .float), let value = node.float, value.isFinite { return .number(value) }
    return .string(try text(node, key))
  }
}
