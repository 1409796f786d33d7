/// Where a value of the profile was written, for what is found wrong with it after reading.
package struct FieldPlace: Sendable, Equatable {
  /// The file or the option of the command line.
  package var source: String
  /// From 1; `nil` where it came from the command line.
  package var line: Int?
  package var column: Int?
  /// Where in the document: `requests[1].body.file`.
  package var path: String

  package init(source: String, line: Int? = nil, column: Int? = nil, path: String = "") {
    self.source = source
    self.line = line
    self.column = column
    self.path = path
  }

  /// Something wrong at this place.
  package func problem(_ message: String, hint: String? = nil) -> ProfileProblem {
    ProfileProblem(source: source, line: line, column: column, path: path, message: message, hint: hint)
  }
}

extension Field {
  /// Where this value stands.
  var place: FieldPlace {
    FieldPlace(source: node.place.source, line: node.place.line, column: node.place.column, path: path)
  }
}
