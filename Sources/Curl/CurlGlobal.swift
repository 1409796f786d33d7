internal import CLibcurl
internal import Glibc

/// What must happen once per process before libcurl is used, and which libcurl it is.
package enum CurlGlobal {
  /// Version and TLS library of the libcurl that is loaded, such as `7.88.1` and `OpenSSL/3.0.19`.
  package struct Version: Sendable, Equatable {
    package let libcurl: String
    package let tls: String
    /// Whether HTTP/2 was built in.
    package let supportsHTTP2: Bool
  }

  /// The loaded libcurl.
  package static var version: Version {
    initialise()
    let info = scaleproof_version_info().pointee
    return Version(
      libcurl: info.version.map { String(cString: $0) } ?? "unknown",
      tls: info.ssl_version.map { String(cString: $0) } ?? "none",
      supportsHTTP2: info.features & CURL_VERSION_HTTP2 != 0)
  }

  /// Initialises libcurl and ignores SIGPIPE, which a write to a closed connection would raise; further calls do
  /// nothing.
  package static func initialise() {
    _ = once
  }

  private static let once: Void = {
    signal(SIGPIPE, SIG_IGN)
    curl_global_init(Int(CURL_GLOBAL_ALL))
  }()
}
