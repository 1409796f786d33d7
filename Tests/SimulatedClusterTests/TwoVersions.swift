import KubernetesObjects
import SimulatedCluster

/// The workload with a second version beside it, a service of its own in front of that, and an Ingress that may be its canary.
struct TwoVersions {
  static let canaryVersion = "v2.0.0"
  private static let prefix = "nginx.ingress.kubernetes.io/"

  var workload: Workload

  /// - Parameters:
  ///   - canary: annotations of the second Ingress, without their prefix.
  ///   - main: those of the main one.
  ///   - path: of the second Ingress.
  ///   - replicas: of the second version.
  init(
    canary: [String: String], main: [String: String] = [:], path: String? = nil, replicas: Int64 = 2
  ) throws {
    workload = try Workload()
    var deployment = workload.deploymentObject
    deployment["metadata"]?["name"] = "canary"
    deployment["spec"]?["replicas"] = .integer(replicas)
    deployment["spec"]?["selector"] = ["matchLabels": ["app": "canary"]]
    deployment["spec"]?["template"]?["metadata"]?["labels"] = ["app": "canary"]
    if var container = deployment["spec"]?["template"]?["spec"]?["containers"]?[0] {
      container["image"] = .string("myregistry.azurecr.io/aspnetcore-app:\(Self.canaryVersion)")
      deployment["spec"]?["template"]?["spec"]?["containers"] = [container]
    }
    var others: [JSONValue] = [deployment]
    for object in workload.others {
      var copy = object
      switch object["kind"]?.string {
      case "Service":
        copy["metadata"]?["name"] = "canary"
        copy["spec"]?["selector"] = ["app": "canary"]
        others += [object, copy]
      case "Ingress":
        // Its name comes first, so that it would win were it no canary.
        copy["metadata"] = [
          "name": "a-canary", "namespace": .string(Workload.namespace), "annotations": Self.annotations(canary),
        ]
        var rule = copy["spec"]?["rules"]?[0] ?? .null
        var place = rule["http"]?["paths"]?[0] ?? .null
        place["backend"]?["service"]?["name"] = "canary"
        if let path { place["path"] = .string(path) }
        rule["http"] = ["paths": [place]]
        copy["spec"]?["rules"] = [rule]
        var plain = object
        plain["metadata"]?["annotations"] = Self.annotations(main)
        others += [plain, copy]
      default: others.append(object)
      }
    }
    workload.others = others
  }

  private static func annotations(_ written: [String: String]) -> JSONValue {
    .object(Dictionary(uniqueKeysWithValues: written.map { (prefix + $0.key, .string($0.value)) }))
  }

  func settledCluster(_ nature: SimulatedWorkload = SimulatedWorkload()) throws -> ClusterSimulation {
    try workload.settledCluster(nature)
  }

  /// The version that takes a request; `nil` when none does.
  static func taker(in cluster: inout ClusterSimulation, headers: [String: String] = [:]) -> String? {
    var destination = IngressDestination(host: Workload.host, target: "/api/items")
    let decision = cluster.arrive(
      at: &destination,
      header: { name in headers.first { $0.key.lowercased() == name.lowercased() }?.value })
    guard case .forwarded(let request) = decision else { return nil }
    return cluster.answeringPod(request.pod).version
  }
}
