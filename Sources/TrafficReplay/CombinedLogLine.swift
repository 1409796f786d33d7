/// `10.0.0.1 - - [23/Nov/2026:22:10:05 +0000] "GET /items HTTP/1.1" 200 612 "-" "curl/7.88"`: nginx' `combined`,
/// which is that of Apache, and the Common Log Format of Traefik. Whatever comes after the status is passed over, as is
/// a time of answering at the end.
enum CombinedLogLine {
  static let order = "ADDRESS - USER [TIME] \"REQUEST\" STATUS BYTES \"REFERER\" \"USER AGENT\""

  /// - Parameter columns: takes note of what stands where the status should.
  static func parse(_ line: Substring, columns: inout ColumnOrder) throws(LogLineProblem) -> LoggedRequest {
    let (second, afterTime) = try time(in: line)
    guard let open = line[afterTime...].firstIndex(of: "\""),
      let close = closingQuote(of: line[line.index(after: open)...])
    else { throw .broken("there is no request in quotes after the time") }
    let request = line[line.index(after: open)..<close]
    let rest = line[line.index(after: close)...]
    let words = rest.split(separator: " ", maxSplits: 2)
    guard let word = words.first else { throw .broken("there is no HTTP status after the request") }
    guard word.first != "\"" else {
      throw .misplaced("the first text in quotes after the time is not followed by an HTTP status", quoted: request)
    }
    let status = LoggedStatus(word)
    columns.add(status, next: words.count > 1 ? LoggedStatus(words[1]) : .noStatus)
    guard status != .noStatus else {
      throw .misplaced("the column after the request does not hold an HTTP status", quoted: word)
    }
    let parsed = try RequestLine.parse(request)
    if status.number == 101 { throw .leftOut(.webSocket) }
    if parsed.looksLikeGRPC || parsed.method == "POST" && rest.contains("\"\(RequestLine.agentOfGRPC)") {
      throw .leftOut(.gRPC)
    }
    return LoggedRequest(second: second, method: parsed.method, target: parsed.target, status: status.number)
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
