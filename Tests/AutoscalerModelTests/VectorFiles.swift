import Foundation
import KubernetesObjects
import Testing

/// Where the data of the tests lies: copies in the repository, or the folder that `SCALEPROOF_TEST_DATA` names.
enum TestData {
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["SCALEPROOF_TEST_DATA"], !path.isEmpty {
      return URL(fileURLWithPath: path, isDirectory: true)
    }
    return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Resources", isDirectory: true)
  }()
}

/// One case of a vector file, with the settings of its file.
struct VectorCase: Sendable, CustomTestStringConvertible {
  let file: String
  /// Which rules the case is about: the name of its file, unless it names a suite itself.
  let suite: String
  let value: JSONValue
  let controller: JSONValue?

  var testDescription: String { "\(file): \(value["name"]?.string ?? "?")" }

  var expected: JSONValue { value["expected"] ?? .null }
}

/// All cases of all vector files that are there.
enum Vectors {
  /// Every case, or why the files could not be read.
  static let all = Result { try load() }

  static func cases(of suite: String) -> [VectorCase] {
    ((try? all.get()) ?? []).filter { $0.suite == suite }
  }

  private static func load() throws -> [VectorCase] {
    let folder = TestData.folder.appendingPathComponent("hpa-vectors", isDirectory: true)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
    var cases: [VectorCase] = []
    for name in names.sorted() {
      let content = try JSONValue(json: Data(contentsOf: folder.appendingPathComponent(name)))
      let file = String(name.dropLast(".json".count))
      for value in content["cases"]?.array ?? [] {
        cases.append(
          VectorCase(
            file: file, suite: value["suite"]?.string ?? file, value: value,
            controller: value["controller"] ?? content["controller"]))
      }
    }
    return cases
  }
}
