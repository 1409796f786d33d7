import Redaction
import Units

/// What is found wrong while a document is read, so that all of it is told at once.
final class ProblemCollector {
  private(set) var problems: [ProfileProblem] = []

  func add(_ place: YAMLNode.Place, path: String, _ message: String, hint: String? = nil) {
    problems.append(
      ProfileProblem(
        source: place.source, line: place.line, column: place.column, path: path, message: message, hint: hint))
  }

  func add(_ problem: ProfileProblem) { problems.append(problem) }

  /// The problems in the order of the text.
  var sorted: [ProfileProblem] {
    problems.enumerated().sorted { left, right in
      let (a, b) = (left.element, right.element)
      return (a.line ?? 0, a.column ?? 0, left.offset) < (b.line ?? 0, b.column ?? 0, right.offset)
    }.map(\.element)
  }
}

/// A value of the document that is being read, with its path and the place where problems go.
///
/// Each reading method gives `nil` after it has told what is wrong, so that reading goes on behind a problem.
struct Field {
  let node: YAMLNode
  let path: String
  let problems: ProblemCollector

  /// Tells what is wrong. What the message quotes of a secret is replaced.
  func report(_ message: String, hint: String? = nil) {
    var message = SecretText.redacted(message: message)
    if let text = node.scalar, isSecret, SecretText.isLiteral(text) {
      // A short one is replaced only where it is quoted, since it may be part of any word.
      message = message.replacing("\"\(text)\"", with: "\"\(SecretText.replacement)\"")
      if text.count > 3 { message = message.replacing(text, with: SecretText.replacement) }
    }
    problems.add(node.place, path: path, message, hint: hint)
  }

  /// Whether a key on the way to the value says that it is a secret.
  private var isSecret: Bool {
    path.split { ".[]".contains($0) }.contains { $0 != "clientKey" && SecretName.isSecret($0) }
  }

  /// Reads the value as a whole. Where the reader gives nothing, something has been told by then: what stands in a profile
  /// is never left out in silence.
  func read<Value>(_ reader: (Field) -> Value?) -> Value? {
    let before = problems.problems.count
    let value = reader(self)
    if value == nil, problems.problems.count == before { report("this cannot be read") }
    return value
  }

  /// The text of a single value.
  func text() -> String? {
    if node.isNull {
      report("nothing stands here", hint: "write a value, or leave the key out")
      return nil
    }
    guard let text = node.scalar else {
      report("this should be a single value, not \(node.kindInWords)")
      return nil
    }
    return text
  }

  /// A text that says something, such as the name of a file.
  func filledText(example: String) -> String? {
    guard let text = text() else { return nil }
    guard !text.allSatisfy(\.isWhitespace) else {
      report("the text is empty", hint: "write it as in \(example)")
      return nil
    }
    return text
  }

  /// A value that is read from text, such as a duration or a rate.
  func value<Value>(_ read: (String) throws(UnitProblem) -> Value) -> Value? {
    guard let text = text() else { return nil }
    do {
      return try read(text)
    } catch {
      report("\(error)")
      return nil
    }
  }

  /// Longer ones are mistakes, and would overflow when added to others.
  private static let longestDuration = Duration.seconds(366 * 86_400)

  func duration(atLeast least: Duration = .zero) -> Duration? {
    guard let text = text() else { return nil }
    if text.hasPrefix("-") {
      report("\"\(text)\" is negative", hint: "a duration is zero or more")
      return nil
    }
    guard let duration = value({ text throws(UnitProblem) in try Duration(text: text) }) else { return nil }
    if duration > Self.longestDuration {
      report(
        "\(duration.text) is too long", hint: "no length of time may be over a year (\(Self.longestDuration.text))")
      return nil
    }
    if duration < least {
      report("\(duration.text) is too short", hint: "it must be at least \(least.text)")
      return nil
    }
    return duration
  }

  func rate() -> Rate? {
    if let text = node.scalar, text.hasPrefix("-") {
      report("\"\(text)\" is negative", hint: "a rate is zero or more, as in 200/s")
      return nil
    }
    return value { text throws(UnitProblem) in try Rate(text: text) }
  }

  func percentage() -> Percentage? { value { text throws(UnitProblem) in try Percentage(text: text) } }

  /// A percentile above 0 and below 100.
  func percentile() -> Double? {
    guard let text = text() else { return nil }
    guard let value = Double(text), value > 0, value < 100 else {
      report("\"\(text)\" is not a percentile", hint: "write a number above 0 and below 100, as in 99 or 99.9")
      return nil
    }
    return value
  }

  func count() -> CountCondition? { value { text throws(UnitProblem) in try CountCondition(text: text) } }

  func integer(_ range: ClosedRange<Int>) -> Int? {
    guard let text = text() else { return nil }
    guard let value = Int(text) else {
      report("\"\(text)\" is not a whole number")
      return nil
    }
    guard range.contains(value) else {
      let limit =
        range.upperBound == .max ? "\(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
      report("\(value) is out of range", hint: "it must be \(limit)")
      return nil
    }
    return value
  }

