internal import CLibcurl
internal import Glibc
package import LoadFacts

/// Owner of one libcurl easy handle: a request that is configured once and sent as often as wanted.
///
/// It belongs to the thread that made it. A ``Multiplexer`` runs it and names it by its token when it is done; between
/// being added and being removed it must not change.
package struct Transfer: ~Copyable {
  let handle: UnsafeMutableRawPointer
  /// Filled by libcurl when a transfer fails; at a fixed place for the life of the handle.
  private let errorText: UnsafeMutablePointer<CChar>
  private var headers = TextList()
  private var connectTo = TextList()
  /// At a fixed place for the life of the handle.
  private let attempts: UnsafeMutablePointer<scaleproof_attempts>
  /// Whose connections it goes over; `nil` before it is started for the first time.
  private(set) var group: ConnectionGroup?

  /// What ``Multiplexer/nextCompletion()`` calls this transfer; 0 or more.
  package let token: Int

  /// A new transfer with the settings that all of ours share: no signals, http and https only, body thrown away, and no proxy
  /// whatever the environment says (see ``ProxyEnvironment``).
  package init(token: Int) throws(CurlError) {
    CurlGlobal.initialise()
    guard let handle = curl_easy_init() else {
      throw CurlError(failure: .localLimit, description: "libcurl: curl_easy_init: out of memory")
    }
    let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    var code = scaleproof_easy_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
    // The token itself, as a bit pattern: libcurl holds no pointer to a Swift object of ours.
    if code == CURLE_OK {
      code = scaleproof_easy_set_pointer(handle, CURLOPT_PRIVATE, UnsafeMutableRawPointer(bitPattern: token + 1))
    }
    if code == CURLE_OK { code = scaleproof_easy_set_long(handle, CURLOPT_NOSIGNAL, 1) }
    if code == CURLE_OK { code = scaleproof_easy_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https") }
    if code == CURLE_OK { code = scaleproof_easy_discard_body(handle) }
    let attempts = UnsafeMutablePointer<scaleproof_attempts>.allocate(capacity: 1)
    attempts.initialize(
      to: scaleproof_attempts(handle: handle, begun: 0, has_repeated: 0, is_sent_once: 0, is_closing: 0, was_refused: 0)
    )
    if code == CURLE_OK { code = scaleproof_easy_set_attempts(handle, attempts) }
    if code == CURLE_OK { code = scaleproof_easy_set_string(handle, CURLOPT_PROXY, "") }
    if code == CURLE_OK { code = scaleproof_easy_set_string(handle, CURLOPT_NOPROXY, "") }
    guard code == CURLE_OK else {
      curl_easy_cleanup(handle)
      errorText.deallocate()
      attempts.deallocate()
      throw CurlError.setup("new transfer", code: code)
    }
    self.handle = handle
    self.errorText = errorText
    self.attempts = attempts
    self.token = token
  }

  deinit {
    curl_easy_cleanup(handle)
    errorText.deallocate()
    attempts.deallocate()
  }

  /// Makes ready for a start over the connections of a group.
  mutating func join(_ group: ConnectionGroup) throws(CurlError) {
    attempts.pointee.begun = 0
    attempts.pointee.was_refused = 0
    guard self.group !== group else { return }
    let code = scaleproof_easy_set_socket_callbacks(
      handle, WatchedSockets.openedCallback, WatchedSockets.closedCallback,
      Unmanaged.passUnretained(group).toOpaque())
    try check("CURLOPT_SOCKOPTFUNCTION", code)
    self.group = group
  }

  /// From now on, and until ``endClosing()``, it neither sends nor opens anything, and the connection that it finds is closed.
  mutating func beginClosing() throws(CurlError) {
    attempts.pointee.is_closing = 1
    try set(.closesConnection, true)
  }

  mutating func endClosing() throws(CurlError) {
    attempts.pointee.is_closing = 0
    try set(.closesConnection, false)
  }

  /// Whether libcurl may send it a second time when a kept connection breaks under it before an answer has begun. Otherwise it
  /// ends as ``TransferFailure/idleClosed``, unless not a byte of it was sent.
  package mutating func allowRepetition(_ isAllowed: Bool) {
    attempts.pointee.is_sent_once = isAllowed ? 0 : 1
  }

  package mutating func set(_ option: Option<String>, _ value: String?) throws(CurlError) {
    try check(option.name, scaleproof_easy_set_string(handle, option.curl, value))
  }

  /// Sets a string from UTF-8 bytes that end with a zero, without making a `String`.
  package mutating func set(_ option: Option<String>, terminatedBytes: [UInt8]) throws(CurlError) {
    let code = terminatedBytes.withUnsafeBytes {
      scaleproof_easy_set_string(handle, option.curl, $0.bindMemory(to: CChar.self).baseAddress)
    }
    try check(option.name, code)
  }

  package mutating func set(_ option: Option<Bool>, _ value: Bool) throws(CurlError) {
    try check(option.name, scaleproof_easy_set_long(handle, option.curl, value ? 1 : 0))
  }

  package mutating func set(_ option: Option<Duration>, _ value: Duration) throws(CurlError) {
    let (seconds, attoseconds) = value.components
    let milliseconds = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    try check(option.name, scaleproof_easy_set_long(handle, option.curl, Int(milliseconds)))
  }

  package mutating func set(_ option: Option<[UInt8]>, _ value: [UInt8]) throws(CurlError) {
    let code = value.withUnsafeBytes { bytes in
      bytes.baseAddress.map { scaleproof_easy_set_blob(handle, option.curl, $0, bytes.count) }
    }
    try check(option.name, code ?? CURLE_BAD_FUNCTION_ARGUMENT)
  }

  package mutating func set(_ version: HTTPVersion) throws(CurlError) {
    try check("CURLOPT_HTTP_VERSION", scaleproof_easy_set_long(handle, CURLOPT_HTTP_VERSION, version.raw))
  }

  package mutating func set(_ option: Option<Int>, _ value: Int) throws(CurlError) {
    try check(option.name, scaleproof_easy_set_long(handle, option.curl, value))
  }

  /// The header lines to send, such as `Accept: application/json`; `Name:` removes one that libcurl adds by itself.
  package mutating func setHeaders(_ lines: [String]) throws(CurlError) {
    let list = try TextList(lines)
    try setHeaders(list)
    // The old list goes only now that libcurl has the new one.
    headers = list
  }

  /// The header lines to send, in a list that the caller keeps.
  package mutating func setHeaders(_ lines: borrowing TextList) throws(CurlError) {
    try check("CURLOPT_HTTPHEADER", scaleproof_easy_set_list(handle, CURLOPT_HTTPHEADER, lines.head))
  }

  /// Connects to `HOST:PORT` whatever the URL says; name checks and the Host header keep to the URL.
  package mutating func setConnectTo(_ address: String?) throws(CurlError) {
    let list = try TextList(address.map { ["::" + $0] } ?? [])
    try setConnectTo(list)
    connectTo = list
  }

  /// Where to connect in place of the URL's host and port, `HOST:PORT:NEW-HOST:NEW-PORT` each, in a list that the caller
  /// keeps. The first that fits counts; empty parts fit all.
  package mutating func setConnectTo(_ destinations: borrowing TextList) throws(CurlError) {
    try check("CURLOPT_CONNECT_TO", scaleproof_easy_set_list(handle, CURLOPT_CONNECT_TO, destinations.head))
  }

  /// Addresses of names, `HOST:PORT:ADDRESS` each, or `-HOST:PORT` to forget one, in a list that the caller keeps. They
  /// hold for the multiplexer from the next start on.
  package mutating func setAddresses(_ addresses: borrowing TextList) throws(CurlError) {
    try check("CURLOPT_RESOLVE", scaleproof_easy_set_list(handle, CURLOPT_RESOLVE, addresses.head))
  }

  /// The body to send, which libcurl copies; makes the request a POST unless a method is set.
  package mutating func setBody(_ bytes: [UInt8]) throws(CurlError) {
    try check(
      "CURLOPT_POSTFIELDSIZE_LARGE",
      scaleproof_easy_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
    // An empty array may have no address, and no address would mean "no body set".
    let code =
      bytes.isEmpty
      ? scaleproof_easy_set_string(handle, CURLOPT_COPYPOSTFIELDS, "")
      : bytes.withUnsafeBytes {
        scaleproof_easy_set_string(handle, CURLOPT_COPYPOSTFIELDS, $0.bindMemory(to: CChar.self).baseAddress)
      }
    try check("CURLOPT_COPYPOSTFIELDS", code)
  }

  /// Whom to trust and who we are.
  package mutating func set(_ tls: TLSSettings) throws(CurlError) {
    try set(.verifiesPeer, tls.verify)
    try check("CURLOPT_SSL_VERIFYHOST", scaleproof_easy_set_long(handle, CURLOPT_SSL_VERIFYHOST, tls.verify ? 2 : 0))
    let version = tls.minimumVersion == .tls13 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2
    try check("CURLOPT_SSLVERSION", scaleproof_easy_set_long(handle, CURLOPT_SSLVERSION, Int(version)))
    try set(.resumesSessions, tls.resumesSessions)
    if let authority = tls.authority {
      // Without this the system's authorities in its folder would be trusted beside the given ones.
      try check("CURLOPT_CAPATH", scaleproof_easy_set_string(handle, CURLOPT_CAPATH, nil))
      try set(authority, file: .authorityFile, data: .authorityData)
    }
    if let certificate = tls.clientCertificate { try set(certificate, file: .certificateFile, data: .certificateData) }
    if let key = tls.clientKey { try set(key, file: .keyFile, data: .keyData) }
  }

  private mutating func set(_ pem: PEM, file: Option<String>, data: Option<[UInt8]>) throws(CurlError) {
    switch pem {
    case .file(let path): try set(file, path)
    case .data(let bytes): try set(data, bytes)
    }
  }

  /// Keeps the body in a buffer, which must live as long as the transfer; `nil` throws bodies away again.
  package mutating func keepBody(in buffer: BodyBuffer?) throws(CurlError) {
    let code =
      buffer.map {
        scaleproof_easy_set_body_callback(handle, BodyBuffer.callback, Unmanaged.passUnretained($0).toOpaque())
      } ?? scaleproof_easy_discard_body(handle)
    try check("CURLOPT_WRITEFUNCTION", code)
  }

  /// Gives header lines and body to a receiver, which must live until the transfer is removed or has another one.
  mutating func setReceiver(_ receiver: ResponseReceiver) throws(CurlError) {
    let context = Unmanaged.passUnretained(receiver).toOpaque()
    let header = scaleproof_easy_set_header_callback(handle, ResponseReceiver.headerCallback, context)
    let body = scaleproof_easy_set_body_callback(handle, ResponseReceiver.bodyCallback, context)
    try check("CURLOPT_WRITEFUNCTION", header == CURLE_OK ? body : header)
  }

  private func check(_ operation: String, _ code: CURLcode) throws(CurlError) {
    guard code == CURLE_OK else { throw CurlError.setup(operation, code: code) }
  }
}

// What is known about the latest run of a transfer, once it is complete.
extension Transfer {
  /// The HTTP status, 0 when there was no response.
  package var status: Int { scaleproof_easy_get_long(handle, CURLINFO_RESPONSE_CODE) }

  /// Bytes of the body that came, as they were on the wire after transfer decoding.
  package var bodySize: Int { Int(scaleproof_easy_get_offset(handle, CURLINFO_SIZE_DOWNLOAD_T)) }

  /// How many connections it opened: 0 when it reused one.
  package var connectionsOpened: Int { scaleproof_easy_get_long(handle, CURLINFO_NUM_CONNECTS) }

  /// Whether the request went over a connection that stood before; one that found none open went over none.
  package var reusedConnection: Bool { connectionsOpened == 0 && localPort > 0 }

  /// Whether any byte of a response came.
  private var hasResponse: Bool { scaleproof_easy_get_long(handle, CURLINFO_HEADER_SIZE) > 0 }

  /// The absolute URL that a redirect leads to, which was not followed; `nil` when the answer was none.
  package var redirectURL: String? {
    scaleproof_easy_get_string(handle, CURLINFO_REDIRECT_URL).map { String(cString: $0) }
  }

  /// Whether libcurl has sent a request of it again, or wanted to, since a kept connection broke under it.
  ///
  /// libcurl 7.88 counts repetitions over all the requests of a handle, and fails the sixth: one that has repeated a request
  /// should not carry many more.
  package var hasRepeated: Bool { attempts.pointee.has_repeated != 0 }

  /// Whether the connection is ready for the request, or was so.
  package var isReady: Bool { scaleproof_easy_get_offset(handle, CURLINFO_PRETRANSFER_TIME_T) > 0 }

  /// The version of HTTP that was spoken; `nil` when there was no response, or another version.
  package var httpVersion: HTTPVersion? {
    switch scaleproof_easy_get_long(handle, CURLINFO_HTTP_VERSION) {
    case Int(CURL_HTTP_VERSION_2_0): .http2
    case Int(CURL_HTTP_VERSION_1_1): .http1_1
    default: nil
    }
  }

  /// The port of our side of the connection, 0 when there was none.
  package var localPort: Int { scaleproof_easy_get_long(handle, CURLINFO_LOCAL_PORT) }

  /// Address and port of the server, such as `10.0.0.7:443`; empty when there was no connection.
  package var remoteAddress: String {
    guard let text = scaleproof_easy_get_string(handle, CURLINFO_PRIMARY_IP) else { return "" }
    let address = String(cString: text)
    guard !address.isEmpty else { return "" }
    let port = scaleproof_easy_get_long(handle, CURLINFO_PRIMARY_PORT)
    return address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
  }

  package var times: TransferTimes {
    func time(_ info: CURLINFO) -> Int { Int(scaleproof_easy_get_offset(handle, info)) }
    return TransferTimes(
      lookedUp: time(CURLINFO_NAMELOOKUP_TIME_T), connected: time(CURLINFO_CONNECT_TIME_T),
      handshaken: time(CURLINFO_APPCONNECT_TIME_T), requestReady: time(CURLINFO_PRETRANSFER_TIME_T),
      // libcurl sets it at the end of a connection too.
      firstByte: hasResponse ? time(CURLINFO_STARTTRANSFER_TIME_T) : 0, end: time(CURLINFO_TOTAL_TIME_T))
  }

  /// Calls `body` with the bytes of a response header's value, or does nothing and returns `nil` when it is not there.
  package func withHeader<Result>(
    _ name: HeaderName, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result? {
    guard let value = scaleproof_easy_get_header(handle, name.terminated) else { return nil }
    let length = strlen(value)
    return value.withMemoryRebound(to: UInt8.self, capacity: length) {
      body(UnsafeBufferPointer(start: $0, count: length))
    }
  }

  /// Why the transfer failed; `nil` when it did not.
  package func error(_ completion: Multiplexer.Completion) -> CurlError? {
    let code = CURLcode(rawValue: UInt32(completion.code))
    guard code != CURLE_OK else { return nil }
    if attempts.pointee.was_refused != 0 {
      // The numbers are those of the attempt that was refused, and not of what happened to the request.
      return CurlError(
        failure: .idleClosed,
        description: "the kept connection broke under the request, which must not be sent twice (RFC 9110, 9.2.2)")
    }
    let osError = scaleproof_easy_get_long(handle, CURLINFO_OS_ERRNO)
    let text = errorText.pointee == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: errorText)
    let failure = TransferFailure.classify(
      TransferEnd(
        code: code, osError: Int32(truncatingIfNeeded: osError), text: text,
        verification: scaleproof_easy_get_long(handle, CURLINFO_SSL_VERIFYRESULT),
        // The time of connecting is told only after the TLS handshake.
        hasConnection: localPort > 0,
        isReady: isReady,
        isReused: connectionsOpened == 0,
        hasResponse: hasResponse))
    let advice =
      failure == .tlsNoAuthorities
      ? ": this machine has no readable bundle of certificate authorities there; install the package ca-certificates, or "
        + "name the file of the server's own authority" : ""
    return CurlError(failure: failure, code: Int(code.rawValue), osError: osError, description: text + advice)
  }
}
