internal import CLibcurl
internal import Glibc
internal import LoadFacts

/// What libcurl knows of a transfer that failed.
struct TransferEnd {
  var code: CURLcode
  var osError: Int32
  /// libcurl's own words.
  var text: String
  /// OpenSSL's result of the verification of the certificate (`X509_V_…`), 0 when it passed or was not reached.
  var verification: Int
  /// Whether the TCP connection stood.
  var hasConnection: Bool
  /// Whether the connection was ready for the request, TLS included.
  var isReady: Bool
  /// Whether it went over a connection that stood before.
  var isReused: Bool
  /// Whether any byte of a response came.
  var hasResponse: Bool

  /// Whether the server refused our certificate, or that we have none. In TLS 1.3 it judges that only after we believe that
  /// the handshake is done.
  var isCertificateRefused: Bool {
    ["certificate required", "alert bad certificate", "alert unknown ca"].contains { text.contains($0) }
  }
}

extension TransferFailure {
  static func classify(_ end: TransferEnd) -> TransferFailure {
    switch end.code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .dns
    case CURLE_COULDNT_CONNECT: return classifyConnect(end.osError)
    case CURLE_OPERATION_TIMEDOUT:
      return end.isReady ? .timeout : end.hasConnection ? .tlsTimeout : .connectTimeout
    case CURLE_GOT_NOTHING: return end.isReused ? .idleClosed : .emptyReply
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR: return classifyBroken(end)
    case CURLE_PARTIAL_FILE:
      // Of HTTP/2, libcurl also says so when not even the head of the response came.
      return end.hasResponse
        ? .resetDuringResponse : end.isCertificateRefused ? .tlsClientCertificate : .resetBeforeResponse
    case CURLE_HTTP2_STREAM: return .http2Stream
    case CURLE_HTTP2:
      // libcurl 7.88 has words for everything but a GOAWAY with an error.
      let isGoAway = end.text.contains("GOAWAY") || end.text == String(cString: curl_easy_strerror(CURLE_HTTP2))
      return isGoAway ? .http2GoAway : .protocolError
    case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP_RETURNED_ERROR:
      return .protocolError
    case CURLE_PEER_FAILED_VERIFICATION: return classifyCertificate(end)
    case CURLE_SSL_CACERT_BADFILE: return .tlsNoAuthorities
    case CURLE_SSL_CERTPROBLEM, CURLE_SSL_CLIENTCERT: return .tlsClientCertificate
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_CIPHER,
      CURLE_USE_SSL_FAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE,
      CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS:
      return end.isCertificateRefused ? .tlsClientCertificate : .tlsHandshake
    case CURLE_PROXY: return .proxyRefused
    case CURLE_TOO_MANY_REDIRECTS: return .tooManyRedirects
    // A header that is longer than libcurl takes is "out of memory" to it, and since 8.6 an error of its own (100).
    case CURLE_OUT_OF_MEMORY: return end.hasResponse ? .tooLarge : .localLimit
    case CURLcode(rawValue: 100): return .tooLarge
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

  private static func classifyBroken(_ end: TransferEnd) -> TransferFailure {
    // CURLE_RECV_ERROR is also what libcurl says of chunks that are no chunks.
    if end.text.contains("chunked") { return .protocolError }
    if end.text.hasPrefix("CONNECT tunnel failed") || end.text.contains("from proxy after CONNECT") {
      return .proxyRefused
    }
    if end.hasResponse { return .resetDuringResponse }
    if end.isCertificateRefused { return .tlsClientCertificate }
    return end.isReused ? .idleClosed : .resetBeforeResponse
  }

  /// By OpenSSL's numbers (`x509_vfy.h`). The name is checked by libcurl itself, in words only.
  private static func classifyCertificate(_ end: TransferEnd) -> TransferFailure {
    if end.text.contains("subject name") { return .tlsName }
    return switch end.verification {
    case 9, 10: .tlsExpired
    case 62: .tlsName
    default: .tlsUntrusted
    }
  }
}
