import Foundation

/// One JSON object a line, by the names that nginx, Caddy, Traefik and Envoy configurations commonly use.
enum JSONLogLine {
  static let timeKeys = [
    "time_iso8601", "@timestamp", "timestamp", "time", "time_local", "msec", "ts", "start_time", "StartUTC",
  ]
  static let requestKeys = ["request", "request_line"]
  static let methodKeys = ["method", "request_method", "request.method", "RequestMethod"]
  static let targetKeys = ["request_uri", "uri", "request.uri", "url", "path", "RequestPath"]
  static let queryKeys = ["args", "query", "query_string"]
  static let statusKeys = ["status", "status_code", "response_code", "DownstreamStatus"]

  /// - Parameter used: gets the names that were read.
  static func parse(_ line: Substring, used: inout Set<String>) throws(LogLineProblem) -> LoggedRequest {
    guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
      throw .broken("the line is not a JSON object")
    }
    func value(_ keys: [String]) -> (key: String, text: String)? {
      for key in keys {
        let path = key.split(separator: ".").map(String.init)
        let found = path.count == 2 && object[key] == nil ? (object[path[0]] as? [String: Any])?[path[1]] : object[key]
        if let text = found as? String { return (key, text) }
        if let number = found as? NSNumber { return (key, number.stringValue) }
      }
      return nil
    }
    guard let time = value(timeKeys) else { throw missing("the time", timeKeys, in: object) }
    guard let second = LogTime.any(Substring(time.text)) else {
      throw .broken("\(time.key) \"\(time.text)\" is not a time")
    }
    let status = value(statusKeys)
    var read = [time.key, status?.key]
    let parsed: (method: String, target: String)
    if let method = value(methodKeys), let target = value(targetKeys) {
      let query = target.text.contains("?") ? nil : value(queryKeys)
      let text = query.map { ["", "-"].contains($0.text) ? target.text : "\(target.text)?\($0.text)" } ?? target.text
      parsed = (try RequestLine.method(method.text), try RequestLine.target(text))
      read += [method.key, target.key, query?.key]
    } else if let request = value(requestKeys) {
      parsed = try RequestLine.parse(request.text)
      read.append(request.key)
    } else {
      throw missing("the request", requestKeys + methodKeys + targetKeys, in: object)
    }
    used.formUnion(read.compactMap { $0 })
    return LoggedRequest(
      second: second, method: parsed.method, target: parsed.target, status: status.flatMap { Int($0.text) })
  }

  private static func missing(_ what: String, _ keys: [String], in object: [String: Any]) -> LogLineProblem {
    let present = object.keys.sorted().prefix(12).joined(separator: ", ")
    return .broken("\(what) is not there under any of \(keys.joined(separator: ", ")); the line has \(present)")
  }
}
