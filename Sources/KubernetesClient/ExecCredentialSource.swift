import Foundation
import KubernetesObjects

/// The credential of a command, fetched when it is needed first, before it expires, and when the server refuses it.
///
/// However many requests wait for it, the command runs once at a time. client-go fetches only after the expiry
/// (Kubernetes, client-go/plugin/pkg/client/auth/exec/exec.go, `getCreds` and `maybeRefreshCreds`), at the price of a
/// refused request.
actor ExecCredentialSource {
  /// How long before its expiry a credential is fetched anew: a fifth of its life, and at most this.
  private static let longestLead = 60.0
  /// How long a command that has failed is left alone.
  private static let pause = 5.0

  private struct Held {
    var credential: Credential
    /// Seconds since 1970; infinite for never.
    var expires: Double
    var renewal: Double
  }

  private let plugin: ExecPlugin
  private let now: @Sendable () -> Double
  private var held: Held?
  private var failure: (error: KubernetesError, until: Double)?
  private var running: Task<Credential, any Error>?
  private var hasFetched = false

  /// - Parameter now: seconds since 1970.
  init(_ plugin: ExecPlugin, now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }) {
    self.plugin = plugin
    self.now = now
  }

  func current() async throws(KubernetesError) -> Credential {
    guard let held else { return try await fetch() }
    guard now() >= held.renewal else { return held.credential }
    do {
      return try await fetch()
    } catch {
      // It is still good for a while, in which the command may work again.
      if now() < held.expires { return held.credential }
      throw error
    }
  }

  /// Another credential than the one that the server has refused; `nil` when the command has none.
  func replacement(for refused: Credential) async throws(KubernetesError) -> Credential? {
    if let held, held.credential != refused { return held.credential }
    let renewed = try await fetch()
    return renewed == refused ? nil : renewed
  }

  private func fetch() async throws(KubernetesError) -> Credential {
    if let failure, now() < failure.until { throw failure.error }
    let task = running ?? Task { try await self.run() }
    running = task
    do {
      return try await task.value
    } catch let error as KubernetesError {
      throw error
    } catch {
      throw KubernetesError(.credentials, attempt: "cannot get credentials", cause: "\(error)")
    }
  }

  private func run() async throws(KubernetesError) -> Credential {
    defer { running = nil }
    do {
      let fetched = try await plugin.fetch(mayAsk: !hasFetched)
      hasFetched = true
      failure = nil
      let start = now()
      let expires = fetched.expires?.seconds ?? .infinity
      let lead = min(max(expires - start, 0) / 5, Self.longestLead)
      held = Held(credential: fetched.credential, expires: expires, renewal: expires - lead)
      return fetched.credential
    } catch {
      failure = (error, now() + Self.pause)
      throw error
    }
  }
}
