import Foundation
import KubernetesObjects

/// The tokens that a cluster has given out.
///
/// They have the form of real ones, so that clients may read what they say, but their signature is made by chance: the
/// cluster knows them since it keeps them.
struct TokenTable: Sendable {
  /// An object without which a token is worth nothing: the account, the Secret that holds it, the pod that got it.
  struct Reference: Sendable {
    let kind: ClusterKind
    let key: ObjectKey
    let uid: String
  }

  struct Token: Sendable {
    let user: APIUser
    let expires: KubernetesTime?
    var bound: [Reference] = []
  }

  private var tokens: [String: Token] = [:]
  /// Its own, so that whoever asks for a token changes nothing of what comes after.
  private var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed ^ 0x746F_6B65_6E73_0000) }

  subscript(text: String) -> Token? { tokens[text] }

  mutating func uid() -> String { random.uid() }

  mutating func add(_ user: APIUser) -> String {
    let text = SeededRandom.hexadecimal(random.next()) + SeededRandom.hexadecimal(random.next())
    tokens[text] = Token(user: user, expires: nil)
    return text
  }

  /// - Parameter claims: what the token says of itself.
  mutating func add(_ token: Token, claims: JSONValue) -> String {
    let header: JSONValue = ["alg": "RS256", "kid": "simulated"]
    let signature = (0..<32).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let parts = [Data(header.compactText.utf8), Data(claims.compactText.utf8), Data(signature)]
    let text = parts.map(Self.base64URL).joined(separator: ".")
    tokens[text] = token
    return text
  }

  /// RFC 4648, section 5, without padding, as in a JSON Web Token.
  private static func base64URL(_ data: Data) -> String {
    data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}
