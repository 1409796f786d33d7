import Foundation
import KubernetesObjects
import Profiles
import RunTimeline

/// The objects of a recording as manifests: the workload and its autoscaler as they were seen first, and in front of them a
/// Service and an Ingress, which no recording has.
struct RecordedObjects: Sendable {
  private let recording: String
  private let workload: JSONValue
  private let autoscaler: JSONValue?

  /// What is made up, for the user.
  var note: String {
    "\(recording): the Service and the Ingress are made up, for the host of the profile's target: a recording has none"
  }

  /// - Throws: ``HarnessError`` where the workload was never seen.
  init(_ observations: [Observation], of run: RunDescription, recording: String) throws(HarnessError) {
    self.recording = recording
    guard let cluster = run.cluster else {
      throw HarnessError(.refused, "\(recording): no cluster was watched, so that there is nothing to simulate")
    }
    let reference = cluster.workload
    guard
      let workload = Self.first(reference.kind.resource, reference.name, cluster.namespace, in: observations)
    else {
      throw HarnessError(
        .refused, "\(recording): \(reference.text) was never seen, so that there is nothing to simulate")
    }
    self.workload = workload
    autoscaler = cluster.autoscaler.flatMap {
      Self.first(HorizontalPodAutoscaler.resource, $0, cluster.namespace, in: observations)
    }
  }

  /// The object as it was seen first, as somebody may have written it.
  private static func first(
    _ resource: ResourceType, _ name: String, _ namespace: String, in observations: [Observation]
  ) -> JSONValue? {
    let seen = observations.lazy.filter { $0.resource == resource.plural && $0.name == name && $0.kind != .deleted }
      .compactMap { $0.object.flatMap { try? JSONValue(json: $0) } }.first
    guard var object = seen else { return nil }
    object["apiVersion"] = object["apiVersion"] ?? .string(resource.apiVersion)
    object["kind"] = .string(resource.kind)
    object["status"] = nil
    var metadata: JSONValue = ["name": .string(name), "namespace": .string(namespace)]
    if let labels = object["metadata", "labels"] { metadata["labels"] = labels }
    object["metadata"] = metadata
    return object
  }

  /// The manifests.
  ///
  /// - Parameter url: of the target, whose host the Ingress takes.
  func manifests(for url: String) throws(HarnessError) -> [Manifest] {
    let host = URLComponents(string: url)?.host ?? "localhost"
    let objects = [workload, autoscaler, service, Self.ingress(host: host, metadata: metadata)].compactMap { $0 }
    do {
      // JSON is YAML.
      let text = try objects.map { String(decoding: try $0.json(), as: UTF8.self) }.joined(separator: "\n---\n")
      return try ManifestReader.read(text: text, source: recording)
    } catch {
      throw HarnessError(.invalidInput, "\(recording): its objects are no manifests: \(error)")
    }
  }

  private var metadata: JSONValue {
    ["name": "scaleproof-target", "namespace": workload["metadata", "namespace"] ?? .string("default")]
  }

  private var service: JSONValue {
    let containers = workload["spec", "template"]?["spec", "containers"]?.array ?? []
    let serving = containers.first { $0["readinessProbe"] != nil } ?? containers.first
    let ports = (serving?["ports"]?.array ?? []).filter { $0["protocol"]?.string ?? "TCP" == "TCP" }
    let port = ports.first?["containerPort"] ?? .integer(80)
    return [
      "apiVersion": "v1", "kind": "Service", "metadata": metadata,
      "spec": [
        "selector": workload["spec", "selector"]?["matchLabels"] ?? .object([:]),
        "ports": [["port": 80, "targetPort": port]],
      ],
    ]
  }

  private static func ingress(host: String, metadata: JSONValue) -> JSONValue {
    let backend: JSONValue = ["service": ["name": "scaleproof-target", "port": ["number": 80]]]
    let path: JSONValue = ["path": "/", "pathType": "Prefix", "backend": backend]
    return [
      "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata,
      "spec": ["rules": [["host": .string(host), "http": ["paths": [path]]]]],
    ]
  }
}
