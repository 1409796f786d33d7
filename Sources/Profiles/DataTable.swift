/// A CSV text with a row of column names (RFC 4180).
///
/// Fields are separated by commas; one in double quotes may hold commas, line breaks, and `""` for a quote. Blank
/// lines are passed over, as is a byte-order mark.
package struct DataTable: Sendable, Equatable {
  /// From the first row, each of its own.
  package let columns: [String]
  /// At least one; each has as many fields as there are columns.
  package let rows: [[String]]

  /// Reads a text.
  ///
  /// - Parameter source: the file, for messages.
  /// - Throws: ``ProfileProblems`` for a text without a row of data, a column that is named twice or not at all, rows
  ///   of different lengths, or a quote that is not closed or stands inside a field without quotes.
  package init(text: String, source: String) throws(ProfileProblems) {
    var reader = CSVReader(text: text, source: source)
    let records: [CSVReader.Record]
    do {
      records = try reader.records()
    } catch {
      throw ProfileProblems([error])
    }
    guard let head = records.first else {
      throw ProfileProblems([
        ProfileProblem(
          source: source, message: "the file is empty",
          hint: "its first row names the columns, as in sku,price, and the rows below hold the data")
      ])
    }
    var problems = Self.problems(ofHead: head, source: source)
    for record in records.dropFirst() where record.fields.count != head.fields.count {
      guard problems.count < 10 else { break }
      problems.append(
        ProfileProblem(
          source: source, line: record.line, column: 1,
          message: "this row has \(Self.count(record.fields.count, "field")), but the first row names "
            + Self.count(head.fields.count, "column"),
          hint: record.fields.count > head.fields.count
            ? "put a field that holds a comma into double quotes" : "write the missing fields, if only as commas"))
    }
    if records.count == 1 {
      problems.append(
        ProfileProblem(
          source: source, line: head.line, column: 1, message: "there is no row of data below the names of the columns",
          hint: "the first row names the columns; add at least one below"))
    }
    guard problems.isEmpty else { throw ProfileProblems(problems) }
    columns = head.fields.map(\.text)
    rows = records.dropFirst().map { $0.fields.map(\.text) }
  }

  private static func count(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }

  private static func problems(ofHead head: CSVReader.Record, source: String) -> [ProfileProblem] {
    var seen: Set<String> = []
    return head.fields.compactMap { field in
      func problem(_ message: String, _ hint: String) -> ProfileProblem {
        ProfileProblem(source: source, line: field.line, column: field.column, message: message, hint: hint)
      }
      if field.text.isEmpty {
        return problem("a column has no name", "the first row names the columns, as in sku,price")
      }
      if !seen.insert(field.text).inserted {
        return problem("the column \"\(field.text)\" is named twice", "give each column a name of its own")
      }
      return nil
    }
  }
}
