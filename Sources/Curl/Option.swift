internal import CLibcurl
internal import LoadFacts

/// An option of a transfer with the type of its value: the list below is every option that we use, and why.
///
/// Each is described at `https://curl.se/libcurl/c/CURLOPT_….html`.
package struct Option<Value>: Sendable {
  let raw: UInt32
  let name: String

  init(_ raw: CURLoption, _ name: String) {
    self.raw = raw.rawValue
    self.name = name
  }

  var curl: CURLoption { CURLoption(raw) }
}

extension Option where Value == String {
  /// Where the request goes: an absolute http or https URL.
  package static var url: Self { Self(CURLOPT_URL, "CURLOPT_URL") }
  /// The method, where it is not the one that libcurl derives from the body.
  package static var method: Self { Self(CURLOPT_CUSTOMREQUEST, "CURLOPT_CUSTOMREQUEST") }
  package static var userAgent: Self { Self(CURLOPT_USERAGENT, "CURLOPT_USERAGENT") }
  /// The proxy; empty, as from the beginning, for none even if the environment names one.
  package static var proxy: Self { Self(CURLOPT_PROXY, "CURLOPT_PROXY") }
  /// The encodings of bodies to ask for, and to decode, such as `gzip`.
  package static var acceptedEncoding: Self { Self(CURLOPT_ACCEPT_ENCODING, "CURLOPT_ACCEPT_ENCODING") }
  /// A file of trusted authorities in PEM form, in place of the system's.
  package static var authorityFile: Self { Self(CURLOPT_CAINFO, "CURLOPT_CAINFO") }
  /// A file with the client certificate (and its chain) in PEM form.
  package static var certificateFile: Self { Self(CURLOPT_SSLCERT, "CURLOPT_SSLCERT") }
  /// A file with the key of the client certificate in PEM form.
  package static var keyFile: Self { Self(CURLOPT_SSLKEY, "CURLOPT_SSLKEY") }
}

extension Option where Value == [UInt8] {
  /// Trusted authorities in PEM form, from memory.
  package static var authorityData: Self { Self(CURLOPT_CAINFO_BLOB, "CURLOPT_CAINFO_BLOB") }
  /// The client certificate in PEM form, from memory.
  package static var certificateData: Self { Self(CURLOPT_SSLCERT_BLOB, "CURLOPT_SSLCERT_BLOB") }
  /// The key of the client certificate in PEM form, from memory.
  package static var keyData: Self { Self(CURLOPT_SSLKEY_BLOB, "CURLOPT_SSLKEY_BLOB") }
}

extension Option where Value == Bool {
  /// Sends the path as it is written, without removing `/../`.
  package static var pathAsIs: Self { Self(CURLOPT_PATH_AS_IS, "CURLOPT_PATH_AS_IS") }
  /// Expects no body in the answer (HEAD).
  package static var noBody: Self { Self(CURLOPT_NOBODY, "CURLOPT_NOBODY") }
  /// Makes the request a GET again after another method.
  package static var get: Self { Self(CURLOPT_HTTPGET, "CURLOPT_HTTPGET") }
  /// Waits for a connection that may turn out to be HTTP/2 rather than opening another one.
  package static var waitsForMultiplexing: Self { Self(CURLOPT_PIPEWAIT, "CURLOPT_PIPEWAIT") }
  /// Checks that the certificate of the server is signed by a trusted authority.
  package static var verifiesPeer: Self { Self(CURLOPT_SSL_VERIFYPEER, "CURLOPT_SSL_VERIFYPEER") }
  /// Whether a TLS session of an earlier connection to the same name is taken up again.
  package static var resumesSessions: Self { Self(CURLOPT_SSL_SESSIONID_CACHE, "CURLOPT_SSL_SESSIONID_CACHE") }
  /// Opens a connection even if one is idle.
  package static var opensConnection: Self { Self(CURLOPT_FRESH_CONNECT, "CURLOPT_FRESH_CONNECT") }
  /// Closes the connection after the answer.
  package static var closesConnection: Self { Self(CURLOPT_FORBID_REUSE, "CURLOPT_FORBID_REUSE") }
  /// Follows redirects, up to ``Option/mostRedirects``; with none of them the transfer ends as
  /// ``TransferFailure/tooManyRedirects`` at the first, without its body.
  package static var followsRedirects: Self { Self(CURLOPT_FOLLOWLOCATION, "CURLOPT_FOLLOWLOCATION") }
  /// Keeps what the server's certificates say.
  package static var keepsCertificates: Self { Self(CURLOPT_CERTINFO, "CURLOPT_CERTINFO") }
  /// Detects dead connections of watches that are silent for long.
  package static var keepAliveProbes: Self { Self(CURLOPT_TCP_KEEPALIVE, "CURLOPT_TCP_KEEPALIVE") }
}

extension Option where Value == Duration {
  /// The longest time for the whole transfer, to a millisecond; zero for no limit.
  package static var timeout: Self { Self(CURLOPT_TIMEOUT_MS, "CURLOPT_TIMEOUT_MS") }
  /// The longest time for name lookup, connection and TLS handshake, to a millisecond.
  package static var connectTimeout: Self { Self(CURLOPT_CONNECTTIMEOUT_MS, "CURLOPT_CONNECTTIMEOUT_MS") }
}

extension Option where Value == Int {
  package static var mostRedirects: Self { Self(CURLOPT_MAXREDIRS, "CURLOPT_MAXREDIRS") }
  /// Seconds after which an idle connection is closed rather than used, counted from when it was opened; 0 for never.
  package static var connectionLifetime: Self { Self(CURLOPT_MAXLIFETIME_CONN, "CURLOPT_MAXLIFETIME_CONN") }
  /// Seconds for which the addresses of a name are kept; -1 for ever, which saves libcurl a walk through all names at the end of
  /// each transfer.
  package static var nameLifetime: Self { Self(CURLOPT_DNS_CACHE_TIMEOUT, "CURLOPT_DNS_CACHE_TIMEOUT") }
}

/// The HTTP version to speak.
package enum HTTPVersion: String, Sendable, CaseIterable {
  // swift-format-ignore: AlwaysUseLowerCamelCase
  case http1_1 = "1.1"
  /// HTTP/2 negotiated in the TLS handshake.
  case http2 = "2"
  /// HTTP/2 from the first byte, without TLS ("prior knowledge"). Some versions of libcurl, 7.88.1 among them, fail at the
  /// second request of a connection.
  case http2ClearText = "h2c"

  /// Whether one connection carries several requests at a time.
  package var isMultiplexed: Bool { self != .http1_1 }

  var raw: Int {
    switch self {
    case .http1_1: Int(CURL_HTTP_VERSION_1_1)
    case .http2: Int(CURL_HTTP_VERSION_2TLS)
    case .http2ClearText: Int(CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE)
    }
  }
}
