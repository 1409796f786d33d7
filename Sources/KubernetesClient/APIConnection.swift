package import Curl
import Foundation
import KubernetesObjects
import Units

/// Everything that it takes to talk to one API server as one user.
package struct APIConnection: Sendable {
  /// The name of the context, for messages and the recording.
  package let context: String
  /// Base URL without a slash at its end.
  package let server: String
  package let namespace: String
  package let tls: TLSSettings
  /// The proxy before the server; `nil` for none.
  package let proxy: Proxy?
  let credential: Credential

  /// How we say who we are; never printed.
  enum Credential: Sendable {
    case none
    case token(String)
    /// Read again for every request, since the file is renewed in place.
    case tokenFile(String)
    case basic(username: String, password: String)
  }
}

extension APIConnection {
  /// Resolves a context of a kubeconfig; `nil` is its current one.
  ///
  /// - Throws: ``KubernetesError`` that names the context, the file and the valid names.
  package init(
    kubeconfig: Kubeconfig, context name: String?, environment: [String: String]
  ) async throws(KubernetesError) {
    let files = kubeconfig.sources.joined(separator: ", ")
    guard let name = name ?? kubeconfig.currentContext else {
      throw KubernetesError(
        .configuration, attempt: "cannot choose a context in \(files)", cause: "no current-context is set",
        hint: "name one with --context; there are: \(Self.names(kubeconfig.contexts.keys))")
    }
    guard let context = kubeconfig.contexts[name] else {
      let nearest = Spelling.nearest(to: name, among: kubeconfig.contexts.keys).map { "did you mean \($0)? " } ?? ""
      throw KubernetesError(
        .configuration, attempt: "cannot use the context \(name) of \(files)", cause: "there is no such context",
        hint: "\(nearest)there are: \(Self.names(kubeconfig.contexts.keys))")
    }
    guard let cluster = kubeconfig.clusters[context.cluster] else {
      throw KubernetesError(
        .configuration, attempt: "cannot use the context \(name) of \(files)",
        cause: "its cluster \(context.cluster) is not in the file")
    }
    self.context = name
    server = cluster.server.hasSuffix("/") ? String(cluster.server.dropLast()) : cluster.server
    proxy = try Self.proxy(of: cluster, environment: environment, attempt: "cannot use the context \(name) of \(files)")
    namespace = context.namespace ?? "default"
    let user = kubeconfig.users[context.user] ?? Kubeconfig.User()
    var certificate = user.clientCertificate
    var key = user.clientKey
    if let exec = user.exec {
      let answer = try await ExecCredential.run(exec, server: cluster.server, environment: environment)
      credential = answer.token.map(Credential.token) ?? .none
      certificate = answer.certificate.map { .data(Array($0.utf8)) } ?? certificate
      key = answer.key.map { .data(Array($0.utf8)) } ?? key
    } else if let token = user.token {
      credential = .token(token)
    } else if let file = user.tokenFile {
      credential = .tokenFile(file)
    } else if let username = user.username {
      credential = .basic(username: username, password: user.password ?? "")
    } else {
      credential = .none
    }
    for case .file(let path)? in [cluster.certificateAuthority, certificate, key]
    where !FileManager.default.isReadableFile(atPath: path) {
      throw KubernetesError(
        .configuration, attempt: "cannot use the context \(name) of \(files)", cause: "\(path) cannot be read")
    }
    tls = TLSSettings(
      verify: !cluster.skipsVerification, authority: cluster.certificateAuthority, clientCertificate: certificate,
      clientKey: key, serverName: cluster.serverName)
  }

  /// As kubectl chooses it: what the kubeconfig names, else what the environment does.
  private static func proxy(
    of cluster: Kubeconfig.Cluster, environment: [String: String], attempt: String
  ) throws(KubernetesError) -> Proxy? {
    if let url = cluster.proxyURL {
      guard let proxy = Proxy(url) else {
        throw KubernetesError(
          .configuration, attempt: attempt, cause: "the proxy-url of its cluster is not one",
          hint: "write it as in proxy-url: http://proxy.example.com:3128")
      }
      return proxy
    }
    do {
      return try ProxyEnvironment(environment, readsAllProxy: false).proxy(url: cluster.server)
    } catch {
      throw KubernetesError(.configuration, attempt: attempt, cause: error.description)
    }
  }

  private static func names(_ names: some Sequence<String>) -> String {
    names.sorted().joined(separator: ", ")
  }

  /// The value of the `Authorization` header; `nil` without credentials.
  func authorization() throws(KubernetesError) -> String? {
    switch credential {
    case .none: return nil
    case .token(let token): return "Bearer \(token)"
    case .tokenFile(let path):
      guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
        throw KubernetesError(.configuration, attempt: "cannot read the token file \(path)", cause: "it is unreadable")
      }
      return "Bearer \(text.trimmingCharacters(in: .whitespacesAndNewlines))"
    case .basic(let username, let password):
      return "Basic \(Data("\(username):\(password)".utf8).base64EncodedString())"
    }
  }
}
