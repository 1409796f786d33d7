package import KubernetesObjects

/// Why the cluster could not be asked, or what it refused.
///
/// The description is one line: what was attempted, what went wrong, what to do. It never holds a credential.
package struct KubernetesError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Code: String, Sendable, Equatable {
    /// The kubeconfig is missing, unreadable or incomplete.
    case configuration
    /// The command that gives credentials failed.
    case credentials
    /// No answer came: connection refused, DNS, TLS, timeout.
    case unreachable
    /// 401: the server does not know us.
    case unauthorized
    /// 403: the server knows us and says no.
    case forbidden
    /// 404
    case notFound
    /// 410: the resource version is too old to watch from.
    case expired
    /// Any other refusal by the server.
    case refused
    /// The answer was not what the API promises.
    case malformed
  }

  package let code: Code
  package let attempt: String
  package let cause: String
  package let hint: String?
  /// The server's own answer, where there was one.
  package let status: APIStatus?
  /// Wall time for which the server wants to be left alone; `nil` where it said nothing of it.
  package let retryAfter: Duration?

  package init(
    _ code: Code, attempt: String, cause: String, hint: String? = nil, status: APIStatus? = nil,
    retryAfter: Duration? = nil
  ) {
    self.code = code
    self.attempt = attempt
    self.cause = cause
    self.hint = hint
    self.status = status
    self.retryAfter = retryAfter
  }

  package var description: String {
    "\(attempt): \(cause)" + (hint.map { "; \($0)" } ?? "")
  }
}
