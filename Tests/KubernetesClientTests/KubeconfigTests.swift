import Curl
import Foundation
import Testing

@testable import KubernetesClient

/// A temporary folder that is gone with the test.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/kubeconfig-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws -> String {
    try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
    return path + "/" + name
  }
}

private let twoContexts = """
  apiVersion: v1
  kind: Config
  current-context: staging
  clusters:
  - name: one
    cluster: {server: "https://127.0.0.1:6443/", certificate-authority-data: "Q0E="}
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
    #expect(connection.tls.authority == .data(Array("CA".utf8)))
  }

  @Test("paths of certificates are relative to the file that names them")
  func relativePaths() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(twoContexts, to: "config")
    _ = try folder.write("certificate", to: "bob.crt")
    _ = try folder.write("key", to: "bob.key")

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

    #expect(error?.description == "cannot use the context testing of \(path): \(folder.path)/bob.crt cannot be read")
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
    #expect(config.contexts.keys.sorted() == ["staging", "testing"])
  }

  @Test("a file that is not YAML is answered with its place and without its content")
  func brokenFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("users:\n- token: [sesame\n", to: "config")

    let error = #expect(throws: KubernetesError.self) { try Kubeconfig.load(path: path, environment: [:]) }

    #expect(error?.code == .configuration)
    #expect(error?.description.contains("line 3") == true)
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

  @Test("a credential command is run and its token taken")
  func execCredential() async throws {
    let folder = try TemporaryFolder()
    let script = try folder.write(
      """
      #!/bin/sh
      printf '{"kind":"ExecCredential","status":{"token":"%s"}}' "$WORD"
      """, to: "plugin")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
    let path = try folder.write(
      twoContexts.replacingOccurrences(
        of: "{token: sesame}",
        with: "{exec: {apiVersion: client.authentication.k8s.io/v1, command: \"\(script)\", "
          + "env: [{name: WORD, value: open}]}}"), to: "config")
    let config = try Kubeconfig.load(path: path, environment: [:])

    let connection = try await APIConnection(kubeconfig: config, context: nil, environment: [:])

    #expect(connection.context == "staging")
    #expect(try connection.authorization() == "Bearer open")
  }

  @Test("a credential command that fails is named with its exit status, without what it printed")
  func failingExecCredential() async throws {
    let folder = try TemporaryFolder()
    let script = try folder.write("#!/bin/sh\necho 'please log in' >&2\nexit 3\n", to: "plugin")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
    let path = try folder.write(
      twoContexts.replacingOccurrences(of: "{token: sesame}", with: "{exec: {command: \"\(script)\"}}"), to: "config")
    let config = try Kubeconfig.load(path: path, environment: [:])

    let error = await #expect(throws: KubernetesError.self) {
      try await APIConnection(kubeconfig: config, context: nil, environment: [:])
    }

    #expect(error?.description.contains(script) == true)
    #expect(error?.description.contains("3") == true)
    #expect(error?.description.contains("please log in") == false)
  }
}
