import Curl
import Foundation
import KubernetesClient
import KubernetesObjects
import Synchronization
import TestServers
import Testing

/// A server that answers a write with 429 so many times before it takes it.
@Suite("A write that the server asks to send later", .timeLimit(.minutes(5)))
struct WriteRetryTests {
  private func attempts(refusals: Int, headers: String) async throws -> (count: Int, error: KubernetesError?) {
    let count = Mutex(0)
    let server = try ScriptedServer { connection in
      while let head = connection.readRequestHead() {
        let length = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        _ = connection.read(
          length.flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) } ?? 0)
        let number = count.withLock { count in
          count += 1
          return count
        }
        let body =
          number <= refusals
          ? "Too many requests, please try again later.\n"
          : #"{"metadata": {"name": "web"}, "spec": {"selector": {}, "template": {"spec": {}}}}"#
        let status = number <= refusals ? "429 Too Many Requests\r\n\(headers)" : "200 OK\r\n"
        connection.write("HTTP/1.1 \(status)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
      }
    }
    let config = try Kubeconfig(text: KubeconfigText.leading(to: server.url), source: "test")
    let client = APIClient(
      connection: try await APIConnection(kubeconfig: config, context: nil, environment: [:]),
      session: try CurlSession(name: "test"))
    do throws(KubernetesError) {
      _ = try await client.send(
        "PATCH", path: ResourceType.deployments.path(namespace: "default", name: "web"),
        type: "application/merge-patch+json", body: ["spec": ["replicas": 3]])
      return (count.withLock { $0 }, nil)
    } catch {
      return (count.withLock { $0 }, error)
    }
  }

  @Test("is sent again when it is time, ten times at the most")
  func again() async throws {
    let few = try await attempts(refusals: 3, headers: "Retry-After: 0\r\n")
    #expect(few.count == 4 && few.error == nil)
    let many = try await attempts(refusals: 99, headers: "Retry-After: 0\r\n")
    #expect(many.count == 11)
    #expect(many.error?.description.contains("has received too many requests") == true)
  }

  @Test("is not sent again where the server does not ask for it")
  func once() async throws {
    let refused = try await attempts(refusals: 3, headers: "")
    #expect(refused.count == 1 && refused.error?.code == .refused)
  }
}
