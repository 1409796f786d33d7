import Yams

extension YAMLNode {
  /// The longest text that is read, in bytes: far beyond any profile or manifest, so that a larger one is a mistake.
  static let largestText = 4 << 20
  /// The most values that a document may have after its aliases are filled in. A few lines of nested aliases can
  /// stand for billions of values.
  static let mostValues = 200_000

  /// Reads all documents of a text.
  ///
  /// - Throws: ``ProfileProblem`` for text that is no YAML, a key that stands twice, or one beyond the limits.
  static func documents(of text: String, source: String) throws(ProfileProblem) -> [YAMLNode] {
    guard text.utf8.count <= largestText else {
      throw ProfileProblem(
        source: source, message: "the text has \(text.utf8.count) bytes; at most \(largestText) are read")
    }
    let isMarked = text.unicodeScalars.first == "\u{FEFF}"
    let text = isMarked ? String(text.unicodeScalars.dropFirst()) : text
    if let problem = byteOrderMark(in: text, source: source) { throw problem }
    var roots: [Node] = []
    do {
      let parser = try Parser(yaml: text)
      while let root = try parser.nextRoot() { roots.append(root) }
    } catch {
      throw problem(of: error, text: text, source: source)
    }
    var budget = mostValues
    var nodes: [YAMLNode] = []
    for root in roots { nodes.append(try YAMLNode(root, source: source, budget: &budget)) }
    return nodes
  }

  /// A byte order mark may begin a document and stand nowhere else (YAML 1.2.2, section 5.2). The parser passes over one at
  /// the start of any line, so that a key would be read that is not what stands there.
  private static func byteOrderMark(in text: String, source: String) -> ProfileProblem? {
    var (line, column) = (1, 1)
    let scalars = text.unicodeScalars
    for index in scalars.indices {
      let scalar = scalars[index]
      if scalar == "\u{FEFF}",
        !scalars[scalars.index(after: index)...].starts(with: "---".unicodeScalars)
      {
        return ProfileProblem(
          source: source, line: line, column: column, message: "a byte order mark (U+FEFF) stands within the text",
          hint: "delete it; editors do not show it")
      }
      (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
    }
    return nil
  }

  private init(_ node: Node, source: String, budget: inout Int) throws(ProfileProblem) {
    place = Place(source: source, line: node.mark?.line, column: node.mark?.column)
    budget -= 1
    guard budget >= 0 else {
      throw ProfileProblem(
        source: source, line: place.line, column: place.column,
        message: "the document has more than \(Self.mostValues) values once its aliases are filled in",
        hint: "write out what is meant in place of nested aliases")
    }
    switch node {
    case .scalar(let scalar):
      content = .scalar(scalar.string, plain: scalar.style == .plain || scalar.style == .any)
    case .sequence(let sequence):
      var elements: [YAMLNode] = []
      for element in sequence { elements.append(try YAMLNode(element, source: source, budget: &budget)) }
      content = .sequence(elements)
    case .mapping(let mapping):
      var entries: [Entry] = []
      var merged: [Entry] = []
      for (key, value) in mapping {
        guard let text = key.scalar?.string else {
          throw ProfileProblem(
            source: source, line: key.mark?.line, column: key.mark?.column,
            message: "a key must be a single value, not a list or a mapping")
        }
        let keyPlace = Place(source: source, line: key.mark?.line, column: key.mark?.column)
        let value = try YAMLNode(value, source: source, budget: &budget)
        if text == "<<", key.scalar?.style == .plain {
          merged += try Self.mergedEntries(of: value, at: keyPlace)
        } else {
          entries.append(Entry(key: text, keyPlace: keyPlace, value: value))
        }
      }
      // What stands in the mapping itself goes first, then the mappings in their order.
      for entry in merged where !entries.contains(where: { $0.key == entry.key }) { entries.append(entry) }
      content = .mapping(entries)
    case .alias:
      throw ProfileProblem(
        source: source, line: place.line, column: place.column, message: "an alias names no anchor before it")
    }
  }

  /// The entries that a merge key brings: `<<: *defaults`, or a list of mappings
  /// (YAML, "Merge Key Language-Independent Type", 2005).
  private static func mergedEntries(of value: YAMLNode, at place: Place) throws(ProfileProblem) -> [Entry] {
    if let entries = value.entries { return entries }
    let mappings = value.elements?.compactMap(\.entries) ?? []
    guard let elements = value.elements, mappings.count == elements.count else {
      throw ProfileProblem(
        source: place.source, line: place.line, column: place.column,
        message: "the merge key \"<<\" takes a mapping or a list of mappings, not \(value.kindInWords)")
    }
    return mappings.flatMap { $0 }
  }

  /// The problem behind an error of the YAML parser, without the copy of the whole text that the error holds.
  private static func problem(of error: any Error, text: String, source: String) -> ProfileProblem {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let context = context.map { " \($0.text) that began in line \($0.mark.line)" } ?? ""
      let line = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(mark.line - 1).first ?? ""
      let tab = line.prefix { $0 == " " || $0 == "\t" }.contains("\t")
      return ProfileProblem(
        source: source, line: mark.line, column: mark.column, message: "this is not YAML: \(problem)\(context)",
        hint: tab ? "indent with spaces, not with tabs" : nil)
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { "\"\($0)\"" }.joined(separator: ", ")
      return ProfileProblem(
        source: source, line: context.mark.line, column: context.mark.column,
        message: "the key \(names) stands more than once in one mapping", hint: "keep one of them")
    case .reader(let problem, let offset, _, _):
      let before = offset.map { text.prefix($0) }
      return ProfileProblem(
        source: source, line: before.map { $0.count { $0.isNewline } + 1 },
        message: "this is not YAML: \(problem)")
    default:
      return ProfileProblem(source: source, message: "this is not YAML")
    }
  }
}
