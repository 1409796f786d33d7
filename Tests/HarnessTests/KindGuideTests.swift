import Profiles
import Testing

@testable import Harness

@Suite("What is printed of kinds of expectations")
struct KindGuideTests {
  @Test("names each kind with what it expects")
  func all() throws {
    let lines = try KindGuide.lines(of: nil)
    for kind in Profiles.Expectation.KindName.allCases {
      #expect(lines.contains { $0.hasPrefix("  \(kind.rawValue) ") && $0.hasSuffix(kind.type.summary) })
    }
    #expect(lines.allSatisfy { $0.count <= 120 })
  }

  @Test(
    "tells of each key what stands there, without it, and what it means",
    arguments: Profiles.Expectation.KindName.allCases)
  func one(kind: Profiles.Expectation.KindName) throws {
    let lines = try KindGuide.lines(of: kind.rawValue)
    #expect(lines.first == "\(kind.rawValue): \(kind.type.summary)")
    for field in kind.type.fields {
      let row = try #require(lines.first { $0.hasPrefix("  \(field.key) ") })
      #expect(row.contains(field.form.words) && row.hasSuffix(field.about))
      if case .byDefault(let text) = field.presence { #expect(row.contains("  \(text) ")) }
    }
    #expect(lines.last == "  - {name: in your words, \(kind.rawValue): \(kind.type.example)}")
  }

  @Test(
    "says which name may be meant",
    arguments: [("errorBudgt", "did you mean errorBudget?"), ("x", "what is known: scaleUp, ")])
  func unknown(name: String, hint: String) {
    #expect { try KindGuide.lines(of: name) } throws: { error in
      "\(error)".contains("there is no kind of expectation \"\(name)\"") && "\(error)".contains(hint)
    }
  }
}
