import Curl
import Foundation
import KubernetesClient
import KubernetesObjects
import TestServers
import Testing

@Suite("A list of many megabytes", .timeLimit(.minutes(5)))
struct LargeListTests {
  /// Reads a list of pods that bear a note of a hundred kilobytes each.
  private func listed(pods count: Int) async throws -> CompleteList<JSONValue> {
    let note = String(repeating: "x", count: 100_000)
    let server = try ScriptedServer { connection in
      while connection.readRequestHead() != nil {
        let items = (0..<count).map { number in
          #"{"metadata": {"name": "web-\#(number)", "uid": "\#(number)", "annotations": {"note": "\#(note)"}}}"#
        }
        let body = #"{"kind": "PodList", "metadata": {"resourceVersion": "10"}, "items": ["#
        let text = body + items.joined(separator: ",") + "]}"
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n")
        connection.write(text)
      }
    }
    let config = try Kubeconfig(text: KubeconfigText.leading(to: server.url), source: "test")
    let session = try CurlSession(name: "test")
    let client = APIClient(
      connection: try await APIConnection(kubeconfig: config, context: nil, environment: [:]), session: session)
    do {
      let list = try await client.list(.pods, namespace: "default")
      await session.close()
      return list
    } catch {
      await session.close()
      throw error
    }
  }

  @Test("is read, where it has fifty")
  func fifty() async throws {
    let list = try await listed(pods: 500)

    #expect(list.items.count == 500)
    #expect(list.items.last?["metadata", "name"]?.string == "web-499")
  }

  @Test("is refused where it is longer than any list may be, so that no server can take all memory")
  func tooLong() async throws {
    let error = await #expect(throws: KubernetesError.self) { _ = try await listed(pods: 700) }

    #expect(error?.description.contains("larger than") ?? false, "\(error?.description ?? "")")
  }
}
