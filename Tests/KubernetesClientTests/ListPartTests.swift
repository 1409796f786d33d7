import Curl
import Foundation
import KubernetesClient
import KubernetesObjects
import Synchronization
import TestServers
import Testing

@Suite("A list that comes in parts", .timeLimit(.minutes(5)))
struct ListPartTests {
  /// What a client makes of the answers of a server, one after the other, and what it asked for; the same whether it makes
  /// values of the objects or leaves them as they are.
  private func listed(
    _ answers: [(status: Int, body: String)], _ selection: ListSelection = .all
  ) async throws -> (list: CompleteList<JSONValue>?, error: KubernetesError?, asked: [String]) {
    let values = try await listed(answers) { client throws(KubernetesError) in
      try await client.list(.pods, namespace: "default", selection, partSize: 2)
    }
    let raw = try await listed(answers) { client throws(KubernetesError) in
      try await client.rawList(.pods, namespace: "default", selection, partSize: 2)
    }
    #expect(values.asked == raw.asked && values.error?.code == raw.error?.code)
    #expect(values.list?.resourceVersion == raw.list?.resourceVersion)
    #expect(try values.list?.items == raw.list?.items.map { try $0.decoded(as: JSONValue.self) })
    return values
  }

  private func listed<Item>(
    _ answers: [(status: Int, body: String)],
    _ list: (APIClient) async throws(KubernetesError) -> CompleteList<Item>
  ) async throws -> (list: CompleteList<Item>?, error: KubernetesError?, asked: [String]) {
    let (asked, sink) = AsyncStream.makeStream(of: String.self)
    let count = Mutex(0)
    let server = try ScriptedServer { connection in
      while let head = connection.readRequestHead() {
        sink.yield(String(head.split(separator: " ")[1]))
        let number = count.withLock { count in
          count += 1
          return count - 1
        }
        let (status, body) = number < answers.count ? answers[number] : (500, "nothing more")
        connection.write("HTTP/1.1 \(status) x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
      }
    }
    let config = try Kubeconfig(text: KubeconfigText.leading(to: server.url), source: "test")
    let client = APIClient(
      connection: try await APIConnection(kubeconfig: config, context: nil, environment: [:]),
      session: try CurlSession(name: "test"))
    var result: (CompleteList<Item>?, KubernetesError?) = (nil, nil)
    do throws(KubernetesError) {
      result.0 = try await list(client)
    } catch {
      result.1 = error
    }
    sink.finish()
    var paths: [String] = []
    for await path in asked { paths.append(path) }
    return (result.0, result.1, paths)
  }

  private static let pods = "/api/v1/namespaces/default/pods"

  private static func part(_ names: [String], version: String = "10", continuing token: String? = nil) -> (Int, String)
  {
    let items = names.map { #"{"metadata": {"name": "\#($0)"}}"# }.joined(separator: ", ")
    let rest = token.map { #", "continue": "\#($0)""# } ?? ""
    return (200, #"{"kind": "PodList", "metadata": {"resourceVersion": "\#(version)"\#(rest)}, "items": [\#(items)]}"#)
  }

  private static let expired = (
    410,
    #"{"kind": "Status", "status": "Failure", "code": 410, "reason": "Expired", "metadata": {"continue": "fresh"}}"#
  )

  private func names(_ list: CompleteList<JSONValue>?) -> [String] {
    (list?.items ?? []).compactMap { $0["metadata", "name"]?.string }
  }

  @Test("is put together, from the sending of the first to the end of the last")
  func together() async throws {
    let (list, error, asked) = try await listed(
      [Self.part(["a", "b"], continuing: "x/="), Self.part(["c"])], ListSelection(labels: "app in (web,shop)"))
    #expect(error == nil && names(list) == ["a", "b", "c"] && list?.resourceVersion == "10")
    #expect(list?.answers.count == 2)
    #expect(list?.sent == list?.answers.first?.sent && list?.received == list?.answers.last?.received)
    let selector = "?labelSelector=app%20in%20%28web%2Cshop%29&limit=2"
    #expect(asked == ["\(Self.pods)\(selector)", "\(Self.pods)\(selector)&continue=x%2F%3D"])
  }

  @Test("is read as a whole where its state is forgotten before the end, or another is shown")
  func whole() async throws {
    for second in [Self.expired, Self.part(["c"], version: "12")] {
      let (list, error, asked) = try await listed([
        Self.part(["a", "b"], continuing: "x"), second, Self.part(["b", "c", "d"], version: "12"),
      ])
      #expect(error == nil && names(list) == ["b", "c", "d"] && list?.resourceVersion == "12")
      #expect(list?.answers.count == 1, "what was read before says nothing of this list")
      #expect(asked.last == Self.pods)
    }
  }

  @Test("fails where its first part does, or the whole list comes in parts although all was asked for")
  func failing() async throws {
    let first = try await listed([Self.expired])
    #expect(first.error?.code == .expired && first.asked.count == 1)
    let later = try await listed([
      Self.part(["a", "b"], continuing: "x"), Self.expired, Self.part(["a"], continuing: "y"),
    ])
    #expect(later.error?.code == .malformed)
  }

  @Test(
    "is no list without items, whatever else it is",
    arguments: [
      #"{"kind": "Status", "metadata": {}, "status": "Success"}"#, #"{"metadata": {"resourceVersion": "3"}}"#,
      "<html>Sign in</html>", #"{"metadata": {"resourceVersion": "3"}, "items": [{"metadata": {"#, "", "[]", "null",
    ])
  func noList(_ body: String) async throws {
    let (list, error, _) = try await listed([(200, body)])
    #expect(list == nil && error?.code == .malformed)
  }

  @Test("is empty where its items are null, as servers write it for none")
  func empty() async throws {
    let (list, error, _) = try await listed([(200, #"{"metadata": {"resourceVersion": "3"}, "items": null}"#)])
    #expect(error == nil && list?.items.isEmpty == true && list?.resourceVersion == "3")
  }
}
