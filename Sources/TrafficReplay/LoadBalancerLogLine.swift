/// A line of an AWS Application Load Balancer, by the order of fields in *Access logs for your Application Load Balancer*
/// (Elastic Load Balancing user guide): type, time, elb, client, target, three processing times, two statuses, two byte
/// counts, then the request in quotes; the time at which the request came is the 22nd field.
enum LoadBalancerLogLine {
  private static let status = 8
  private static let request = 12
  private static let creationTime = 21

  static func parse(_ line: Substring) throws(LogLineProblem) -> LoggedRequest {
    let fields = self.fields(of: line)
    guard fields.count > request else {
      throw .broken("there are \(fields.count) fields, and the request should be the 13th")
    }
    let came = fields.count > creationTime ? LogTime.iso8601(fields[creationTime]) : nil
    guard let second = came ?? LogTime.iso8601(fields[1]) else {
      throw .broken("the second field is not a time, as in 2026-11-23T22:10:05.123456Z")
    }
    // The load balancer writes - for a client that went away.
    let status = LoggedStatus(fields[status])
    guard status != .noStatus else {
      throw .misplaced("the 9th field, elb_status_code, is not an HTTP status", quoted: fields[Self.status])
    }
    if ["ws", "wss"].contains(fields[0]) { throw .leftOut(.webSocket) }
    if ["grpc", "grpcs"].contains(fields[0]) { throw .leftOut(.gRPC) }
    let parsed = try RequestLine.parse(fields[request])
    if parsed.looksLikeGRPC { throw .leftOut(.gRPC) }
    return LoggedRequest(second: second, method: parsed.method, target: parsed.target, status: status.number)
  }

  /// The fields between blanks; quotes hold one together and are taken off.
  private static func fields(of line: Substring) -> [Substring] {
    var fields: [Substring] = []
    var rest = line.drop { $0 == " " }
    while !rest.isEmpty, fields.count <= creationTime {
      if rest.first == "\"" {
        let text = rest.dropFirst()
        guard let close = CombinedLogLine.closingQuote(of: text) else {
          fields.append(text)
          break
        }
        fields.append(text[..<close])
        rest = text[text.index(after: close)...]
      } else {
        let end = rest.firstIndex(of: " ") ?? rest.endIndex
        fields.append(rest[..<end])
        rest = rest[end...]
      }
      rest = rest.drop { $0 == " " }
    }
    return fields
  }
}
