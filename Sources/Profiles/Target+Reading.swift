import Foundation

extension Target {
  init?(_ field: Field) {
    guard
      let members = field.members(known: [
        "url", "connectTo", "http", "compression", "redirects", "auth", "tls", "timeouts", "connections", "servedBy",
      ])
    else { return nil }
    let url = members.required("url", example: "https://api.example.com").flatMap(Self.url)
    let connectTo = members["connectTo"].map(Self.addresses) ?? []
    let http: HTTPVersion? = members["http"].map { $0.choice() } ?? .http1
    let tls = members["tls"].map(TLS.init) ?? TLS()
    let timeouts = members["timeouts"].flatMap { $0.members(known: ["connect", "request"]) }
    let connections = members["connections"].map { ConnectionSettings($0, http: http) } ?? ConnectionSettings()
    let servedBy = members["servedBy"].flatMap { $0.members(known: ["pod", "version"]) }
    guard let url, let http else { return nil }
    if let field = members["http"] { Self.check(http, url: url, field) }
    self.init(
      url: url, connectTo: connectTo, http: http, compression: members["compression"]?.choice() ?? .none,
      redirects: members["redirects"]?.integer(0...20) ?? 0, tls: tls, connections: connections,
      connectTimeout: timeouts?["connect"]?.duration(atLeast: .milliseconds(1)) ?? .seconds(5),
      requestTimeout: timeouts?["request"]?.duration(atLeast: .milliseconds(1)) ?? .seconds(30),
      podHeader: servedBy?["pod"].flatMap(Self.headerName), versionHeader: servedBy?["version"].flatMap(Self.headerName)
    )
  }

  /// Each version of HTTP/2 belongs to one scheme, and with the other one HTTP/1.1 would be spoken unnoticed.
  private static func check(_ http: HTTPVersion, url: String, _ field: Field) {
    switch http {
    case .http2 where url.hasPrefix("http://"):
      field.report(
        "HTTP/2 is agreed on within TLS, but target.url is \(url)",
        hint: "write an https URL, or http: h2c for HTTP/2 without TLS")
    case .http2ClearText where url.hasPrefix("https://"):
      field.report(
        "h2c is HTTP/2 without TLS, but target.url is \(url)", hint: "write http: \"2\", or an http URL")
    default: break
    }
  }

  /// Scheme, host and port; a path or credentials in it would be lost, so they are refused.
  private static func url(_ field: Field) -> String? {
    guard let text = field.text() else { return nil }
    let example = "write scheme and host, as in https://api.example.com"
    guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else {
      field.report("\"\(text)\" is not an http or https URL", hint: example)
      return nil
    }
    var rest = text.dropFirst(scheme.count)
    if rest.last == "/" { rest = rest.dropLast() }
    if rest.contains("@") {
      field.report(
        "the URL holds credentials", hint: "write target.auth: {basic: {user: NAME, password: \"{{env PASSWORD}}\"}}")
      return nil
    }
    if let index = rest.firstIndex(where: { "/?#".contains($0) }) {
      field.report(
        "the URL has the path \"\(rest[index...])\"", hint: "\(example), and the path in requests[].path")
      return nil
    }
    if let ascii = asciiHost(scheme + rest) {
      field.report(
        "the host of \"\(text)\" has letters that a request cannot carry",
        hint: "write its name in ASCII (RFC 5890), as in \(scheme)\(ascii)")
      return nil
    }
    guard isAddress(String(rest), portRequired: false) else {
      field.report("\"\(text)\" has no valid host and port", hint: example)
      return nil
    }
    return scheme + rest
  }

  /// The host and port of a URL whose host has other letters than ASCII, as the name system knows them: `xn--bcher-kva.example`.
  private static func asciiHost(_ url: String) -> String? {
    guard !url.utf8.allSatisfy({ $0 < 0x80 }), let parts = URLComponents(string: url), let host = parts.encodedHost,
      host.utf8.allSatisfy({ $0 < 0x80 }), !host.contains("%")
    else { return nil }
    return host + (parts.port.map { ":\($0)" } ?? "")
  }

  private static func addresses(_ field: Field) -> [String] {
    guard let elements = field.elements(orSingle: true) else { return [] }
    if elements.isEmpty {
      field.report("no address stands here", hint: "write host and port, as in 127.0.0.1:8443, or leave the key out")
    }
    var addresses: [String] = []
    for element in elements {
      guard let address = address(element) else { continue }
      if addresses.contains(address) {
        element.report("the address \(address) stands before", hint: "name each address once")
      }
      addresses.append(address)
    }
    return addresses
  }

  private static func address(_ field: Field) -> String? {
    guard let text = field.text() else { return nil }
    if let ascii = asciiHost("https://" + text) {
      field.report(
        "\"\(text)\" has letters that no name of a host has", hint: "write it in ASCII (RFC 5890), as in \(ascii)")
      return nil
    }
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
    let members = field.members(known: [
      "verify", "ca", "clientCertificate", "clientKey", "serverName", "minVersion", "sessionResumption",
    ])
    self.init(
      verify: members?["verify"]?.bool() ?? true, caFile: Self.file(members?["ca"], "ca: authority.pem"),
      clientCertificate: Self.file(members?["clientCertificate"], "clientCertificate: client.pem"),
      clientKey: Self.file(members?["clientKey"], "clientKey: client.key"),
      serverName: members?["serverName"]?.filledText(example: "serverName: api.example.com"),
      minimumVersion: members?["minVersion"]?.choice() ?? .tls12,
      sessionResumption: members?["sessionResumption"]?.bool() ?? true)
    if let members, clientKey != nil, clientCertificate == nil, let key = members["clientKey"],
      !members.isMeant(oneOf: ["clientCertificate"])
    {
      key.report("a client key is of no use without its certificate", hint: "add clientCertificate: FILE")
    }
  }

  private static func file(_ field: Field?, _ example: String) -> Target.File? {
    field.flatMap { field in
      field.filledText(example: example).map { Target.File(path: $0, place: field.place) }
    }
  }
}
