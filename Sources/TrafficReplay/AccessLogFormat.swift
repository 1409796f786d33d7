/// The formats of access logs that can be read.
package enum AccessLogFormat: String, Sendable, Equatable, CaseIterable {
  /// nginx' and Apache's combined and common format, with anything after the status.
  case combined
  /// One JSON object a line.
  case json
  /// AWS Application Load Balancer.
  case alb

  /// What the beginning of a line looks like; `nil` when like none of them.
  init?(detecting line: Substring) {
    if line.first(where: { $0 != " " }) == "{" {
      self = .json
      return
    }
    let words = line.split(separator: " ", maxSplits: 2)
    let kinds: Set<Substring> = ["http", "https", "h2", "grpcs", "ws", "wss"]
    if words.count == 3, kinds.contains(words[0]), LogTime.iso8601(words[1]) != nil {
      self = .alb
    } else if (try? CombinedLogLine.time(in: line)) != nil {
      self = .combined
    } else {
      return nil
    }
  }

  /// The format in words, for reports.
  package var name: String {
    switch self {
    case .combined: "nginx combined"
    case .json: "JSON lines"
    case .alb: "AWS Application Load Balancer"
    }
  }
}
