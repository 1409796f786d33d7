/// `10.0.0.1 - - [23/Nov/2026:22:10:05 +0000] "GET /items HTTP/1.1" 200 612 "-" "curl/7.88"`: nginx' `combined`,
/// which is that of Apache. Whatever comes after the status is passed over, as is a time of answering at the end.
enum CombinedLogLine {
  static func parse(_ line: Substring) throws(LogLineProblem) -> LoggedRequest {
    let (second, afterTime) = try time(in: line)
    guard let open = line[afterTime...].firstIndex(of: "\""),
      let close = closingQuote(of: line[line.index(after: open)...])
    else { throw .broken("there is no request in quotes after the time") }
    let rest = line[line.index(after: close)...].split(separator: " ", maxSplits: 1)
    guard let status = rest.first.flatMap({ Int($0) }), (100...599).contains(status) else {
      throw .broken("there is no HTTP status after the request")
    }
    let (method, target) = try RequestLine.parse(line[line.index(after: open)..<close])
    return LoggedRequest(second: second, method: method, target: target, status: status)
  }

  /// The time in brackets, and where it ends.
  static func time(in line: Substring) throws(LogLineProblem) -> (second: Int64, end: Substring.Index) {
    // A user name may have a bracket in it, so the one that a date follows is looked for.
    var start = line.startIndex
    while let open = line[start...].firstIndex(of: "["), let close = line[open...].firstIndex(of: "]") {
      if let second = LogTime.any(line[line.index(after: open)..<close]) { return (second, line.index(after: close)) }
      start = line.index(after: open)
    }
    throw .broken("there is no time in brackets, as in [23/Nov/2026:22:10:05 +0000]")
  }

  /// The quote that no backslash escapes.
  static func closingQuote(of text: Substring) -> Substring.Index? {
    var escaped = false
    return text.firstIndex { character in
      defer { escaped = character == "\\" && !escaped }
      return character == "\"" && !escaped
    }
  }
}
