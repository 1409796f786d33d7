import Foundation
import KubernetesObjects
import Profiles

@testable import Doctor

/// Manifests of the tests' resources.
enum ManifestSet {
  static let resources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Resources")

  /// The names of the YAML files of a folder, without their ending.
  static func names(in folder: String) -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: resources.appending(path: folder).path)) ?? []
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }

  static func read(_ path: String) throws -> [JSONValue] {
    let text = try String(contentsOf: resources.appending(path: path + ".yaml"), encoding: .utf8)
    return try ManifestReader.read(text: text, source: path).map(\.node)
  }

  /// The workload that nothing is wrong with, with objects laid over it: one of the same kind and name is changed as a merge
  /// patch does (RFC 7386), another is added.
  static func base(with changes: [JSONValue] = []) throws -> [JSONValue] {
    var objects = try read("base")
    for change in changes {
      let place = objects.firstIndex {
        $0["kind"] == change["kind"] && $0["metadata", "name"] == change["metadata", "name"]
      }
      if let place { objects[place] = merged(objects[place], change) } else { objects.append(change) }
    }
    return objects
  }

  static func merged(_ value: JSONValue, _ patch: JSONValue) -> JSONValue {
    guard let members = patch.object, value.object != nil else { return patch }
    var result = value
    for (key, change) in members {
      result[key] = change.isNull ? nil : merged(value[key] ?? .null, change)
    }
    return result
  }

  static func diagnosis(_ objects: [JSONValue]) -> Diagnosis {
    Diagnosis(of: Patient(origin: .manifests, objects: objects, namespace: "shop"))
  }
}
