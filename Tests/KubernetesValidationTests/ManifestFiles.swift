import Foundation
import KubernetesObjects
import KubernetesValidation
import Profiles
import TestRecordings

/// Manifests as people publish them: the files of the tests, and those that come with the program.
enum ManifestFiles {
  static let files: [URL] = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folders = [
      TestData.folder.appending(path: "manifests"), root.appending(path: "Profiles/manifests/aspnetcore"),
      root.appending(path: "Profiles/manifests/aspnetcore-without-prestop"),
    ]
    let found = folders.map { folder in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      return names.filter { $0.hasSuffix(".yaml") }.sorted().map { folder.appending(path: $0) }
    }
    return found.flatMap { $0 }
  }()

  /// Sets of objects that belong together: each file, but the files of a folder of the program are one set.
  static func sets() throws -> [[JSONValue]] {
    let grouped = Dictionary(grouping: files) { file in
      file.path.contains("/Profiles/") ? file.deletingLastPathComponent().path : file.path
    }
    return try grouped.sorted { $0.key < $1.key }.map { try $0.value.flatMap(objects) }
  }

  static func objects(of file: URL) throws -> [JSONValue] {
    try ManifestReader.read(text: String(contentsOf: file, encoding: .utf8), source: file.lastPathComponent)
      .map(\.node)
  }

  static func objects(_ text: String) throws -> [JSONValue] {
    try ManifestReader.read(text: text, source: "m.yaml").map(\.node)
  }

  /// Everything that is refused in a set of objects.
  static func refusals(of objects: [JSONValue]) -> [String] {
    let kinds = objects.compactMap { object -> String? in
      guard
        case .unknown(let message, let hint) = ObjectKind(
          apiVersion: object["apiVersion"]?.string ?? "", kind: object["kind"]?.string ?? "")
      else { return nil }
      return message + (hint.map { "; \($0)" } ?? "")
    }
    let problems = objects.flatMap { ObjectValidation.problems(in: $0) }.map { problem in
      problem.description + (problem.hint.map { "; \($0)" } ?? "")
    }
    return kinds + problems
      + ReferenceCheck(objects).findings.filter { $0.weight != .unused }.map(\.problem.description)
  }
}
