import KubernetesObjects
import SimulatedCluster
import Testing

@Suite("Lists that are read in parts")
struct ListPartTests {
  private static let configMaps = "/api/v1/namespaces/production/configmaps"

  /// A cluster with the ConfigMaps `map-0` to `map-6`, every other one of them labelled `kind: even`.
  private func cluster(historyLimit: Int = 5_000) throws -> ClusterSimulation {
    var cluster = try ClusterSimulation(manifests: try Workload().manifests, historyLimit: historyLimit)
    for number in 0..<7 {
      cluster.ask(
        "POST", Self.configMaps,
        body: [
          "metadata": [
            "name": .string("map-\(number)"), "labels": ["kind": .string(number % 2 == 0 ? "even" : "odd")],
          ]
        ])
    }
    return cluster
  }

  private func names(_ list: JSONValue) -> [String] {
    (list["items"]?.array ?? []).compactMap { $0["metadata", "name"]?.string }.filter { $0.hasPrefix("map-") }
  }

  @Test("All parts show the state of the first, whatever is made, changed and deleted between them")
  func consistent() throws {
    var cluster = try cluster()
    let whole = cluster.ask("GET", Self.configMaps).body
    let first = cluster.ask("GET", Self.configMaps, query: ["limit": "3"]).body
    let token = try #require(first["metadata", "continue"]?.string)
    cluster.ask("DELETE", "\(Self.configMaps)/map-5")
    cluster.ask("POST", Self.configMaps, body: ["metadata": ["name": "map-55"]])
    cluster.ask("PATCH", "\(Self.configMaps)/map-6", type: "application/merge-patch+json", body: ["data": ["a": "b"]])
    cluster.ask("DELETE", "\(Self.configMaps)/map-6")
    cluster.ask("POST", Self.configMaps, body: ["metadata": ["name": "map-6"]])

    let rest = cluster.ask("GET", Self.configMaps, query: ["limit": "100", "continue": token]).body
    #expect((first["items"]?.array ?? []) + (rest["items"]?.array ?? []) == whole["items"]?.array)
    #expect(rest["metadata", "resourceVersion"] == whole["metadata", "resourceVersion"])
    #expect(rest["metadata", "continue"] == nil && rest["metadata", "remainingItemCount"] == nil)
  }

  @Test("What remains is counted without a selector, and not with one")
  func remaining() throws {
    var cluster = try cluster()
    let count = try #require(cluster.ask("GET", Self.configMaps).body["items"]?.array?.count)
    let whole = cluster.ask("GET", Self.configMaps, query: ["limit": "3"]).body
    #expect(whole["metadata", "remainingItemCount"] == .integer(Int64(count - 3)))
    var query = ["limit": "3", "labelSelector": "kind=even"]
    let selected = cluster.ask("GET", Self.configMaps, query: query).body
    #expect(selected["metadata", "remainingItemCount"] == nil)
    query["continue"] = try #require(selected["metadata", "continue"]?.string)
    #expect(
      names(selected) + names(cluster.ask("GET", Self.configMaps, query: query).body) == (0..<4).map { "map-\($0 * 2)" }
    )
  }

  @Test("A token whose version is forgotten is refused with another one, that goes on with what there is now")
  func expired() throws {
    var cluster = try cluster(historyLimit: 5)
    let first = cluster.ask("GET", Self.configMaps, query: ["limit": "3"]).body
    let token = try #require(first["metadata", "continue"]?.string)
    for number in 0..<20 {
      cluster.ask(
        "PATCH", "\(Self.configMaps)/map-6", type: "application/merge-patch+json",
        body: ["data": ["a": .string("\(number)")]])
    }
    cluster.ask("POST", Self.configMaps, body: ["metadata": ["name": "map-9"]])

    let refusal = cluster.ask("GET", Self.configMaps, query: ["limit": "3", "continue": token])
    #expect(refusal.status == 410 && refusal.body["reason"] == "Expired")
    #expect(
      refusal.body["message"]?.string?.hasPrefix(
        "The provided continue parameter is too old to display a consistent list result. You can start a new list "
          + "without the continue parameter, or use the continue token in this response") == true)
    let fresh = try #require(refusal.body["metadata", "continue"]?.string)
    let rest = cluster.ask("GET", Self.configMaps, query: ["continue": fresh]).body
    #expect(names(first) + names(rest) == (0..<7).map { "map-\($0)" } + ["map-9"])
    #expect(rest["metadata", "resourceVersion"] == .string(String(cluster.resourceVersion)))
  }

  @Test(
    "A token that the server has not given is a bad request",
    arguments: [
      "%%", "e30", "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MCwic3RhcnQiOiJhXHUwMDAwIn0",
      "eyJ2IjoidjIiLCJydiI6MSwic3RhcnQiOiJhXHUwMDAwIn0",
      "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIuLi9hXHUwMDAwIn0",
    ])
  func invalid(_ token: String) throws {
    var cluster = try cluster()
    let answer = cluster.ask("GET", Self.configMaps, query: ["continue": token])
    #expect(answer.status == 400)
    #expect(answer.body["message"]?.string?.hasPrefix("invalid continue token: continue key is not valid") == true)
  }

  @Test("An object that leaves the selector of a watch is told as deleted, as it was while it was selected")
  func leaving() throws {
    var cluster = try cluster()
    let request = APIRequest(
      method: "GET", path: Self.configMaps,
      query: [
        "watch": "1", "labelSelector": "kind=even", "resourceVersion": String(cluster.resourceVersion),
      ])
    guard case .watch(var stream) = cluster.respond(to: request) else { throw Missing() }
    cluster.ask(
      "PATCH", "\(Self.configMaps)/map-0", type: "application/merge-patch+json",
      body: ["metadata": ["labels": ["kind": "odd"]]])
    let events = cluster.events(for: &stream)
    #expect(events.map { $0["type"] } == ["DELETED"])
    #expect(events[0]["object", "metadata"]?["labels", "kind"] == "even")
    #expect(events[0]["object", "metadata"]?["resourceVersion"] == .string(String(cluster.resourceVersion)))
  }

  private struct Missing: Error {}
}
