import Foundation
import KubernetesObjects
import SimulatedCluster

/// The ASP.NET Core workload that all scenarios run: Deployment, Service, Ingress and HPA.
struct Workload {
  static let namespace = "production"
  static let deployment = "aspnetcore-deployment"
  static let host = "api.example.com"

  var deploymentObject: JSONValue
  var others: [JSONValue]

  init() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Resources/aspnetcore.json")
    let objects = try JSONValue(json: Data(contentsOf: file)).array ?? []
    deploymentObject = objects.first ?? .null
    others = Array(objects.dropFirst())
  }

  var manifests: [ClusterManifest] {
    ([deploymentObject] + others).map { ClusterManifest(source: "aspnetcore.json", object: $0) }
  }

  mutating func removePreStop() {
    guard var spec = deploymentObject["spec"], var template = spec["template"], var pod = template["spec"],
      var container = pod["containers"]?[0]
    else { return }
    container["lifecycle"] = nil
    pod["containers"] = [container]
    template["spec"] = pod
    spec["template"] = template
    deploymentObject["spec"] = spec
  }

  /// A cluster on which the workload has run long enough to be up.
  func settledCluster(_ workload: SimulatedWorkload = SimulatedWorkload(), timeScale: Double = 1) throws
    -> ClusterSimulation
  {
    var cluster = try ClusterSimulation(manifests: manifests, workload: workload, timeScale: timeScale)
    cluster.advance(to: .seconds(60))
    return cluster
  }
}

extension ClusterSimulation {
  var deployment: Deployment? {
    object(.deployment, namespace: Workload.namespace, name: Workload.deployment)?.deployment
  }

  /// Every size that the Deployment was given, with the time: the story of a run.
  var sizes: [(time: Duration, replicas: Int)] {
    var sizes: [(time: Duration, replicas: Int)] = []
    for change in changes(.deployment, after: 200) ?? [] {
      let replicas = change.object.deployment?.spec.replicas ?? 0
      if sizes.last?.replicas != replicas { sizes.append((change.time, replicas)) }
    }
    return sizes
  }

  /// Sends a request to the API and gives the body of the answer.
  @discardableResult
  mutating func ask(
    _ method: String, _ path: String, query: [String: String] = [:], type: String = "application/json",
    accept: String = "application/json", agent: String = "kubectl/v1.32", body: JSONValue? = nil,
    credentials: RequestCredentials = RequestCredentials()
  ) -> (status: Int, body: JSONValue) {
    let request = APIRequest(
      method: method, path: path, query: query, accept: accept, contentType: type, userAgent: agent, body: body,
      credentials: credentials)
    return Self.shown(respond(to: request))
  }

  static func shown(_ answer: APIAnswer) -> (status: Int, body: JSONValue) {
    switch answer {
    case .object(let status, let body), .warned(let status, let body, _): (status, body)
    case .text(let status, let text): (status, .string(text))
    case .binary(let status, let type, _): (status, .string(type))
    case .later(_, let answer): shown(answer)
    case .watch: (200, "watch")
    }
  }

  mutating func setImage(_ tag: String) {
    ask(
      "PATCH", "/apis/apps/v1/namespaces/production/deployments/aspnetcore-deployment",
      query: ["fieldManager": "kubectl-set"], type: "application/strategic-merge-patch+json",
      body: [
        "spec": [
          "template": [
            "spec": [
              "$setElementOrder/containers": [["name": "aspnetcore"]],
              "containers": [
                ["name": "aspnetcore", "image": .string("myregistry.azurecr.io/aspnetcore-app:\(tag)")]
              ],
            ]
          ]
        ]
      ])
  }

  var events: [Event] { objects(.event).compactMap(\.event) }
}
