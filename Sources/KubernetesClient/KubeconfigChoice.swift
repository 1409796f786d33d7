import Curl
import Foundation
import Units

/// A context of a kubeconfig with its cluster and its user, found to be usable.
///
/// What client-go refuses is refused (Kubernetes, client-go/tools/clientcmd/validation.go, `validateClusterInfo` and
/// `validateAuthInfo`; client-go/transport/transport.go, `TLSConfigFor`), and beside it what kubectl would fill in from a
/// keyboard or leave out: a user that is not there, or has no credentials, is never taken for an anonymous one.
struct KubeconfigChoice {
  let name: String
  let context: Kubeconfig.Context
  let cluster: Kubeconfig.Cluster
  /// `nil` where the context names none, which is fine without TLS.
  let user: Kubeconfig.User?
  /// Base URL without a slash at its end.
  let server: String

  /// Whether the server is reached by TLS; without it no credentials are sent, as client-go does
  /// (Kubernetes, client-go/tools/clientcmd/client_config.go, `ClientConfig`).
  var isSecure: Bool { server.hasPrefix("https://") }

  /// - Parameter name: of the context; `nil` for the current one.
  init(_ config: Kubeconfig, context name: String?) throws(KubernetesError) {
    let files = config.sources.joined(separator: ", ")
    guard let name = name ?? config.currentContext else {
      throw KubernetesError(
        .configuration, attempt: "cannot choose a context in \(files)", cause: "no current-context is set",
        hint: "name one with --context; \(Self.list(config.contexts.keys))")
    }
    guard let context = config.contexts[name] else {
      throw KubernetesError(
        .configuration, attempt: "cannot use the context \(name) of \(files)", cause: "there is no such context",
        hint: Self.hint(name, among: config.contexts.keys))
    }
    self.name = name
    self.context = context
    guard let cluster = config.clusters[context.cluster] else {
      throw context.place.problem(
        "the context \(name)",
        context.cluster.isEmpty ? "it names no cluster" : "there is no cluster named \(context.cluster)",
        hint: Self.hint(context.cluster, among: config.clusters.keys))
    }
    self.cluster = cluster
    server = try Self.server(of: cluster, named: context.cluster)
    user = config.users[context.user]
    if user == nil, !context.user.isEmpty {
      throw context.place.problem(
        "the context \(name)", "there is no user named \(context.user)",
        hint: Self.hint(context.user, among: config.users.keys))
    }
    try checkCluster()
    try checkUser()
  }

