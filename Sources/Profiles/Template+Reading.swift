extension Field {
  /// The text with its `{{…}}` places compiled.
  func template() -> Template? {
    node.scalar.flatMap { Template($0, reportingTo: self) }
  }
}

extension Template {
  /// What a template can fill in, as its user writes it.
  private static let functions =
    "what there is: {{int 1 50}}, {{uuid}}, {{seq}}, {{time}}, {{csv FEED.COLUMN}}, {{env NAME}}"

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
    self.init(pieces: pieces, place: field.place)
  }

  private static func piece(_ text: String, _ field: Field) -> Piece? {
    let words = text.split(separator: " ").map(String.init)
    func notUnderstood(_ hint: String) -> Piece? {
      field.report("{{\(text)}} is not understood", hint: hint)
      return nil
    }
    switch words.first {
    case "int":
      guard words.count == 3, let low = Int(words[1]), let high = Int(words[2]), low <= high else {
        return notUnderstood("write the smallest and the largest number, as in {{int 1 50}}")
      }
      return .integer(low...high)
    case "uuid" where words.count == 1: return .uuid
    case "seq" where words.count == 1: return .sequence
    case "env":
      guard words.count == 2, words[1].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else {
        return notUnderstood("write the name of the variable, as in {{env TOKEN}}")
      }
      return .environment(words[1])
    case "csv":
      return column(words.dropFirst().joined(separator: " "))
        ?? notUnderstood("write the feed and the column, as in {{csv skus.sku}}")
    case "time":
      if words.count == 1 { return .time(.rfc3339) }
      let format = words.count == 2 && words[1] != TimeFormat.rfc3339.rawValue ? TimeFormat(rawValue: words[1]) : nil
      return format.map(Piece.time) ?? notUnderstood("write {{time}}, {{time unix}} or {{time unixMs}}")
    case "uuid", "seq":
      field.report("{{\(text)}} takes no arguments", hint: "write {{\(words[0])}}")
    case let name?:
      field.report("there is no template function \"\(name)\"", hint: functions)
    case nil:
      field.report("{{}} is empty", hint: functions)
    }
    return nil
  }

  /// Reads `FEED.COLUMN`; names of feeds have no dot, those of columns may.
  private static func column(_ text: String) -> Piece? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    return .column(feed: parts[0], column: parts[1])
  }
}
