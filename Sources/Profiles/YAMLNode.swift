/// A value of a YAML document with the place where it was written.
struct YAMLNode: Sendable, Equatable {
  /// Where a value was written: a place in a file, or an option of the command line.
  struct Place: Sendable, Equatable {
    var source: String
    var line: Int?
    var column: Int?
  }

  /// A key of a mapping with its value, in the order of the file.
  struct Entry: Sendable, Equatable {
    var key: String
    var keyPlace: Place
    var value: YAMLNode
  }

  enum Content: Sendable, Equatable {
    /// A single value. One that is `plain` was written without quotes, so that `5`, `true` and `~` are not text.
    case scalar(String, plain: Bool)
    case sequence([YAMLNode])
    case mapping([Entry])
  }

  var content: Content
  var place: Place

  /// The value under a key; `nil` where there is none or this is no mapping.
  subscript(key: String) -> YAMLNode? {
    get { entries?.first { $0.key == key }?.value }
    set {
      guard case .mapping(var entries) = content else { return }
      if let index = entries.firstIndex(where: { $0.key == key }) {
        if let newValue { entries[index].value = newValue } else { entries.remove(at: index) }
      } else if let newValue {
        entries.append(Entry(key: key, keyPlace: newValue.place, value: newValue))
      }
      content = .mapping(entries)
    }
  }

  var entries: [Entry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  var elements: [YAMLNode]? {
    if case .sequence(let elements) = content { elements } else { nil }
  }

  var scalar: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  /// Whether nothing stands here: `key:` alone, `~` or `null`.
  var isNull: Bool {
    if case .scalar(let text, plain: true) = content {
      ["", "~", "null", "Null", "NULL"].contains(text)
    } else {
      false
    }
  }

  /// What stands here, for messages: `a list`.
  var kindInWords: String {
    switch content {
    case .scalar: isNull ? "nothing" : "a single value"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}
