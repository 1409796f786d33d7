import Curl
import Foundation
import TestServers
import Testing

@testable import KubernetesClient

private let twoContexts = """
  apiVersion: v1
  kind: Config
  current-context: staging
  clusters:
  - name: one
    cluster: {server: "https://127.0.0.1:6443/", certificate-authority-data: "LS0tLS1CRUdJTiA="}
  - name: two
    cluster: {server: "https://127.0.0.2:6443", insecure-skip-tls-verify: true}
  users:
  - name: alice
    user: {token: sesame}
  - name: bob
    user: {client-certificate: bob.crt, client-key: bob.key}
  contexts:
  - name: staging
    context: {cluster: one, user: alice, namespace: production}
  - name: testing
    context: {cluster: two, user: bob}
  """

@Suite("Reading a kubeconfig", .timeLimit(.minutes(10)))
struct KubeconfigTests {
  @Test("the current context gives server, authority, namespace and token")
  func currentContext() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(twoContexts, to: "config")

    let config = try Kubeconfig.load(path: path, environment: [:])
    let connection = try await APIConnection(kubeconfig: config, context: nil, environment: [:])

    #expect(connection.context == "staging")
    #expect(connection.server == "https://127.0.0.1:6443")
    #expect(connection.namespace == "production")
    #expect(connection.tls.verify)
    #expect(connection.tls.authority == .data(Array("-----BEGIN ".utf8)))
  }

  @Test("paths of certificates are relative to the file that names them")
  func relativePaths() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(twoContexts, to: "config")
    _ = try folder.write("-----BEGIN CERTIFICATE-----", to: "bob.crt")
    _ = try folder.write("-----BEGIN PRIVATE KEY-----", to: "bob.key")

    let config = try Kubeconfig.load(path: path, environment: [:])
    let connection = try await APIConnection(kubeconfig: config, context: "testing", environment: [:])

    #expect(connection.tls.clientCertificate == .file(folder.path + "/bob.crt"))
    #expect(connection.namespace == "default")
    #expect(!connection.tls.verify)
  }

  @Test("a missing certificate file is named before anything is sent")
  func missingCertificate() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(twoContexts, to: "config")
    let config = try Kubeconfig.load(path: path, environment: [:])

    let error = await #expect(throws: KubernetesError.self) {
      try await APIConnection(kubeconfig: config, context: "testing", environment: [:])
    }

    #expect(
      error?.description
        == "\(path):13:9: the user bob: \(folder.path)/bob.crt cannot be read; the client-certificate is a path from the "
        + "folder of the kubeconfig")
  }

  @Test("an unknown context is answered with the nearest one and all that there are")
  func unknownContext() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(twoContexts, to: "config")
    let config = try Kubeconfig.load(path: path, environment: [:])

    let error = await #expect(throws: KubernetesError.self) {
      try await APIConnection(kubeconfig: config, context: "stagin", environment: [:])
    }

    #expect(
      error?.description
        == "cannot use the context stagin of \(path): there is no such context; did you mean staging? "
        + "there are: staging, testing")
  }

  @Test("of several files the first that names a thing wins, and missing files are passed over")
  func merging() throws {
    let folder = try TemporaryFolder()
    let first = try folder.write("current-context: testing\ncontexts: []\n", to: "first")
    let second = try folder.write(twoContexts, to: "second")

    let config = try Kubeconfig.load(
      environment: ["KUBECONFIG": "\(first):\(folder.path)/missing:\(second)"])

    #expect(config.currentContext == "testing")
    #expect(config.users["alice"]?.token == "sesame")
    #expect(config.contexts.keys.sorted() == ["staging", "testing"])
  }

  @Test("a file that is not YAML is answered with its place and without its content")
  func brokenFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("users:\n- token: [sesame\n", to: "config")

    let error = #expect(throws: KubernetesError.self) { try Kubeconfig.load(path: path, environment: [:]) }

    #expect(error?.code == .configuration)
    #expect(error?.description.hasPrefix("\(path):3:1: ") == true)
    #expect(error?.description.contains("sesame") == false)
  }

  @Test("no file at all is answered with what to do")
  func noFile() {
    let error = #expect(throws: KubernetesError.self) {
      try Kubeconfig.load(environment: ["KUBECONFIG": "/nonexistent/config"])
    }

    #expect(
      error?.description == "cannot read the kubeconfig /nonexistent/config: no such file; set KUBECONFIG, "
        + "or name a file with --kubeconfig")
  }

  @Test("nothing of an entry is taken from a later file, and an empty current-context does not count")
  func firstWins() throws {
    let folder = try TemporaryFolder()
    let first = try folder.write(
      "current-context: \"\"\nusers: [{name: u, user: {tokenFile: token, as: jane}}]\n", to: "first")
    let second = try folder.write(
      "current-context: x\nusers: [{name: u, user: {token: second, username: bob}}]\n", to: "second")

    let config = try Kubeconfig.load(environment: ["KUBECONFIG": "\(first)::\(second):\(first)"])

    #expect(config.currentContext == "x")
    #expect(config.users["u"]?.tokenFile == folder.file("token"))
    #expect(config.users["u"]?.impersonation.user == "jane")
    #expect(config.users["u"]?.token == "" && config.users["u"]?.username == "")
    #expect(config.sources == [first, second])
  }

  @Test("an unreadable file of several is refused, whichever it is")
  func unreadableOfSeveral() throws {
    let folder = try TemporaryFolder()
    let good = try folder.write(twoContexts, to: "good")
    let bad = try folder.write("users: [{name: x", to: "bad")

    for list in ["\(good):\(bad)", "\(bad):\(good)", "\(good):\(folder.path)"] {
      let error = #expect(throws: KubernetesError.self, "\(list)") {
        try Kubeconfig.load(environment: ["KUBECONFIG": list])
      }
      #expect(error?.code == .configuration)
    }
  }

  @Test("an empty namespace is the default one")
  func emptyNamespace() async throws {
    let config = try Kubeconfig(
      text: twoContexts.replacing("namespace: production", with: "namespace: \"\""), source: "config")

    let connection = try await APIConnection(kubeconfig: config, context: nil, environment: [:])

    #expect(connection.namespace == "default")
  }

  /// A change of a kubeconfig, and what is said of it.
  struct Mistake: Sendable, CustomTestStringConvertible {
    let from: String
    let to: String
    let complaint: String

    var testDescription: String { to }
  }

  @Test(
    "what is wrong is told in one line with file, line, column and what to do",
    arguments: [
      Mistake(
        from: "{token: sesame}", to: "{token: 12345}",
        complaint: "config:11:17: users.user.token: a number where a text is wanted; put it into quotes"),
      Mistake(
        from: "insecure-skip-tls-verify: true", to: "insecure-skip-tls-verify: 'true'",
        complaint:
          "config:8:73: clusters.cluster.insecure-skip-tls-verify: a text where true or false is wanted; write it "
          + "without quotes"),
      Mistake(
        from: "LS0tLS1CRUdJTiA=", to: "???",
        complaint:
          "config:6:76: clusters.cluster.certificate-authority-data: it is not base64; write what base64 -w0 FILE "
          + "prints, or name the file by certificate-authority"),
      Mistake(
        from: "- name: bob", to: "- name: alice",
        complaint:
          "config:12:9: users.name: there is another user named alice at config:10:3; rename or remove one of them"),
      Mistake(
        from: "user: alice, ", to: "user: alicia, ",
        complaint:
          "config:16:12: the context staging: there is no user named alicia; did you mean alice? there are: alice, "
          + "bob"),
      Mistake(
        from: "user: alice, ", to: "",
        complaint:
          "config:16:12: the context staging: it names no user, so that the server would not know who asks; write "
          + "user: NAME of one of the users"),
      Mistake(
        from: "{token: sesame}", to: "{}",
        complaint:
          "config:11:9: the user alice: it has no credentials, so that the server would not know who asks; give it "
          + "token, tokenFile, client-certificate with client-key, exec, or username with password"),
      Mistake(
        from: "{token: sesame}", to: "{auth-provider: {name: gcp}}",
        complaint: "config:11:9: the user alice: its auth-provider gcp is not supported here; install "
          + "gke-gcloud-auth-plugin and run gcloud container clusters get-credentials CLUSTER, which writes exec in its place"
      ),
      Mistake(
        from: "{token: sesame}", to: "{token: sesame, as-groups: [admins]}",
        complaint:
          "config:11:9: the user alice: as-uid, as-groups or as-user-extra without as; name the user to act as with "
          + "as, or leave them out"),
      Mistake(
        from: "certificate-authority-data: \"LS0",
        to: "insecure-skip-tls-verify: true, certificate-authority-data: \"LS0",
        complaint:
          "config:6:12: the cluster one: insecure-skip-tls-verify stands beside a certificate authority, which then "
          + "checks nothing; take insecure-skip-tls-verify away"),
      Mistake(
        from: "{token: sesame}", to: "{exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: aws}}",
        complaint: "config:11:16: exec of the user alice: the apiVersion client.authentication.k8s.io/v1alpha1 is not "
          + "supported; write apiVersion: client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1, "
          + "whichever aws speaks; of v1alpha1, which Kubernetes 1.24 dropped, a newer aws is needed"),
      Mistake(
        from: "https://127.0.0.1:6443/", to: "https://127.0.0.1:6443/\", proxy-url: \"127.0.0.1:3128",
        complaint:
          "config:6:12: the cluster one: its proxy-url is no URL of http, https or socks5; write it as in proxy-url: "
          + "http://proxy.example.com:3128"),
      Mistake(
        from: "kind: Config", to: "kind: Pod",
        complaint: "config:2:7: kind: Pod where a kubeconfig has Config; is it a kubeconfig?"),
    ])
  func mistakes(_ mistake: Mistake) async throws {
    let text = twoContexts.replacing(mistake.from, with: mistake.to, maxReplacements: 1)
    try #require(text != twoContexts)

    let error = await #expect(throws: KubernetesError.self) {
      try await APIConnection(
        kubeconfig: try Kubeconfig(text: text, source: "config"), context: nil, environment: [:])
    }

    #expect(error?.description == mistake.complaint)
    #expect(error?.code == .configuration)
  }

  @Test("a file whose aliases multiply is refused at once")
  func aliases() throws {
    var text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for (name, before) in zip("bcdefghij", "abcdefghi") {
      text += "\(name): &\(name) [\(Array(repeating: "*\(before)", count: 10).joined(separator: ", "))]\n"
    }
    text += "clusters: [{name: c, cluster: {extensions: [{name: client.authentication.k8s.io/exec, extension: *j}]}}]\n"

    let error = #expect(throws: KubernetesError.self) { try Kubeconfig(text: text, source: "config") }

    #expect(error?.description.contains("aliases") == true)
  }
}
