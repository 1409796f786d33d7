extension Field {
  /// The text with its `{{…}}` places compiled.
  func template() -> Template? {
    node.scalar.flatMap { Template($0, reportingTo: self) }
  }
}

extension Template {
  /// What a template can fill in, as its user writes it.
  static let functions = ["int", "uuid", "seq", "env"]

  init?(_ text: String, reportingTo field: Field) {
    var pieces: [Piece] = []
    var rest = Substring(text)
    while let open = rest.firstRange(of: "{{") {
      if open.lowerBound > rest.startIndex { pieces.append(.literal(String(rest[..<open.lowerBound]))) }
      guard let close = rest[open.upperBound...].firstRange(of: "}}") else {
        field.report("a {{ is not closed", hint: "write it as in {{uuid}}")
        return nil
      }
      guard let piece = Self.piece(String(rest[open.upperBound..<close.lowerBound]), field) else { return nil }
      pieces.append(piece)
      rest = rest[close.upperBound...]
    }
    if !rest.isEmpty || pieces.isEmpty { pieces.append(.literal(String(rest))) }
    self.init(pieces: pieces)
  }

  private static func piece(_ text: String, _ field: Field) -> Piece? {
    let words = text.split(separator: " ").map(String.init)
    switch words.first {
    case "int":
      guard words.count == 3, let low = Int(words[1]), let high = Int(words[2]), low <= high else {
        field.report(
          "{{\(text)}} is not understood", hint: "write the smallest and the largest number, as in {{int 1 50}}")
        return nil
      }
      return .integer(low...high)
    case "uuid" where words.count == 1: return .uuid
    case "seq" where words.count == 1: return .sequence
    case "env":
      guard words.count == 2, words[1].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else {
        field.report("{{\(text)}} is not understood", hint: "write the name of the variable, as in {{env TOKEN}}")
        return nil
      }
      return .environment(words[1])
    case "uuid", "seq":
      field.report("{{\(text)}} takes no arguments", hint: "write {{\(words[0])}}")
    case let name?:
      field.report(
        "there is no template function \"\(name)\"",
        hint: "what there is: {{int 1 50}}, {{uuid}}, {{seq}}, {{env NAME}}")
    case nil:
      field.report("{{}} is empty", hint: "what there is: {{int 1 50}}, {{uuid}}, {{seq}}, {{env NAME}}")
    }
    return nil
  }
}
