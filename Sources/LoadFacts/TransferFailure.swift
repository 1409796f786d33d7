/// Why a transfer failed, as one of few classes that are stable over versions of libcurl.
///
/// The raw value is the text that recordings and reports show.
public enum TransferFailure: String, Sendable, CaseIterable {
  /// The name could not be resolved.
  case dns
  /// Nothing listens at the address.
  case connectRefused = "connect refused"
  /// No route to the address.
  case unreachable
  /// No TCP connection within the connect timeout.
  case connectTimeout = "connect timeout"
  /// A TCP connection, but no finished TLS handshake within the connect timeout.
  case tlsTimeout = "tls timeout"
  /// The certificate of the server has expired, or is not valid yet.
  case tlsExpired = "tls certificate expired"
  /// The certificate of the server was issued by nobody whom we trust.
  case tlsUntrusted = "tls unknown authority"
  /// This machine has no bundle of authorities to check the certificate of the server with.
  case tlsNoAuthorities = "tls ca bundle missing"
  /// The certificate of the server is for another name.
  case tlsName = "tls wrong name"
  /// The server did not accept our certificate, or we have none.
  case tlsClientCertificate = "tls client certificate"
  /// Any other failure of the handshake.
  case tlsHandshake = "tls handshake"
  /// The server had closed a kept connection when the request reached it, and a new one did not help.
  case idleClosed = "idle connection closed"
  /// The connection broke before the first byte of the response.
  case resetBeforeResponse = "reset before response"
  /// The connection broke, or closed too early, after the first byte of the response.
  case resetDuringResponse = "reset during response"
  /// The server closed the connection in an orderly way, without a response.
  case emptyReply = "empty reply"
  /// The request timeout passed on an established connection.
  case timeout = "read timeout"
  /// The proxy did not connect to the target.
  case proxyRefused = "proxy refused"
  /// The answer is not valid HTTP.
  case protocolError = "protocol"
  /// The server ended an HTTP/2 stream with an error (RST_STREAM).
  case http2Stream = "http2 stream error"
  /// The server said goodbye to an HTTP/2 connection before it answered (GOAWAY).
  case http2GoAway = "http2 goaway"
  /// More redirects than are followed.
  case tooManyRedirects = "too many redirects"
  /// The response was larger than the caller takes.
  case tooLarge = "too large"
  /// This machine has no port, descriptor or memory left.
  case localLimit = "local limit"
  /// The caller ended it.
  case cancelled
  case other
}
