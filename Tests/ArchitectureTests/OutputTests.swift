import Foundation
import Testing

/// Whatever else writes to standard output passes over a failure to write.
@Suite("Output has one door")
struct OutputTests {
  private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources")

  @Test("only StandardOutput writes to standard output")
  func oneDoor() throws {
    let doors = try Regex(#"(^|[^.\w])(print|debugPrint|puts|fputs|putchar)\(|FileHandle\.standardOutput"#)
    let files = try #require(FileManager.default.enumerator(at: Self.sources, includingPropertiesForKeys: nil))
    var found: [String] = []
    var count = 0
    for case let file as URL in files where file.pathExtension == "swift" {
      count += 1
      if file.lastPathComponent == "StandardOutput.swift" { continue }
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      where !line.contains("func print(") && line.contains(doors) {
        found.append("\(file.lastPathComponent): \(line)")
      }
    }
    #expect(count > 100)
    #expect(found.isEmpty, "\(found)")
  }
}
