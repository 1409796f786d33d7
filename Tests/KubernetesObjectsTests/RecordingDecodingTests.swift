import Foundation
import KubernetesObjects
import TestRecordings
import Testing

/// What a real API server said must be readable, every line of it.
@Suite("Objects of a real control plane")
struct RecordingDecodingTests {
  @Test("There are recordings to read")
  func recordingsExist() {
    #expect(!Recordings.all.isEmpty, "no recordings in \(Recordings.folder.path)")
  }

  @Test("Every line decodes as what it says it is, and nothing of it is lost", arguments: Recordings.all)
  func everyLineDecodes(name: String) throws {
    let text = try Recordings.text(name)
    var objects: [String: Int] = [:]
    for (number, line) in text.split(separator: UInt8(ascii: "\n")).enumerated() {
      let entry = try JSONValue(json: Data(line))
      guard let resource = entry["resource"]?.string, let object = entry["object"] else { continue }
      let items = object["items"]?.array ?? [object]
      for item in items where item["metadata"] != nil {
        do {
          try Self.decode(item, resource: resource)
          objects[resource, default: 0] += 1
        } catch {
          Issue.record("\(name) line \(number + 1), \(resource): \(error)")
          return
        }
      }
    }
    #expect((objects["pods"] ?? 0) > 0)
    #expect((objects["horizontalpodautoscalers"] ?? 0) > 0)
    #expect((objects["deployments"] ?? 0) > 0)
  }

  /// Decodes an object and writes it again: every member that the typed form knows must come back as it was.
  private static func decode(_ object: JSONValue, resource: String) throws {
    let again: JSONValue =
      switch resource {
      case "pods": try JSONValue(encoding: object.decoded(as: Pod.self))
      case "deployments": try JSONValue(encoding: object.decoded(as: Deployment.self))
      case "replicasets": try JSONValue(encoding: object.decoded(as: ReplicaSet.self))
      case "horizontalpodautoscalers": try JSONValue(encoding: object.decoded(as: HorizontalPodAutoscaler.self))
      case "events": try JSONValue(encoding: object.decoded(as: Event.self))
      case "endpointslices": try JSONValue(encoding: object.decoded(as: EndpointSlice.self))
      case "podmetrics": try JSONValue(encoding: object.decoded(as: PodMetrics.self))
      default: .object([:])
      }
    if let difference = difference(again, object, path: resource) { throw Lost(description: difference) }
  }

  /// Where `part` says something else than `whole`; members that only `whole` has are no difference.
  private static func difference(_ part: JSONValue, _ whole: JSONValue, path: String) -> String? {
    switch (part, whole) {
    case (.object(let members), .object(let all)):
      for (key, value) in members {
        guard let original = all[key] else { return "\(path).\(key) appeared" }
        if let found = difference(value, original, path: "\(path).\(key)") { return found }
      }
      return nil
    case (.array(let elements), .array(let all)):
      guard elements.count == all.count else { return "\(path) has \(elements.count) elements, not \(all.count)" }
      for index in elements.indices {
        if let found = difference(elements[index], all[index], path: "\(path)[\(index)]") { return found }
      }
      return nil
    case (.string(let text), .string(let original)) where text != original:
      // Quantities may have another canonical text for the same amount: 0n is 0, 131072Ki is 128Mi.
      let same = try? [part].map { try $0.decoded(as: ResourceQuantity.self) } == [whole.decoded()]
      return same == true ? nil : "\(path) is \(text), not \(original)"
    default:
      return part == whole ? nil : "\(path) is \(part), not \(whole)"
    }
  }

  private struct Lost: Error, CustomStringConvertible {
    let description: String
  }
}
