/// Splits a CSV text into records and fields with their places.
struct CSVReader {
  struct Field {
    var text: String
    /// From 1.
    var line: Int
    /// From 1, in characters.
    var column: Int
  }

  struct Record {
    var fields: [Field]
    var line: Int { fields.first?.line ?? 1 }
  }

  private let source: String
  private let text: Substring
  private var index: Substring.Index
  private var line = 1
  private var column = 1

  init(text: String, source: String) {
    self.source = source
    self.text = text.first == "\u{FEFF}" ? text.dropFirst() : text[...]
    index = self.text.startIndex
  }

  private var next: Character? { index < text.endIndex ? text[index] : nil }

  private mutating func advance() {
    // A carriage return with a line feed is one Character.
    if text[index].isNewline {
      line += 1
      column = 1
    } else {
      column += 1
    }
    text.formIndex(after: &index)
  }

  /// All records but blank lines.
  mutating func records() throws(ProfileProblem) -> [Record] {
    var records: [Record] = []
    while next != nil {
      var fields = [try field()]
      while next == "," {
        advance()
        fields.append(try field())
      }
      if next != nil { advance() }
      let blank = fields.count == 1 && fields[0].text.allSatisfy(\.isWhitespace)
      if !blank { records.append(Record(fields: fields)) }
    }
    return records
  }

  /// One field up to its comma, line break or the end.
  private mutating func field() throws(ProfileProblem) -> Field {
    var field = Field(text: "", line: line, column: column)
    guard next == "\"" else {
      while let character = next, character != ",", !character.isNewline {
        if character == "\"" {
          throw problem(
            line, column, "a quote stands inside a field that does not begin with one",
            "put the whole field into double quotes, and write each quote in it twice")
        }
        field.text.append(character)
        advance()
      }
      return field
    }
    advance()
    while let character = next {
      advance()
      guard character == "\"" else {
        field.text.append(character)
        continue
      }
      if next == "\"" {
        field.text.append("\"")
        advance()
        continue
      }
      if let after = next, after != ",", !after.isNewline {
        throw problem(
          line, column, "a comma or the end of the line should follow the closing quote",
          "write a quote in a field twice")
      }
      return field
    }
    throw problem(
      field.line, field.column, "the quote that opens here is never closed",
      "close it; a quote inside a field is written twice")
  }

  private func problem(_ line: Int, _ column: Int, _ message: String, _ hint: String) -> ProfileProblem {
    ProfileProblem(source: source, line: line, column: column, message: message, hint: hint)
  }
}
