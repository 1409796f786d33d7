import Foundation
import Testing

@testable import Doctor

@Suite("Profiles/doctor.md")
struct GuidePageTests {
  @Test("lists every finding with its weight, what it means and what to do, in the order of the checks")
  func rows() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Profiles/doctor.md")
    let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `") }

    #expect(
      rows.map(String.init)
        == Check.all.map { "| `\($0.id)` | \($0.severity.rawValue) | \($0.meaning) | \($0.remedy) |" })
  }
}
