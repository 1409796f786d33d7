import Foundation
import Testing

/// Files beside the tests.
enum TestFiles {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

  static func recording(_ name: String) -> URL {
    folder.deletingLastPathComponent().appending(path: "Resources/recordings/\(name)")
  }

  /// Compares with the file of that name, or writes it when `SCALEPROOF_UPDATE_GOLDEN=1` is set.
  static func expectGolden(
    _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let file = folder.appending(path: "Resources/\(name)")
    if ProcessInfo.processInfo.environment["SCALEPROOF_UPDATE_GOLDEN"] == "1" {
      try text.write(to: file, atomically: true, encoding: .utf8)
      return
    }
    let golden = try String(contentsOf: file, encoding: .utf8)
    let actual = text.split(separator: "\n", omittingEmptySubsequences: false)
    let expected = golden.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, (one, other)) in zip(actual, expected).enumerated() where one != other {
      Issue.record(
        "\(name) differs in line \(index + 1):\n  is  \(one)\n  was \(other)\nset SCALEPROOF_UPDATE_GOLDEN=1 to accept",
        sourceLocation: sourceLocation)
      return
    }
    #expect(actual.count == expected.count, "\(name) differs in length", sourceLocation: sourceLocation)
  }
}
