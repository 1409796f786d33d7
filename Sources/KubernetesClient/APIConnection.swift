package import Curl
import Foundation
import KubernetesObjects

/// Everything that it takes to talk to one API server as one user.
package struct APIConnection: Sendable {
  /// The name of the context, for messages and the recording.
  package let context: String
  /// Base URL without a slash at its end.
  package let server: String
  package let namespace: String
  /// Without what a credential command may add.
  package let tls: TLSSettings
  /// The proxy before the server; `nil` for none.
  package let proxy: Proxy?
  /// Who we are, for messages: `the user jane of the kubeconfig`.
  package let user: String
  /// What a user should know about the connection, one line each.
  package let notes: [String]
  let impersonation: Impersonation
  let credentials: CredentialSource
}

extension APIConnection {
  /// The connection as kubectl finds it: a context of the kubeconfig, or, where there is no kubeconfig and this program
  /// runs in a pod, the pod's service account (Kubernetes, client-go/tools/clientcmd/merged_client_builder.go).
  ///
  /// - Parameters:
  ///   - path: a kubeconfig in place of those that the environment names.
  ///   - name: of the context; `nil` for the current one.
  ///   - serviceAccount: the pod's; `nil` outside of one.
  ///   - announce: told what a credential command says.
  package static func find(
    kubeconfig path: String?, context name: String?, environment: [String: String], serviceAccount: ServiceAccount?,
    announce: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws(KubernetesError) -> APIConnection {
    if path == nil, name == nil, let serviceAccount {
      let config = try Kubeconfig.loadIfPresent(path: nil, environment: environment)
      if config?.isEmpty ?? true { return try APIConnection(serviceAccount, environment: environment) }
    }
    return try await APIConnection(
      kubeconfig: try Kubeconfig.load(path: path, environment: environment), context: name, environment: environment,
      announce: announce)
  }

  /// Resolves a context of a kubeconfig; `nil` is its current one.
  ///
  /// - Throws: ``KubernetesError`` that names the place and what is valid there.
  package init(
    kubeconfig: Kubeconfig, context name: String?, environment: [String: String],
    announce: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws(KubernetesError) {
    let choice = try KubeconfigChoice(kubeconfig, context: name)
    let cluster = choice.cluster
    let user = choice.user
    context = choice.name
    server = choice.server
    namespace = choice.context.namespace ?? "default"
    proxy = try Self.proxy(of: choice, environment: environment)
    impersonation = user?.impersonation ?? .none
    self.user =
      impersonation.user.isEmpty
      ? choice.context.user.isEmpty ? "nobody" : "the user \(choice.context.user) of the kubeconfig"
      : "\(impersonation.user) (as of the user \(choice.context.user) of the kubeconfig)"
    guard choice.isSecure else {
      tls = .standard
      credentials = .fixed(.none)
      notes =
        user?.hasCredentials ?? false
        ? ["\(cluster.place): \(choice.server) is not https: as with kubectl, no credentials are sent to it"] : []
      try Self.checkHeaders(Credential.none, impersonation)
      return
    }
    notes = []
    tls = TLSSettings(
      verify: !cluster.skipsVerification, authority: cluster.certificateAuthority.pem,
      clientCertificate: user?.clientCertificate.pem, clientKey: user?.clientKey.pem, serverName: cluster.serverName)
    credentials = Self.credentials(of: user, choice: choice, announce: announce)
    // What cannot be had is told before anything is sent.
    try Self.checkHeaders(try await credentials.current(), impersonation)
  }

  /// What stands for the context of a pod's service account, which is of no kubeconfig.
  package static let podContext = "in-cluster"

  /// The pod's own service account.
  init(_ account: ServiceAccount, environment: [String: String]) throws(KubernetesError) {
    context = Self.podContext
    server = account.server
    namespace = account.namespace
    user = "the service account of this pod"
    notes = []
    impersonation = .none
    credentials = account.credentials
    tls = TLSSettings(authority: account.authority)
    let attempt = "cannot use the service account of this pod"
    guard FileManager.default.isReadableFile(atPath: account.folder + "/ca.crt") else {
      throw KubernetesError(
        .configuration, attempt: attempt, cause: "\(account.folder)/ca.crt cannot be read",
        hint: "mount the service account with its authority, or give a kubeconfig")
    }
    proxy = try Self.environmentProxy(for: account.server, environment, attempt: attempt)
  }

  /// What comes first is what counts: static credentials before a command, which then is not even run
  /// (Kubernetes, client-go/plugin/pkg/client/auth/exec/exec.go, `UpdateTransportConfig`).
  private static func credentials(
    of user: Kubeconfig.User?, choice: KubeconfigChoice, announce: @escaping @Sendable (String) -> Void
  ) -> CredentialSource {
    guard let user else { return .fixed(.none) }
    if !user.tokenFile.isEmpty { return .tokenFile(TokenFile(path: user.tokenFile, fallback: user.token)) }
    if !user.token.isEmpty { return .fixed(.bearer(user.token)) }
    if !user.username.isEmpty || !user.password.isEmpty {
      return .fixed(.basic(username: user.username, password: user.password))
    }
    guard let exec = user.exec, user.clientCertificate.isEmpty else { return .fixed(.none) }
    let plugin = ExecPlugin(command: exec, cluster: execCluster(choice.cluster), announce: announce)
    return .exec(ExecCredentialSource(plugin))
  }

  /// What a command is told about the cluster (Kubernetes, client-go/rest/exec.go, `ConfigToExecCluster`).
  private static func execCluster(_ cluster: Kubeconfig.Cluster) -> JSONValue {
    var information: JSONValue = ["server": .string(cluster.server), "config": cluster.execConfiguration ?? .null]
    if let name = cluster.serverName { information["tls-server-name"] = .string(name) }
    if cluster.skipsVerification { information["insecure-skip-tls-verify"] = true }
    let authority =
      cluster.certificateAuthority.data.isEmpty
      ? FileManager.default.contents(atPath: cluster.certificateAuthority.file)
      : Data(cluster.certificateAuthority.data)
    if let authority { information["certificate-authority-data"] = .string(authority.base64EncodedString()) }
    if let proxy = cluster.proxyURL { information["proxy-url"] = .string(proxy) }
    return information
  }

  /// As kubectl chooses it: what the kubeconfig names, else what the environment does.
  private static func proxy(
    of choice: KubeconfigChoice, environment: [String: String]
  ) throws(KubernetesError) -> Proxy? {
    if let url = choice.cluster.proxyURL { return Proxy(url) }
    return try environmentProxy(
      for: choice.server, environment, attempt: "cannot use the context \(choice.name)")
  }

  private static func environmentProxy(
    for server: String, _ environment: [String: String], attempt: String
  ) throws(KubernetesError) -> Proxy? {
    do {
      return try ProxyEnvironment(environment, readsAllProxy: false).proxy(url: server)
    } catch {
      throw KubernetesError(.configuration, attempt: attempt, cause: error.description)
    }
  }

  /// The headers that say who we are.
  ///
  /// - Throws: ``KubernetesError`` for a value that no header may have: a line end in it would begin another header
  ///   (golang.org/x/net/http/httpguts, `ValidHeaderFieldValue`).
  static func checkHeaders(_ credential: Credential, _ impersonation: Impersonation) throws(KubernetesError) {
    let headers = impersonation.headers + (credential.authorization.map { [("Authorization", $0)] } ?? [])
    for (name, value) in headers where value.utf8.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) {
      throw KubernetesError(
        .configuration, attempt: "cannot send the header \(name)",
        cause: "what the kubeconfig has for it holds a line end or another control character",
        hint: "take it out of the kubeconfig, or of what its tokenFile or exec give")
    }
  }

  /// The headers for a request.
  func headers(with credential: Credential) throws(KubernetesError) -> [(name: String, value: String)] {
    try Self.checkHeaders(credential, impersonation)
    return (credential.authorization.map { [("Authorization", $0)] } ?? []) + impersonation.headers
  }

  /// The settings for a connection; what stands in the kubeconfig comes before what a command has printed
  /// (Kubernetes, client-go/transport/transport.go, `TLSConfigFor`).
  func tls(with credential: Credential) -> TLSSettings {
    var settings = tls
    guard settings.clientCertificate == nil else { return settings }
    settings.clientCertificate = credential.certificate
    settings.clientKey = credential.key
    return settings
  }
}