  func bool() -> Bool? {
    guard let text = text() else { return nil }
    guard case .bool(let value) = PlainScalar(text) else {
      report("\"\(text)\" is neither true nor false")
      return nil
    }
    return value
  }

  /// One of a fixed set of words.
  func choice<Choice: RawRepresentable & CaseIterable>(of type: Choice.Type = Choice.self) -> Choice?
  where Choice.RawValue == String {
    guard let text = text() else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let words = Choice.allCases.map(\.rawValue)
    report("\"\(text)\" is not known", hint: Self.hint(for: text, among: words))
    return nil
  }

  /// A name that moments, windows and reports use.
  func name(reserved: Set<String> = []) -> String? {
    guard let text = text() else { return nil }
    guard text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }), !text.isEmpty
    else {
      report("\"\(text)\" is not a name", hint: "write letters, digits, - and _")
      return nil
    }
    guard !reserved.contains(text) else {
      report("\"\(text)\" has a meaning of its own", hint: "choose another name")
      return nil
    }
    return text
  }

  /// The elements of a list, each with its path.
  func elements(orSingle single: Bool = false) -> [Field]? {
    if single, node.scalar != nil, !node.isNull { return [self] }
    guard let elements = node.elements else {
      report("this should be a list, not \(node.kindInWords)")
      return nil
    }
    return elements.enumerated().map { index, element in
      Field(node: element, path: "\(path)[\(index)]", problems: problems)
    }
  }

  /// The members of a mapping, after every key that is not among `known` was reported.
  func members(known: [String]) -> Members? {
    guard let entries = node.entries else {
      report("this should be a mapping with the keys \(known.joined(separator: ", ")), not \(node.kindInWords)")
      return nil
    }
    for entry in entries where !known.contains(entry.key) {
      problems.add(
        entry.keyPlace, path: path, "unknown key \"\(entry.key)\"", hint: Self.hint(for: entry.key, among: known))
    }
    return Members(field: self, known: known)
  }

  /// The members of a mapping whose keys are checked elsewhere.
  var members: Members { Members(field: self, known: nil) }

  /// Any mapping: its entries, each with the place of its key.
  func entries() -> [(key: String, field: Field)]? {
    guard let entries = node.entries else {
      report("this should be a mapping, not \(node.kindInWords)")
      return nil
    }
    return entries.map { ($0.key, Field(node: $0.value, path: Self.join(path, $0.key), problems: problems)) }
  }

  /// The nearest of the valid names, or all of them when none is near.
  static func hint(for name: String, among names: [String]) -> String {
    if let nearest = Spelling.nearest(to: name, among: names) { return "did you mean \"\(nearest)\"?" }
    return names.isEmpty ? "there is none" : "what is known: \(names.joined(separator: ", "))"
  }

  static func join(_ path: String, _ key: String) -> String {
    path.isEmpty ? key : "\(path).\(key)"
  }
}

/// The members of a mapping.
struct Members {
  let field: Field
  /// The keys that may stand here, any other of which was told; `nil` where that is seen to elsewhere.
  let known: [String]?

  /// The member with a key, or `nil` where there is none.
  subscript(key: String) -> Field? {
    field.node[key].map { Field(node: $0, path: Field.join(field.path, key), problems: field.problems) }
  }

  /// The member with a key, reported when there is none.
  func required(_ key: String, example: String) -> Field? {
    if let member = self[key] { return member }
    if !isMeant(oneOf: [key]) {
      field.report("the key \"\(key)\" is missing", hint: "write it as in \(key): \(example)")
    }
    return nil
  }

  /// The one of several keys that stands here, where exactly one has to.
  ///
  /// - Parameters:
  ///   - nothing: what is told where none of them stands here, and none is misspelt.
  ///   - several: what is told where more than one does, given their names.
  func one(
    of keys: [String], nothing: @autoclosure () -> (message: String, hint: String),
    several: (_ given: String) -> (message: String, hint: String)
  ) -> (key: String, field: Field)? {
    let given = keys.compactMap { key in self[key].map { (key: key, field: $0) } }
    if given.count > 1 {
      let (message, hint) = several(given.map(\.key).joined(separator: " and "))
      field.report(message, hint: hint)
      return nil
    }
    if given.isEmpty, !isMeant(oneOf: keys) {
      let (message, hint) = nothing()
      field.report(message, hint: hint)
    }
    return given.first
  }

  /// Whether an unknown key stands here that may be meant as one of these: it was told, and that one is missing is the same
  /// mistake.
  func isMeant(oneOf keys: [String]) -> Bool {
    guard let known, let entries = field.node.entries else { return false }
    return entries.contains { entry in
      guard !known.contains(entry.key) else { return false }
      guard let nearest = Spelling.nearest(to: entry.key, among: known) else { return keys.count > 1 }
      return keys.contains(nearest)
    }
  }
}
