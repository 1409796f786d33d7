/// The request line of an access log, `GET /items?page=2 HTTP/1.1`, as what a profile can send.
struct RequestLine {
  let method: String
  let target: String
  /// Whether method, version and path are those of a gRPC call: `POST /shop.v1.Cart/Add HTTP/2.0`.
  let looksLikeGRPC: Bool

  private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
  /// What the user agent of a gRPC library begins with (grpc, doc/PROTOCOL-HTTP2.md, "User Agents").
  static let agentOfGRPC = "grpc-"

  /// Method and target of a request line. What nginx and Apache escaped (`\x22`) is read back.
  static func parse(_ line: some StringProtocol) throws(LogLineProblem) -> RequestLine {
    let words = line.split(separator: " ")
    if words.isEmpty || words.count == 1 && words[0] == "-" { throw .leftOut(.noRequest) }
    // Proxies that log without the protocol give two words; a blank within a path is the client's fault, and more.
    guard (2...3).contains(words.count), words.count == 2 || words[2].hasPrefix("HTTP/") else {
      throw .leftOut(.notHTTP, quoted: line)
    }
    return try RequestLine(method: words[0], target: words[1], version: words.count == 3 ? words[2] : nil)
  }

  init(
    method: some StringProtocol, target: some StringProtocol, version: (some StringProtocol)?
  ) throws(LogLineProblem) {
    guard Self.methods.contains(String(method)) else { throw .leftOut(.method, quoted: method) }
    if ["ws://", "wss://"].contains(where: target.hasPrefix) { throw .leftOut(.webSocket) }
    self.method = String(method)
    self.target = try Self.target(target)
    let isHTTP2 = version.map { $0.hasPrefix("HTTP/2") || $0.hasPrefix("HTTP/3") } ?? false
    looksLikeGRPC =
      isHTTP2 && self.method == "POST"
      && self.target.wholeMatch(of: /\/([A-Za-z_][A-Za-z0-9_]*\.)+[A-Z][A-Za-z0-9_]*\/[A-Z][A-Za-z0-9_]*/) != nil
  }

  /// Path and query, without the scheme and host of a proxy request and without a fragment.
  private static func target(_ text: some StringProtocol) throws(LogLineProblem) -> String {
    var bytes = unescaped(text)[...]
    if let scheme = ["http://", "https://"].first(where: { bytes.starts(with: $0.utf8) }) {
      bytes = bytes.dropFirst(scheme.utf8.count)
      bytes = bytes[(bytes.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? bytes.endIndex)...]
      if bytes.first != UInt8(ascii: "/") { bytes = ([UInt8(ascii: "/")] + bytes)[...] }
    }
    guard bytes.first == UInt8(ascii: "/") else { throw .leftOut(.noPath, quoted: text) }
    return encoded(bytes.prefix { $0 != UInt8(ascii: "#") })
  }

  /// Encodes what a URL cannot hold, and the braces that have a meaning in profiles.
  private static func encoded(_ bytes: some Sequence<UInt8>) -> String {
    var result = ""
    for byte in bytes {
      if byte > 0x20, byte < 0x7F, !"{}\"<>\\^`|".utf8.contains(byte) {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        result += digits.count == 1 ? "%0" + digits : "%" + digits
      }
    }
    return result
  }

  private static func unescaped(_ text: some StringProtocol) -> [UInt8] {
    let bytes = Array(text.utf8)
    guard bytes.contains(UInt8(ascii: "\\")) else { return bytes }
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\\"), index + 3 < bytes.count, bytes[index + 1] == UInt8(ascii: "x"),
        let value = UInt8(String(decoding: bytes[(index + 2)...(index + 3)], as: UTF8.self), radix: 16)
      {
        result.append(value)
        index += 4
      } else if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count {
        result.append(bytes[index + 1])
        index += 2
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return result
  }
}
