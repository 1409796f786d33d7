import Foundation

/// One JSON object a line, by the names that nginx, Caddy, Traefik and Envoy configurations commonly use.
enum JSONLogLine {
  /// When the request came before when the line was written, where a server tells both (Traefik).
  static let timeKeys = [
    "StartUTC", "StartLocal", "start_time", "time_iso8601", "@timestamp", "timestamp", "time", "time_local", "msec",
    "ts",
  ]
  static let requestKeys = ["request", "request_line"]
  static let methodKeys = ["method", "request_method", "request.method", "RequestMethod"]
  static let targetKeys = ["request_uri", "uri", "request.uri", "url", "path", "RequestPath"]
  static let queryKeys = ["args", "query", "query_string"]
  static let versionKeys = ["server_protocol", "protocol", "proto", "request.proto", "RequestProtocol"]
  static let statusKeys = ["status", "status_code", "response_code", "DownstreamStatus"]
  static let agentKeys = ["http_user_agent", "user_agent", "request_User-Agent"]
  static let contentTypeKeys = [
    "content_type", "http_content_type", "sent_http_content_type", "request_Content-Type", "downstream_Content-Type",
  ]

  /// - Parameter used: gets the names that were read.
  static func parse(_ line: Substring, used: inout Set<String>) throws(LogLineProblem) -> LoggedRequest {
    let fields = try Fields(line)
    let (timeKey, second) = try time(fields)
    let status = fields.first(statusKeys)
    let logged = status.map { LoggedStatus($0.text) } ?? .none
    if let status, logged == .noStatus {
      throw .broken("\(status.key) is not an HTTP status", quoted: status.text)
    }
    var read = [timeKey, status?.key]
    let request: RequestLine
    if let method = fields.first(methodKeys), let target = fields.first(targetKeys) {
      let query = target.text.contains("?") ? nil : fields.first(queryKeys)
      let text = query.map { ["", "-"].contains($0.text) ? target.text : "\(target.text)?\($0.text)" } ?? target.text
      request = try RequestLine(method: method.text, target: text, version: fields.first(versionKeys)?.text)
      read += [method.key, target.key, query?.key]
    } else if let line = fields.first(requestKeys) {
      request = try RequestLine.parse(line.text)
      read.append(line.key)
    } else {
      throw missing("the request", requestKeys + methodKeys + targetKeys, in: fields)
    }
    if logged.number == 101 { throw .leftOut(.webSocket) }
    let isGRPC =
      request.looksLikeGRPC || fields.first(agentKeys)?.text.hasPrefix(RequestLine.agentOfGRPC) ?? false
      || contentTypeKeys.contains { fields.first([$0])?.text.hasPrefix("application/grpc") ?? false }
    if isGRPC { throw .leftOut(.gRPC) }
    used.formUnion(read.compactMap { $0 })
    return LoggedRequest(second: second, method: request.method, target: request.target, status: logged.number)
  }

  /// The first value under one of the names that is a time: `time` may as well be how long the answer took.
  private static func time(_ fields: Fields) throws(LogLineProblem) -> (key: String, second: Int64) {
    var refused: (key: String, text: String)?
    for key in timeKeys {
      guard let found = fields.first([key]) else { continue }
      if let second = LogTime.any(Substring(found.text)) { return (key, second) }
      refused = refused ?? found
    }
    guard let refused else { throw missing("the time", timeKeys, in: fields) }
    throw .broken("\(refused.key) is not a time", quoted: refused.text)
  }

  private static func missing(_ what: String, _ keys: [String], in fields: Fields) -> LogLineProblem {
    if let list = fields.list {
      return .broken(
        "the requests are in a list within the object, and not one a line; this reads them, LIST being its name: "
          + "jq -c '.LIST[]' LOG | scaleproof import --access-log -", quoted: list)
    }
    return .broken(
      "\(what) is not there under any of \(keys.joined(separator: ", "))",
      quoted: fields.names.prefix(12).joined(separator: ", "))
  }

  /// The values of a line by their names.
  private struct Fields {
    private let object: [String: Any]

    init(_ line: Substring) throws(LogLineProblem) {
      if let object = Self.object(Data(line.utf8)) {
        self.object = object
      } else if let object = Self.object(Data(JSONLogLine.escapedOnceMore(line.utf8))) {
        self.object = object
      } else {
        throw Self.problem(of: line)
      }
    }

    private static func object(_ data: Data) -> [String: Any]? {
      (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
    }

    private static func problem(of line: Substring) -> LogLineProblem {
      func readable(_ what: String, by command: String) -> LogLineProblem {
        .broken("\(what); this reads it: \(command) LOG | scaleproof import --access-log -")
      }
      if line.last == ",", object(Data(line.dropLast().utf8)) != nil {
        return readable("the line ends with a comma, as if within an array", by: "sed 's/,$//'")
      }
      if line.first == "{", line.last != "}" {
        return readable("the object goes over several lines", by: "jq -c .")
      }
      return .broken(
        "the line is not a JSON object; in nginx, escape=json in log_format and quotes around every variable make it one"
      )
    }

    var names: [String] { object.keys.sorted() }

    /// The name of a list of objects, such as `records`.
    var list: String? { names.first { !((object[$0] as? [Any])?.compactMap { $0 as? [String: Any] }.isEmpty ?? true) } }

    private func nested(_ key: String) -> Any? {
      guard let dot = key.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
      return (object[String(key[..<dot])] as? [String: Any])?[String(key[key.index(after: dot)...])]
    }

    /// The first of several names that has a text or a number; `request.uri` is `uri` within `request`.
    func first(_ keys: [String]) -> (key: String, text: String)? {
      for key in keys {
        let found = object[key] ?? nested(key)
        if let text = found as? String { return (key, text) }
        if let number = found as? NSNumber { return (key, number.stringValue) }
      }
      return nil
    }
  }

  /// nginx escapes `"`, `\` and what is no printable ASCII as `\xHH` unless it is told `escape=json`, which JSON does not
  /// know. With one more backslash it stays as it is written, for who reads the request line.
  private static func escapedOnceMore(_ bytes: Substring.UTF8View) -> [UInt8] {
    let backslash = UInt8(ascii: "\\")
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 16)
    var isEscaped = false
    for byte in bytes {
      if isEscaped, byte == UInt8(ascii: "x") { result.append(backslash) }
      result.append(byte)
      isEscaped = byte == backslash && !isEscaped
    }
    return result
  }
}
