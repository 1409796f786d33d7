import Foundation
import Synchronization

/// A bearer token in a file that is renewed in place, as that of a service account is.
///
/// It is read again each minute, ten seconds early, and the last good one is kept when that fails
/// (Kubernetes, client-go/transport/token_source.go, `NewCachedFileTokenSource`).
final class TokenFile: Sendable {
  private let path: String
  /// What is sent while the file cannot be read: the `token` beside it.
  private let fallback: String
  private let period: Duration
  private let held = Mutex<(token: String, readAt: ContinuousClock.Instant)?>(nil)

  init(path: String, fallback: String = "", period: Duration = .seconds(50)) {
    self.path = path
    self.fallback = fallback
    self.period = period
  }

  /// - Parameter rereading: whether to look into the file although the period has not passed.
  func token(rereading: Bool = false) throws(KubernetesError) -> String {
    let now = ContinuousClock.now
    let before = held.withLock { $0 }
    if let before, !rereading, before.readAt.duration(to: now) < period { return before.token }
    let cause: String
    switch Self.read(path) {
    case .success(let token):
      held.withLock { $0 = (token, now) }
      return token
    case .failure(let problem): cause = problem.text
    }
    if let before { return before.token }
    guard fallback.isEmpty else { return fallback }
    throw KubernetesError(
      .configuration, attempt: "cannot read the token file \(path)", cause: cause,
      hint: "write the token into it, or name another tokenFile in the kubeconfig")
  }

  private struct Problem: Error {
    let text: String
  }

  private static func read(_ path: String) -> Result<String, Problem> {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      let exists = FileManager.default.fileExists(atPath: path)
      return .failure(Problem(text: exists ? "it cannot be opened or is not text" : "no such file"))
    }
    let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
    return token.isEmpty ? .failure(Problem(text: "it is empty")) : .success(token)
  }
}