  /// The URL as client-go takes it: without a scheme it is http, and query and fragment count for nothing
  /// (Kubernetes, client-go/rest/url_utils.go, `DefaultServerURL`).
  private static func server(
    of cluster: Kubeconfig.Cluster, named name: String
  ) throws(KubernetesError) -> String {
    func problem(_ cause: String) -> KubernetesError {
      cluster.place.problem(
        "the server of the cluster \(name)", cause, hint: "write it as in server: https://api.example.com:6443")
    }
    guard !cluster.server.isEmpty else { throw problem("there is none") }
    var url = cluster.server.contains("://") ? cluster.server : "http://\(cluster.server)"
    url = String(url.prefix { $0 != "?" && $0 != "#" })
    let scheme = url.prefix { $0 != ":" }.lowercased()
    let rest = url.dropFirst(scheme.count + 3)
    let authority = rest.prefix { $0 != "/" }
    guard scheme == "https" || scheme == "http", !authority.isEmpty,
      !url.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7F })
    else { throw problem("it is no URL of http or https") }
    guard !authority.contains("@") else { throw problem("it holds credentials, which belong to a user") }
    url = "\(scheme)://\(rest)"
    while url.hasSuffix("/") { url.removeLast() }
    return url
  }

  private func checkCluster() throws(KubernetesError) {
    let field = "the cluster \(context.cluster)"
    if let url = cluster.proxyURL {
      let scheme = url.range(of: "://").map { url[..<$0.lowerBound].lowercased() }
      guard ["http", "https", "socks5"].contains(scheme), Proxy(url) != nil else {
        throw cluster.place.problem(
          field, "its proxy-url is no URL of http, https or socks5",
          hint: "write it as in proxy-url: http://proxy.example.com:3128")
      }
    }
    guard !cluster.certificateAuthority.isBoth else {
      throw cluster.place.problem(
        field, "certificate-authority and certificate-authority-data are both there", hint: "leave one of them")
    }
    guard isSecure else { return }
    guard !cluster.skipsVerification || cluster.certificateAuthority.isEmpty else {
      throw cluster.place.problem(
        field, "insecure-skip-tls-verify stands beside a certificate authority, which then checks nothing",
        hint: "take insecure-skip-tls-verify away")
    }
    try Self.check(cluster.certificateAuthority, "the certificate-authority", field, cluster.place)
  }

  private func checkUser() throws(KubernetesError) {
    guard let user else {
      guard !isSecure else {
        throw context.place.problem(
          "the context \(name)", "it names no user, so that the server would not know who asks",
          hint: "write user: NAME of one of the users")
      }
      return
    }
    let field = "the user \(context.user)"
    func refuse(_ cause: String, _ hint: String?) -> KubernetesError { user.place.problem(field, cause, hint: hint) }
    guard !user.impersonation.hasDetails || !user.impersonation.user.isEmpty else {
      throw refuse(
        "as-uid, as-groups or as-user-extra without as", "name the user to act as with as, or leave them out")
    }
    if let provider = user.authProvider {
      guard user.exec == nil else { throw refuse("auth-provider and exec are both there", "leave auth-provider out") }
      throw refuse(
        "its auth-provider \(provider) is not supported here",
        RetiredAuthProvider.hint(for: provider))
    }
    let isBasic = !user.username.isEmpty || !user.password.isEmpty
    guard !isBasic || (user.token.isEmpty && user.tokenFile.isEmpty) else {
      throw refuse("a token and a username are both there", "leave one of them")
    }
    try user.exec?.check(user: context.user)
    try checkCertificate(of: user, field)
    guard !isSecure || user.hasCredentials else {
      throw refuse(
        "it has no credentials, so that the server would not know who asks",
        "give it token, tokenFile, client-certificate with client-key, exec, or username with password")
    }
  }

  private func checkCertificate(of user: Kubeconfig.User, _ field: String) throws(KubernetesError) {
    let certificate = user.clientCertificate
    for (name, value) in [("client-certificate", certificate), ("client-key", user.clientKey)] where value.isBoth {
      throw user.place.problem(field, "\(name) and \(name)-data are both there", hint: "leave one of them")
    }
    guard !certificate.isEmpty else { return }
    guard !user.clientKey.isEmpty else {
      throw user.place.problem(field, "a client-certificate without its client-key", hint: "name both")
    }
    guard isSecure else { return }
    try Self.check(certificate, "the client-certificate", field, user.place)
    try Self.check(user.clientKey, "the client-key", field, user.place)
  }

  /// Whether a certificate or key can be read and is in PEM form.
  private static func check(
    _ value: Kubeconfig.FileOrData, _ what: String, _ field: String, _ place: KubeconfigPlace
  ) throws(KubernetesError) {
    guard let pem = value.pem else { return }
    let data: Data
    let name: String
    switch pem {
    case .data(let bytes): (data, name) = (Data(bytes), "\(what)-data")
    case .file(let path):
      guard let content = FileManager.default.contents(atPath: path) else {
        throw place.problem(
          field, "\(path) cannot be read", hint: "\(what) is a path from the folder of the kubeconfig")
      }
      (data, name) = (content, path)
    }
    guard data.range(of: Data("-----BEGIN ".utf8)) != nil else {
      throw place.problem(
        field, "\(name) is not in PEM form", hint: "it has to hold a line that begins with -----BEGIN")
    }
  }

  private static func hint(_ name: String, among names: some Sequence<String>) -> String {
    let nearest = Spelling.nearest(to: name, among: names).map { "did you mean \($0)? " } ?? ""
    return nearest + list(names)
  }

  private static func list(_ names: some Sequence<String>) -> String {
    let names = names.sorted()
    return names.isEmpty ? "there is none" : "there are: \(names.joined(separator: ", "))"
  }
}

extension Kubeconfig.User {
  var hasCredentials: Bool {
    !token.isEmpty || !tokenFile.isEmpty || !username.isEmpty || !clientCertificate.isEmpty || exec != nil
  }
}

extension Kubeconfig.ExecCommand {
  static let versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

  /// Kubernetes, client-go/tools/clientcmd/validation.go and client-go/plugin/pkg/client/auth/exec/exec.go,
  /// `newAuthenticator`.
  fileprivate func check(user: String) throws(KubernetesError) {
    func refuse(_ cause: String, _ hint: String) -> KubernetesError {
      place.problem("exec of the user \(user)", cause, hint: hint)
    }
    guard !command.isEmpty else { throw refuse("it has no command", "name the program that prints the credentials") }
    guard Self.versions.contains(apiVersion) else {
      throw refuse(
        apiVersion.isEmpty ? "it has no apiVersion" : "the apiVersion \(apiVersion) is not supported",
        "write apiVersion: \(Self.versions.joined(separator: " or ")), whichever \(command) speaks; of v1alpha1, which "
          + "Kubernetes 1.24 dropped, a newer \(command) is needed")
    }
    guard !environment.contains(where: { $0.name.isEmpty }) else {
      throw refuse("an entry of env has no name", "give it one")
    }
    switch interactiveMode {
    case "Never", "IfAvailable", "Always": break
    case "" where apiVersion.hasSuffix("/v1beta1"): break
    default:
      throw refuse(
        interactiveMode.isEmpty ? "it has no interactiveMode" : "the interactiveMode \(interactiveMode) is unknown",
        "write interactiveMode: Never, IfAvailable or Always")
    }
  }
}
