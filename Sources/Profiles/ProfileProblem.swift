/// One thing that is wrong with a text that a user wrote, with its place and what to do about it.
///
/// Printed as `FILE:LINE:COLUMN: PATH: message; hint`; whatever is not known is left out.
package struct ProfileProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file, or the option (`--set load.seed=x`) that the text came from.
  package var source: String
  /// From 1; `nil` for a problem of the whole text.
  package var line: Int?
  /// From 1, in characters.
  package var column: Int?
  /// Where in the document: `load.phases[1].rate`; empty for the document itself.
  package var path: String
  package var message: String
  package var hint: String?

  package init(
    source: String, line: Int? = nil, column: Int? = nil, path: String = "", message: String, hint: String? = nil
  ) {
    self.source = source
    self.line = line
    self.column = column
    self.path = path
    self.message = message
    self.hint = hint
  }

  package var description: String {
    var place = source
    if let line { place += ":\(line)" }
    if line != nil, let column { place += ":\(column)" }
    let path = path.isEmpty ? "" : "\(path): "
    let hint = hint.map { "; \($0)" } ?? ""
    return "\(place): \(path)\(message)\(hint)"
  }
}

/// Everything that is wrong with a text, in the order of its lines.
package struct ProfileProblems: Error, Sendable, Equatable, CustomStringConvertible {
  package var problems: [ProfileProblem]

  package init(_ problems: [ProfileProblem]) {
    self.problems = problems
  }

  /// One line a problem.
  package var description: String {
    problems.map(\.description).joined(separator: "\n")
  }
}
