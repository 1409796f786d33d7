import KubernetesObjects

extension JSONValue {
  /// RFC 7386: members of the patch replace or, where `null`, remove those of the value.
  func mergePatched(with patch: JSONValue) -> JSONValue {
    guard case .object(let changes) = patch else { return patch }
    var members = object ?? [:]
    for (name, change) in changes {
      members[name] = change.isNull ? nil : (members[name] ?? .null).mergePatched(with: change)
    }
    return .object(members)
  }

  /// RFC 6902: a list of operations, all of them or none.
  func jsonPatched(with operations: [JSONValue]) throws(APIFailure) -> JSONValue {
    var value = self
    for operation in operations {
      guard let name = operation["op"]?.string, let path = operation["path"]?.string else {
        throw .badRequest("a JSON patch operation needs \"op\" and \"path\"")
      }
      let steps = Self.steps(of: path)
      switch name {
      case "add": try value.insert(operation["value"] ?? .null, at: steps[...], path: path)
      case "replace":
        guard value.found(at: steps) != nil else { throw .missing(path, name) }
        try value.insert(operation["value"] ?? .null, at: steps[...], path: path, replacing: true)
      case "remove":
        guard value.found(at: steps) != nil else { throw .missing(path, name) }
        value.removeValue(at: steps[...])
      case "test":
        guard value.found(at: steps) == operation["value"] ?? .null else {
          throw APIFailure(
            code: 422, reason: "Invalid", message: "the server rejected our request: testing value \(path) failed")
        }
      case "copy", "move":
        let source = Self.steps(of: operation["from"]?.string ?? "")
        guard let moved = value.found(at: source) else { throw .missing(operation["from"]?.string ?? "", name) }
        if name == "move" { value.removeValue(at: source[...]) }
        try value.insert(moved, at: steps[...], path: path)
      default: throw .badRequest("unexpected kind of JSON patch operation: \(name)")
      }
    }
    return value
  }

  /// The names in a JSON pointer (RFC 6901).
  private static func steps(of pointer: String) -> [String] {
    pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { step in
      // `~01` stands for `~1`: only what was escaped once is undone once.
      var text = ""
      var rest = step[...]
      while let tilde = rest.firstIndex(of: "~") {
        text += rest[..<tilde]
        let code = rest[rest.index(after: tilde)...].first
        text += code == "1" ? "/" : "~"
        rest = rest[tilde...].dropFirst(2)
      }
      return text + rest
    }
  }

  private func found(at steps: [String]) -> JSONValue? {
    steps.reduce(self as JSONValue?) { value, step in
      switch value {
      case .object(let members): members[step]
      case .array: Int(step).flatMap { value?[$0] }
      default: nil
      }
    }
  }

  private mutating func insert(
    _ value: JSONValue, at steps: ArraySlice<String>, path: String, replacing: Bool = false
  ) throws(APIFailure) {
    guard let step = steps.first else {
      self = value
      return
    }
    switch self {
    case .object(var members):
      if steps.count == 1 {
        members[step] = value
      } else {
        guard var child = members[step] else { throw .missing(path, "add") }
        try child.insert(value, at: steps.dropFirst(), path: path, replacing: replacing)
        members[step] = child
      }
      self = .object(members)
    case .array(var elements):
      let index = step == "-" ? elements.count : Int(step) ?? -1
      if steps.count == 1, !replacing {
        guard (0...elements.count).contains(index) else { throw .missing(path, "add") }
        elements.insert(value, at: index)
      } else {
        guard elements.indices.contains(index) else { throw .missing(path, "add") }
        try elements[index].insert(value, at: steps.dropFirst(), path: path, replacing: replacing)
      }
      self = .array(elements)
    default: throw .missing(path, "add")
    }
  }

  private mutating func removeValue(at steps: ArraySlice<String>) {
    guard let step = steps.first else { return }
    switch self {
    case .object(var members):
      if steps.count == 1 {
        members[step] = nil
      } else if var child = members[step] {
        child.removeValue(at: steps.dropFirst())
        members[step] = child
      }
      self = .object(members)
    case .array(var elements):
      guard let index = Int(step), elements.indices.contains(index) else { return }
      if steps.count == 1 { elements.remove(at: index) } else { elements[index].removeValue(at: steps.dropFirst()) }
      self = .array(elements)
    default: return
    }
  }
}

extension APIFailure {
  fileprivate static func missing(_ path: String, _ operation: String) -> APIFailure {
    APIFailure(
      code: 422, reason: "Invalid",
      message: "the server rejected our request due to an error in our request: \(operation) operation does not "
        + "apply: doc is missing path: \(path)")
  }
}
