import Curl
import Foundation

/// Who we say we are in one request; never printed.
struct Credential: Sendable, Equatable {
  /// The value of the `Authorization` header.
  var authorization: String?
  var certificate: PEM?
  var key: PEM?

  static let none = Credential()

  static func bearer(_ token: String) -> Credential { Credential(authorization: "Bearer \(token)") }

  static func basic(username: String, password: String) -> Credential {
    Credential(authorization: "Basic \(Data("\(username):\(password)".utf8).base64EncodedString())")
  }
}

/// Where credentials come from, for as long as a run takes.
enum CredentialSource: Sendable {
  case fixed(Credential)
  case tokenFile(TokenFile)
  case exec(ExecCredentialSource)

  /// What to send now.
  func current() async throws(KubernetesError) -> Credential {
    switch self {
    case .fixed(let credential): credential
    case .tokenFile(let file): .bearer(try file.token())
    case .exec(let source): try await source.current()
    }
  }

  /// What to try once more with after the server has answered 401; `nil` where there is nothing else.
  func replacement(for refused: Credential) async throws(KubernetesError) -> Credential? {
    switch self {
    case .fixed: return nil
    case .tokenFile(let file):
      let renewed = Credential.bearer(try file.token(rereading: true))
      return renewed == refused ? nil : renewed
    case .exec(let source): return try await source.replacement(for: refused)
    }
  }
}
