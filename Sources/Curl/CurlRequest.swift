package import LoadFacts

/// One HTTP request of a ``CurlSession``.
package struct CurlRequest: Sendable {
  package var method: String
  /// An absolute http or https URL, already percent-encoded.
  package var url: String
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]?
  /// The longest time for the whole exchange; `nil` for none, as watches want it.
  package var timeout: Duration?
  package var connectTimeout: Duration
  package var tls: TLSSettings
  /// `HOST:PORT` to connect to whatever the URL says.
  package var connectTo: String?
  /// `nil` for a direct connection.
  package var proxy: Proxy?
  /// `nil` for the newest that both sides speak.
  package var httpVersion: HTTPVersion?
  /// Whether the response says which certificate the server showed.
  package var keepsCertificate: Bool
  /// Whether the server may pack the body by gzip, which is unpacked here.
  package var acceptsGzip: Bool
  /// The most bytes of body to take, unpacked, or of one line of a stream; beyond, the exchange fails as ``TransferFailure/tooLarge``.
  package var maximumBodySize: Int

  package init(
    method: String = "GET", url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
    timeout: Duration? = .seconds(30), connectTimeout: Duration = .seconds(10), tls: TLSSettings = .standard,
    connectTo: String? = nil, proxy: Proxy? = nil, httpVersion: HTTPVersion? = nil, keepsCertificate: Bool = false,
    acceptsGzip: Bool = false, maximumBodySize: Int = 64 << 20
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
    self.connectTimeout = connectTimeout
    self.tls = tls
    self.connectTo = connectTo
    self.proxy = proxy
    self.httpVersion = httpVersion
    self.keepsCertificate = keepsCertificate
    self.acceptsGzip = acceptsGzip
    self.maximumBodySize = maximumBodySize
  }
}

extension CurlRequest {
  /// A transfer that sends this request.
  func transfer(token: Int) throws(CurlError) -> Transfer {
    var transfer = try Transfer(token: token)
    try transfer.set(.method, method)
    try transfer.set(.noBody, method == "HEAD")
    try transfer.set(.pathAsIs, true)
    try transfer.set(.keepAliveProbes, true)
    if let proxy { try transfer.set(.proxy, proxy.url) }
    if let httpVersion { try transfer.set(httpVersion) }
    // All requests share one connection where the server speaks HTTP/2, also those that are sent before it is known to.
    try transfer.set(.waitsForMultiplexing, url.hasPrefix("https://"))
    if acceptsGzip { try transfer.set(.acceptedEncoding, "gzip") }
    if keepsCertificate { try transfer.set(.keepsCertificates, true) }
    try transfer.set(.connectTimeout, connectTimeout)
    if let timeout { try transfer.set(.timeout, timeout) }
    if let body {
      try transfer.setBody(body)
      try transfer.set(.method, method)
    }
    try transfer.set(tls)
    let route = try route()
    try transfer.set(.url, route.url)
    try transfer.setConnectTo(route.connectTo)
    // "Expect:" spares a round trip before bodies over 1 MB, which API servers do not need.
    try transfer.setHeaders(headers.map { "\($0.name): \($0.value)" } + route.headers + ["Expect:"])
    return transfer
  }

  /// The URL to give to libcurl.
  ///
  /// libcurl asks for, and checks, the host of the URL. Another name is therefore put into the URL, while the
  /// connection and the Host header keep the real one.
  private func route() throws(CurlError) -> (url: String, connectTo: String?, headers: [String]) {
    guard let name = tls.serverName, url.hasPrefix("https://") else { return (url, connectTo, []) }
    let rest = url.dropFirst("https://".count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    guard !authority.isEmpty else {
      throw CurlError(failure: .other, description: "the URL \"\(url)\" has no host")
    }
    let portSeparator = authority.lastIndex(of: ":")
    let hasPort = portSeparator.map { !authority[$0...].contains("]") } ?? false
    let port = hasPort ? portSeparator.map { String(authority[$0...]) } ?? "" : ""
    let address = hasPort ? String(authority) : "\(authority):443"
    let hostHeader = headers.contains { $0.name.lowercased() == "host" } ? [] : ["Host: \(authority)"]
    return ("https://\(name)\(port)\(rest.dropFirst(authority.count))", connectTo ?? address, hostHeader)
  }
}

/// Status line and header fields of a response.
package struct CurlResponseHead: Sendable {
  package let status: Int
  /// In the order received, with the spelling of the server.
  package let headers: [(name: String, value: String)]
  /// When the request was handed to libcurl.
  package let sentAt: ContinuousClock.Instant
  /// When the last header line had come.
  package let receivedAt: ContinuousClock.Instant

  /// The first value of a field, whose name may be in any case.
  package func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}

/// A complete response.
package struct CurlResponse: Sendable {
  package let status: Int
  /// In the order received, with the spelling of the server.
  package let headers: [(name: String, value: String)]
  package let body: [UInt8]
  /// The version that was spoken; `nil` for another than ``HTTPVersion`` knows.
  package let httpVersion: HTTPVersion?
  /// The certificate of the server, when the request asked to keep it and the connection was a new one of TLS.
  package let certificate: ServerCertificate?
  package let times: TransferTimes
  /// When the request was handed to libcurl.
  package let sentAt: ContinuousClock.Instant
  /// When the last byte had come.
  package let receivedAt: ContinuousClock.Instant

  /// The first value of a field, whose name may be in any case.
  package func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}

/// One line of a streamed body.
package struct CurlLine: Sendable {
  /// Without the line feed.
  package let bytes: [UInt8]
  /// When its last byte had come.
  package let receivedAt: ContinuousClock.Instant
}

/// A response whose body is delivered line by line while it comes.
package struct CurlStream: Sendable {
  package let head: CurlResponseHead
  /// The lines of the body. They end when the server ends the response, and fail with ``CurlError`` when the connection
  /// breaks, a line is too long, or the reader falls too far behind. Leaving the loop ends the transfer.
  package let lines: AsyncThrowingStream<CurlLine, any Error>

  /// The whole body, for responses that turn out not to be a stream, such as errors.
  ///
  /// Lines come back joined by line feeds; bytes beyond `limit` are left out.
  package func body(limit: Int = 1 << 20) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await line in lines {
      if !bytes.isEmpty { bytes.append(UInt8(ascii: "\n")) }
      bytes += line.bytes.prefix(limit - bytes.count)
      if bytes.count >= limit { break }
    }
    return bytes
  }
}
