internal import CLibcurl
internal import Glibc

/// Why a transfer failed, as one of few classes that are stable over versions of libcurl.
///
/// The raw value is the text that recordings and reports show.
package enum TransferFailure: String, Sendable, CaseIterable {
  /// Nothing listens at the address.
  case connectRefused = "connect refused"
  /// No connection, or no finished TLS handshake, within the connect timeout.
  case connectTimeout = "connect timeout"
  /// No route to the address.
  case unreachable = "unreachable"
  /// The connection broke before the first byte of the response.
  case resetBeforeResponse = "reset before response"
  /// The connection broke, or closed too early, after the first byte of the response.
  case resetDuringResponse = "reset during response"
  /// The request timeout passed on an established connection.
  case timeout
  /// The name could not be resolved.
  case dns
  /// Handshake or certificate.
  case tls
  /// The server closed the connection without a response.
  case emptyReply = "empty reply"
  /// The answer is not valid HTTP, or an HTTP/2 stream was ended with an error.
  case protocolError = "protocol"
  /// This machine has no port, descriptor or memory left.
  case localLimit = "local limit"
  /// The response was larger than the caller takes.
  case tooLarge = "too large"
  /// The caller ended it.
  case cancelled
  case other

  static func classify(code: CURLcode, osError: Int32, isConnected: Bool, hasResponse: Bool) -> TransferFailure {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .dns
    case CURLE_COULDNT_CONNECT: return classifyConnect(osError)
    case CURLE_OPERATION_TIMEDOUT: return isConnected ? .timeout : .connectTimeout
    case CURLE_GOT_NOTHING: return .emptyReply
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR: return hasResponse ? .resetDuringResponse : .resetBeforeResponse
    case CURLE_PARTIAL_FILE: return .resetDuringResponse
    case CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL,
      CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP_RETURNED_ERROR:
      return .protocolError
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
      CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED, CURLE_SSL_ENGINE_INITFAILED,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
      return .tls
    case CURLE_OUT_OF_MEMORY: return .localLimit
    case CURLE_WRITE_ERROR, CURLE_FILESIZE_EXCEEDED: return .tooLarge
    case CURLE_ABORTED_BY_CALLBACK: return .cancelled
    default: return .other
    }
  }

  private static func classifyConnect(_ osError: Int32) -> TransferFailure {
    switch osError {
    case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN: .unreachable
    case ETIMEDOUT: .connectTimeout
    case ECONNRESET: .resetBeforeResponse
    case EADDRNOTAVAIL, EMFILE, ENFILE, ENOBUFS, ENOMEM: .localLimit
    case ECONNREFUSED: .connectRefused
    default: .other
    }
  }
}

/// A failure of libcurl, with its class for counting and a text for people.
package struct CurlError: Error, Sendable, Equatable, CustomStringConvertible {
  package let failure: TransferFailure
  /// libcurl's number (`CURLcode`, or `CURLMcode` of a multiplexer); 0 when the failure is ours.
  package let code: Int
  /// `errno` of the system call behind it; 0 when there is none.
  package let osError: Int
  /// What happened, in one line.
  package let description: String

  package init(failure: TransferFailure, code: Int = 0, osError: Int = 0, description: String) {
    self.failure = failure
    self.code = code
    self.osError = osError
    self.description = description
  }

  /// A call of libcurl that cannot fail unless memory is short or an option is unknown to this version.
  static func setup(_ operation: String, code: CURLcode) -> CurlError {
    CurlError(
      failure: code == CURLE_OUT_OF_MEMORY ? .localLimit : .other, code: Int(code.rawValue),
      description: "libcurl: \(operation): \(String(cString: curl_easy_strerror(code)))")
  }

  static func multi(_ operation: String, code: CURLMcode) -> CurlError {
    CurlError(
      failure: .other, code: Int(code.rawValue),
      description: "libcurl: \(operation): \(String(cString: curl_multi_strerror(code)))")
  }

  static func system(_ operation: String, errno number: Int32) -> CurlError {
    CurlError(
      failure: .localLimit, osError: Int(number), description: "\(operation): \(String(cString: strerror(number)))")
  }
}
