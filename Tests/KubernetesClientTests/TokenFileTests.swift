import Curl
import Foundation
import TestServers
import Testing

@testable import KubernetesClient

@Suite("Tokens in files", .timeLimit(.minutes(1)))
struct TokenFileTests {
  @Test("a file is read again when its time has come, and the last good token is kept while it cannot be read")
  func rotation() throws {
    let folder = try TemporaryFolder()
    let file = TokenFile(path: try folder.write("one\n", to: "token"), period: .zero)
    #expect(try file.token() == "one")

    try folder.write("  two\n", to: "token")
    #expect(try file.token() == "two")
    try folder.write("\n", to: "token")
    #expect(try file.token() == "two")
    try FileManager.default.removeItem(atPath: folder.file("token"))
    #expect(try file.token() == "two")
  }

  @Test("a file is not read for each request")
  func period() throws {
    let folder = try TemporaryFolder()
    let file = TokenFile(path: try folder.write("one", to: "token"))
    #expect(try file.token() == "one")

    try folder.write("two", to: "token")

    #expect(try file.token() == "one")
    #expect(try file.token(rereading: true) == "two")
  }

  @Test("a token that the server refuses is read again from its file, and the request sent once more")
  func refused() async throws {
    let server = try PythonServer.authenticating()
    let folder = try TemporaryFolder()
    try folder.write("until-1", to: "token")
    let config = try folder.write(
      """
      current-context: x
      clusters: [{name: c, cluster: {server: "\(server.tlsURL)", certificate-authority: \(server.authorityFile)}}]
      contexts: [{name: x, context: {cluster: c, user: u}}]
      users: [{name: u, user: {tokenFile: token}}]
      """, to: "config")
    let client = APIClient(
      connection: try await APIConnection(
        kubeconfig: try Kubeconfig.load(path: config, environment: [:]), context: nil, environment: [:]),
      session: try CurlSession(name: "test"))
    try folder.write("renewed", to: "token")

    _ = try await client.get(path: "/version")

    #expect(try server.apiRequests().map(\.status) == [401, 200])
  }
}

@Suite("The service account of a pod", .timeLimit(.minutes(1)))
struct ServiceAccountTests {
  private let variables = [
    "KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443", "HOME": "/nonexistent",
  ]

  private func mounted(_ folder: TemporaryFolder) throws {
    try folder.write("pod-token\n", to: "token")
    try folder.write("-----BEGIN CERTIFICATE-----\n", to: "ca.crt")
    try folder.write("production\n", to: "namespace")
  }

  @Test("it is used where there is no kubeconfig and no context is named")
  func inCluster() async throws {
    let folder = try TemporaryFolder()
    try mounted(folder)
    let account = try #require(ServiceAccount(environment: variables, folder: folder.path))

    let connection = try await APIConnection.find(
      kubeconfig: nil, context: nil, environment: variables, serviceAccount: account)

    #expect(connection.server == "https://10.0.0.1:443")
    #expect(connection.namespace == "production")
    #expect(connection.context == "in-cluster")
    #expect(connection.tls.authority == .file(folder.file("ca.crt")))
    #expect(connection.tls.verify)
    #expect(try await connection.credentials.current() == .bearer("pod-token"))
    let other = try #require(
      ServiceAccount(environment: variables.merging(["POD_NAMESPACE": "own"]) { $1 }, folder: folder.path))
    #expect(other.namespace == "own")
  }

  @Test("an address of IPv6 is put into brackets")
  func addressOfVersion6() throws {
    let folder = try TemporaryFolder()
    try mounted(folder)

    let account = ServiceAccount(
      environment: variables.merging(["KUBERNETES_SERVICE_HOST": "fd00::1"]) { $1 }, folder: folder.path)

    #expect(account?.server == "https://[fd00::1]:443")
  }

  @Test("a kubeconfig comes first, and a context that is named is never answered with the pod's own rights")
  func kubeconfigFirst() async throws {
    let folder = try TemporaryFolder()
    try mounted(folder)
    let account = try #require(ServiceAccount(environment: variables, folder: folder.path))
    let config = try folder.write(
      """
      current-context: x
      clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
      contexts: [{name: x, context: {cluster: c}}]
      """, to: "config")

    let connection = try await APIConnection.find(
      kubeconfig: nil, context: nil, environment: variables.merging(["KUBECONFIG": config]) { $1 },
      serviceAccount: account)
    #expect(connection.context == "x")
    for (path, context) in [(nil, "staging"), (folder.file("nowhere"), nil)] as [(String?, String?)] {
      let error = await #expect(throws: KubernetesError.self) {
        try await APIConnection.find(
          kubeconfig: path, context: context, environment: variables, serviceAccount: account)
      }
      #expect(error?.code == .configuration)
    }
  }

  @Test("outside of a pod there is none")
  func outside() throws {
    let folder = try TemporaryFolder()
    #expect(ServiceAccount(environment: variables, folder: folder.path) == nil)
    try mounted(folder)
    #expect(ServiceAccount(environment: [:], folder: folder.path) == nil)
  }
}
