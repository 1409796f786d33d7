import Foundation
import KubernetesObjects
import SimulatedCluster
import Testing

@Suite("What kubectl asked a real API server")
struct KubectlConversationTests {
  /// A request as kubectl sent it, and what came back of the answer's form.
  private struct Exchange: Decodable {
    var client: String
    var command: String
    var method: String
    var path: String
    var query: [String: String]?
    var accept: String?
    var contentType: String?
    var body: JSONValue?
    var status: Int
    /// `nil` where the answer was no JSON object.
    var kind: String?
    var apiVersion: String?
  }

  private static func exchanges(of client: String) throws -> [Exchange] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Resources/kubectl-requests.jsonl")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .map { try JSONDecoder().decode(Exchange.self, from: Data($0.utf8)) }.filter { $0.client == client }
  }

  private func answered(
    _ exchange: Exchange, _ cluster: inout ClusterSimulation
  ) throws -> (status: Int, body: JSONValue?) {
    // A pod of today in place of the recorded one.
    let pod = cluster.objects(.pod).compactMap(\.metadata.name).min() ?? ""
    var request = APIRequest(
      method: exchange.method, path: exchange.path.replacing("{pod}", with: pod),
      query: (exchange.query ?? [:]).mapValues { $0.replacing("{pod}", with: pod) },
      accept: exchange.accept ?? "application/json", contentType: exchange.contentType ?? "application/json",
      userAgent: "kubectl", body: exchange.body)
    if request.query["watch"] != nil, request.query["resourceVersion"] != "1" {
      request.query["resourceVersion"] = String(cluster.resourceVersion)
    }
    switch cluster.respond(to: request) {
    case .object(let status, let body), .warned(let status, let body, _): return (status, body)
    case .text(let status, _), .binary(let status, _, _): return (status, nil)
    case .later, .watch: return (200, nil)
    }
  }

  @Test(
    "the simulated cluster answers each request with the same status, kind and version", arguments: ["v1.20", "v1.32"])
  func sameAnswers(client: String) throws {
    let exchanges = try Self.exchanges(of: client)
    var cluster = try ClusterSimulation(
      manifests: [
        ClusterManifest(
          source: "namespace", object: ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "production"]])
      ])
    var time = Duration.zero

    for exchange in exchanges {
      time += .seconds(5)
      cluster.advance(to: time)
      let (status, body) = try answered(exchange, &cluster)
      let what = "\(exchange.command): \(exchange.method) \(exchange.path)"
      #expect(status == exchange.status, "\(what): \(body?["message"]?.string ?? "")")
      // Discovery in one answer is an offer that kubectl goes without.
      if let body, let kind = exchange.kind, kind != "APIGroupDiscoveryList" {
        #expect(body["kind"]?.string == kind, "\(what)")
        #expect(body["apiVersion"]?.string == exchange.apiVersion, "\(what)")
      }
    }
    #expect(exchanges.count > 60)
  }
}
