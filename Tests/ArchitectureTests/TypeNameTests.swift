import Foundation
import Testing

/// One name means one thing wherever it is read.
@Suite("Names of types")
struct TypeNameTests {
  @Test("no two modules have a type of one name")
  func namesAreUnique() throws {
    let declaration = try Regex(
      #"^(?:@\w+ )*(?:(?:package|public|final|indirect) )*(?:struct|enum|class|actor|protocol|typealias) (\w+)"#)
    var modules: [String: Set<String>] = [:]
    for file in SourceTree.swiftFiles() {
      let module = file.deletingLastPathComponent().path.dropFirst(SourceTree.sources.path.count + 1).prefix {
        $0 != "/"
      }
      // Those within another type bear its name too, and stand indented.
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        guard let name = line.firstMatch(of: declaration)?.output[1].substring else { continue }
        modules[String(name), default: []].insert(String(module))
      }
    }
    #expect(modules.count > 300)
    let twice = modules.filter { $0.value.count > 1 }.map { "\($0.key): \($0.value.sorted())" }.sorted()
    #expect(twice.isEmpty, "\(twice)")
  }
}
