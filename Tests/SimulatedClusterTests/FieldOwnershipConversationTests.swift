import Foundation
import KubernetesObjects
import SimulatedCluster
import Testing

@Suite("Who owns which fields, as a real API server has said")
struct FieldOwnershipConversationTests {
  /// A write of kubectl 1.32 to a real API server, and who owned which fields afterwards, but for the controllers.
  private struct Exchange: Decodable {
    var command: String
    var method: String
    var path: String
    var query: [String: String]
    var contentType: String
    var body: JSONValue
    var status: Int
    var owners: [JSONValue]?
    var message: String?
    var causes: JSONValue?
  }

  private static func exchanges() throws -> [Exchange] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Resources/server-side-apply.jsonl")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .map { try JSONDecoder().decode(Exchange.self, from: Data($0.utf8)) }
  }

  /// The body with the version that the object has now.
  private static func body(_ exchange: Exchange, version: JSONValue?) -> JSONValue {
    guard let operations = exchange.body.array else { return exchange.body }
    return .array(
      operations.map { operation in
        var operation = operation
        if operation["value"] == "{resourceVersion}" { operation["value"] = version }
        return operation
      })
  }

  private static func owners(_ object: JSONValue) -> [JSONValue] {
    (object["metadata", "managedFields"]?.array ?? []).filter { $0["manager"] != "kube-controller-manager" }
      .map { entry in
        var shown: JSONValue = [
          "manager": entry["manager"] ?? .null, "operation": entry["operation"] ?? .null,
          "isTimed": .bool(entry["time"] != nil), "fieldsV1": entry["fieldsV1"] ?? .null,
        ]
        shown["subresource"] = entry["subresource"]
        return shown
      }
  }

  @Test(
    "after each write of client-side and server-side apply, patches and commands, the same fields belong to the same")
  func sameOwners() throws {
    var cluster = try ClusterSimulation(
      manifests: [
        ClusterManifest(
          source: "namespace", object: ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "production"]])
      ])
    var time = Duration.zero
    var compared = 0
    for exchange in try Self.exchanges() {
      time += .seconds(1)
      cluster.advance(to: time)
      let version = cluster.ask("GET", exchange.path).body["metadata", "resourceVersion"]
      let (status, answer) = cluster.ask(
        exchange.method, exchange.path, query: exchange.query, type: exchange.contentType,
        body: Self.body(exchange, version: version))
      let what = "\(exchange.command): \(exchange.method) \(exchange.path) \(exchange.query)"
      #expect(status == exchange.status, "\(what): \(answer["message"]?.string ?? "")")
      if let message = exchange.message {
        #expect(answer["message"]?.string == message, "\(what)")
        #expect(answer["details", "causes"] == exchange.causes, "\(what)")
      }
      guard let owners = exchange.owners else { continue }
      compared += 1
      let found = Self.owners(answer)
      for owner in owners where !found.contains(owner) {
        let same = found.first { $0["manager"] == owner["manager"] && $0["operation"] == owner["operation"] }
        Issue.record("\(what)\n wanted \(Self.text(owner))\n found  \(same.map(Self.text) ?? "nothing")")
      }
      #expect(found.count == owners.count, "\(what): \(found.map { $0["manager"]?.string ?? "" })")
    }
    #expect(compared > 30)
  }

  private static func text(_ value: JSONValue) -> String {
    (try? value.json()).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
