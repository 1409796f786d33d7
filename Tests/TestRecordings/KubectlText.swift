package import Foundation
import KubernetesObjects
import RunTimeline

/// What kubectl would have printed of a resource while a recording was taken.
package enum KubectlText {
  package enum Form: String, Sendable, CaseIterable {
    /// `-w -o json --output-watch-events`
    case events
    /// `-w -o json`
    case objects
    /// `-w -o json --output-watch-events | jq -c '. + {arrived: now}'`
    case arrived
    /// `-w -o json --output-watch-events | ts '%Y-%m-%dT%H:%M:%.S%z'`
    case stamped
  }

  private static let kinds = [
    "horizontalpodautoscalers": ("autoscaling/v2", "HorizontalPodAutoscaler"), "deployments": ("apps/v1", "Deployment"),
    "rollouts": ("argoproj.io/v1alpha1", "Rollout"), "statefulsets": ("apps/v1", "StatefulSet"),
    "replicasets": ("apps/v1", "ReplicaSet"), "pods": ("v1", "Pod"),
    "events": ("v1", "Event"),
    "endpointslices": ("discovery.k8s.io/v1", "EndpointSlice"),
  ]

  /// By resource. Lists that only prove a watch are not there, and neither is what kubectl does not print.
  ///
  /// - Parameter managedFields: whether `--show-managed-fields` was given.
  package static func texts(
    of watchLog: Data, _ form: Form, managedFields: Bool = true
  ) throws -> [(resource: String, text: Data)] {
    var start = 0.0
    var texts: [String: Data] = [:]
    for line in watchLog.split(separator: UInt8(ascii: "\n")) {
      guard let entry = try JSONSerialization.jsonObject(with: line) as? [String: Any],
        let type = entry["type"] as? String
      else { continue }
      if type == "START" { start = (entry["wall"] as? NSNumber)?.doubleValue ?? 0 }
      guard let resource = entry["resource"] as? String, let kind = kinds[resource],
        let object = entry["object"] as? [String: Any]
      else { continue }
      let isList = type == "LIST"
      guard isList || ["ADDED", "MODIFIED", "DELETED"].contains(type) else { continue }
      let time = start + ((entry["t"] as? NSNumber)?.doubleValue ?? 0)
      for var printed in isList ? object["items"] as? [[String: Any]] ?? [] : [object] {
        (printed["apiVersion"], printed["kind"]) = kind
        if !managedFields, var metadata = printed["metadata"] as? [String: Any] {
          metadata["managedFields"] = nil
          printed["metadata"] = metadata
        }
        texts[resource, default: Data()] += try text(printed, type: isList ? "ADDED" : type, at: time, form)
      }
    }
    return texts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Writes them into a folder, a file for each resource, last changed when the watch log ends, as a copy that keeps times is.
  ///
  /// - Returns: the paths of the files.
  package static func write(
    _ watchLog: Data, _ form: Form, managedFields: Bool = true, into folder: String
  ) throws -> [String] {
    let log = try WatchLog(watchLog)
    let end = Date(timeIntervalSince1970: log.startedAt.seconds + (log.end / .seconds(1)))
    return try texts(of: watchLog, form, managedFields: managedFields).map { resource, text in
      let path = "\(folder)/\(resource).json"
      try text.write(to: URL(fileURLWithPath: path))
      try FileManager.default.setAttributes([.modificationDate: end], ofItemAtPath: path)
      return path
    }
  }

  private static func text(_ object: [String: Any], type: String, at time: Double, _ form: Form) throws -> Data {
    var event: [String: Any] = ["type": type, "object": object]
    if form == .arrived { event["arrived"] = time }
    let value = form == .objects ? object : event
    let json = try JSONSerialization.data(
      withJSONObject: value, options: form == .arrived ? [.sortedKeys] : [.sortedKeys, .prettyPrinted])
    guard form == .stamped else { return json + Data("\n".utf8) }
    let stamp = "\(KubernetesTime(microseconds: Int64((time * 1e6).rounded())))".replacing("Z", with: "+0000")
    return Data(
      String(decoding: json, as: UTF8.self).split(separator: "\n").map { "\(stamp) \($0)\n" }.joined().utf8)
  }
}
