import Foundation
import Testing

/// Whatever else writes to standard output passes over a failure to write.
@Suite("Output has one door")
struct OutputTests {
  @Test("only StandardOutput writes to standard output")
  func oneDoor() throws {
    let doors = try Regex(#"(^|[^.\w])(print|debugPrint|puts|fputs|putchar)\(|FileHandle\.standardOutput"#)
    let files = SourceTree.swiftFiles()
    var found: [String] = []
    for file in files {
      if file.lastPathComponent == "StandardOutput.swift" { continue }
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      where !line.contains("func print(") && line.contains(doors) {
        found.append("\(file.lastPathComponent): \(line)")
      }
    }
    #expect(files.count > 100)
    #expect(found.isEmpty, "\(found)")
  }
}
