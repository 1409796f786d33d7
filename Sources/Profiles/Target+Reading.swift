extension Target {
  init?(_ field: Field) {
    guard
      let members = field.members(known: [
        "url", "connectTo", "http", "tls", "timeouts", "connections", "servedBy",
      ])
    else { return nil }
    let url = members.required("url", example: "https://api.example.com").flatMap(Self.url)
    let connectTo = members["connectTo"].flatMap(Self.address)
    let http: HTTPVersion? = members["http"].map { $0.choice() } ?? .http1
    let tls = members["tls"].map(TLS.init) ?? TLS()
    let timeouts = members["timeouts"].flatMap { $0.members(known: ["connect", "request"]) }
    let connections = members["connections"].flatMap { $0.members(known: ["maxInFlight", "maxLateness"]) }
    let servedBy = members["servedBy"].flatMap { $0.members(known: ["pod", "version"]) }
    guard let url, let http else { return nil }
    self.init(
      url: url, connectTo: connectTo, http: http, tls: tls,
      connectTimeout: timeouts?["connect"]?.duration(atLeast: .milliseconds(1)) ?? .seconds(5),
      requestTimeout: timeouts?["request"]?.duration(atLeast: .milliseconds(1)) ?? .seconds(30),
      maxInFlight: connections?["maxInFlight"]?.integer(1...1_000_000) ?? 1000,
      maxLateness: connections?["maxLateness"]?.duration() ?? .seconds(1),
      podHeader: servedBy?["pod"].flatMap(Self.headerName), versionHeader: servedBy?["version"].flatMap(Self.headerName)
    )
  }

  /// Scheme, host and port; a path or credentials in it would be lost, so they are refused.
  private static func url(_ field: Field) -> String? {
    guard let text = field.text() else { return nil }
    let example = "write scheme and host, as in https://api.example.com"
    guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else {
      field.report("\"\(SecretRedaction.redacted(text: text))\" is not an http or https URL", hint: example)
      return nil
    }
    var rest = text.dropFirst(scheme.count)
    if rest.last == "/" { rest = rest.dropLast() }
    if rest.contains("@") {
      field.report(
        "the URL holds credentials", hint: "send them in a header, as in Authorization: \"Basic {{env CREDENTIALS}}\"")
      return nil
    }
    if let index = rest.firstIndex(where: { "/?#".contains($0) }) {
      field.report(
        "the URL has the path \"\(rest[index...])\"", hint: "\(example), and the path in requests[].path")
      return nil
    }
    guard isAddress(String(rest), portRequired: false) else {
      field.report("\"\(text)\" has no valid host and port", hint: example)
      return nil
    }
    return scheme + rest
  }

  private static func address(_ field: Field) -> String? {
    guard let text = field.text() else { return nil }
    guard isAddress(text, portRequired: true) else {
      field.report("\"\(text)\" is not an address", hint: "write host and port, as in 127.0.0.1:8443")
      return nil
    }
    return text
  }

  /// Whether a text is a host with a port: `localhost:80`, `[::1]:8080`.
  private static func isAddress(_ text: String, portRequired: Bool) -> Bool {
    var host = Substring(text)
    var port: Substring?
    if host.first == "[" {
      guard let end = host.firstIndex(of: "]") else { return false }
      let rest = host[host.index(after: end)...]
      guard rest.isEmpty || rest.first == ":" else { return false }
      port = rest.isEmpty ? nil : rest.dropFirst()
      host = host[host.index(after: host.startIndex)..<end]
      guard host.allSatisfy({ $0.isHexDigit || ":.%".contains($0) }) else { return false }
    } else {
      let parts = host.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count <= 2 else { return false }
      port = parts.count == 2 ? parts[1] : nil
      host = parts[0]
      guard host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }) else { return false }
    }
    guard !host.isEmpty else { return false }
    guard let port else { return !portRequired }
    return port.allSatisfy { $0.isASCII && $0.isNumber } && (1...65_535).contains(Int(port) ?? 0)
  }

  static func headerName(_ field: Field) -> String? {
    guard let text = field.text() else { return nil }
    guard RequestRoute.isHeaderName(text) else {
      field.report("\"\(text)\" is not the name of a header", hint: "write it as in X-Pod")
      return nil
    }
    return text
  }
}

extension Target.TLS {
  init(_ field: Field) {
    let members = field.members(known: ["verify", "ca", "clientCertificate", "clientKey", "serverName"])
    self.init(
      verify: members?["verify"]?.bool() ?? true, caFile: members?["ca"]?.text(),
      clientCertificate: members?["clientCertificate"]?.text(), clientKey: members?["clientKey"]?.text(),
      serverName: members?["serverName"]?.text())
    if clientKey != nil, clientCertificate == nil, let key = members?["clientKey"] {
      key.report("a client key is of no use without its certificate", hint: "add clientCertificate: FILE")
    }
  }
}
