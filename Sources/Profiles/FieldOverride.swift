import Units

/// One `--set PATH=VALUE`: a path of keys and indices, and a value in YAML.
struct FieldOverride {
  enum Step: Equatable, CustomStringConvertible {
    /// A key of a mapping, or the `name` of a list's entry.
    case key(String)
    case index(Int)

    var description: String {
      switch self {
      case .key(let key): key
      case .index(let index): "[\(index)]"
      }
    }
  }

  let source: String
  let steps: [Step]
  let value: YAMLNode

  /// Reads `PATH=VALUE`.
  init(_ text: String) throws(ProfileProblem) {
    source = "--set \(text.prefix { $0 != "=" })"
    guard let equals = text.firstIndex(of: "=") else {
      throw ProfileProblem(source: source, message: "there is no =", hint: "write --set load.phases.surge.rate=2000/s")
    }
    steps = try Self.steps(of: text[..<equals], source: source)
    let written = String(text[text.index(after: equals)...])
    let documents = try YAMLNode.documents(of: written, source: source)
    var value = documents.first ?? YAMLNode(content: .scalar("", plain: true), place: .init(source: source))
    // Lines and columns of an option would mislead.
    Self.erasePlaces(&value, source: source)
    self.value = value
  }

  private static func erasePlaces(_ node: inout YAMLNode, source: String) {
    node.place = YAMLNode.Place(source: source)
    switch node.content {
    case .scalar: break
    case .sequence(var elements):
      for index in elements.indices { erasePlaces(&elements[index], source: source) }
      node.content = .sequence(elements)
    case .mapping(var entries):
      for index in entries.indices {
        entries[index].keyPlace = node.place
        erasePlaces(&entries[index].value, source: source)
      }
      node.content = .mapping(entries)
    }
  }

  /// Splits `load.phases[1].rate` into its steps.
  static func steps(of path: Substring, source: String) throws(ProfileProblem) -> [Step] {
    var steps: [Step] = []
    for part in path.split(separator: ".", omittingEmptySubsequences: false) {
      let key = part.prefix { $0 != "[" }
      var rest = part.dropFirst(key.count)
      if !key.isEmpty { steps.append(.key(String(key))) }
      guard !part.isEmpty else {
        throw ProfileProblem(
          source: source, message: "the path has an empty step", hint: "write it as in load.phases[1].rate")
      }
      while !rest.isEmpty {
        guard rest.first == "[", let close = rest.firstIndex(of: "]"),
          let index = Int(rest.dropFirst().prefix(upTo: close)),
          index >= 0
        else {
          throw ProfileProblem(
            source: source, message: "\"\(part)\" is not a step of a path", hint: "write it as in load.phases[1].rate")
        }
        steps.append(.index(index))
        rest = rest[rest.index(after: close)...]
      }
    }
    return steps
  }

  /// Puts the value into its place. Keys that are not there yet are added; whether they may be there is seen when the
  /// profile is read.
  func apply(to root: inout YAMLNode) throws(ProfileProblem) {
    try set(&root, steps[...])
  }

  private func set(_ node: inout YAMLNode, _ rest: ArraySlice<Step>) throws(ProfileProblem) {
    guard let step = rest.first else {
      node = value
      return
    }
    switch (step, node.content) {
    case (.key(let key), .mapping):
      var child = node[key] ?? YAMLNode(content: .mapping([]), place: value.place)
      if child.isNull, rest.count > 1 { child.content = .mapping([]) }
      try set(&child, rest.dropFirst())
      node[key] = child
    case (_, .sequence(var elements)):
      let index = try self.index(step, in: elements)
      try set(&elements[index], rest.dropFirst())
      node.content = .sequence(elements)
    default:
      throw ProfileProblem(
        source: source, message: "the path leads into \(node.kindInWords) at \"\(step)\", which has no such part")
    }
  }

  private func index(_ step: Step, in elements: [YAMLNode]) throws(ProfileProblem) -> Int {
    switch step {
    case .index(let index):
      if elements.indices.contains(index) { return index }
      throw ProfileProblem(
        source: source, message: "the list has \(elements.count) entries, and [\(index)] is not among them",
        hint: elements.isEmpty ? nil : "indices run from 0 to \(elements.count - 1)")
    case .key(let name):
      if let index = elements.firstIndex(where: { $0["name"]?.scalar == name }) { return index }
      let names = elements.compactMap { $0["name"]?.scalar }
      throw ProfileProblem(
        source: source, message: "no entry of the list is named \"\(name)\"", hint: Field.hint(for: name, among: names))
    }
  }
}
