import Foundation
import Profiles
import Testing

@Suite("The page that a newcomer reads first")
struct ReadmeTests {
  @Test("shows a profile that is valid as it is printed, and warns of nothing")
  func profile() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let block = try #require(
      text.components(separatedBy: "```yaml\n").dropFirst().first?.components(separatedBy: "```").first)
    let indentation = block.prefix { $0 == " " }
    let lines = block.split(separator: "\n").map { $0.hasPrefix(indentation) ? $0.dropFirst(indentation.count) : $0 }

    let profile = try ProfileReader.read(text: lines.joined(separator: "\n"), source: "README.md")

    #expect(profile.expectations.count == 2)
    #expect(LoadCapacity.warnings(profile).isEmpty)
  }
}

@Suite("The guide to profiles")
struct GuideTests {
  private static func text() throws -> String {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Profiles/README.md")
    return try String(contentsOf: file, encoding: .utf8)
  }

  @Test("has examples that together are a valid profile")
  func examples() throws {
    let blocks = try Self.text().components(separatedBy: "```yaml\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
    let text = "apiVersion: scaleproof/v1\nkind: Profile\nmetadata: {name: guide}\n" + blocks.joined()

    let profile = try ProfileReader.read(text: text, source: "guide.yaml")

    #expect(blocks.count == 5)
    #expect(profile.load.streams.count == 2 && profile.abortOn.count == 3 && profile.data.count == 2)
  }

  @Test("names every key of the target, of its connections and of a request")
  func keys() throws {
    let text = try Self.text()

    // An unknown key is answered with all that are known.
    for part in [
      ProfileText(target: "[]"), ProfileText(target: "{url: \"http://a\", connections: []}"),
      ProfileText(target: "{url: \"http://a\", tls: {verify: no, quite different: 1}}"), ProfileText(requests: "[1]"),
    ] {
      let problem = try #require(part.problems().first)
      let listed = problem.split(separator: "with the keys ").last?.split(separator: ", not a").first
      let known = problem.split(separator: "what is known: ").last ?? ""
      let keys = (problem.contains("with the keys ") ? listed ?? "" : known).split(separator: ", ")
      #expect(keys.count > 5, "\(problem)")
      for key in keys { #expect(text.contains(key), "\(key)") }
    }
  }

  @Test("has a row for each kind of expectation, and for no other")
  func kinds() throws {
    let text = try Self.text()
    let section = try #require(
      text.components(separatedBy: "\n## Expectations\n").last?.components(separatedBy: "\n## ")[0])

    let rows = section.components(separatedBy: "\n### ")[0].split(separator: "\n").filter { $0.hasPrefix("| [`") }

    let declared = KindName.allCases.map { kind in
      let anchor = "\(kind.rawValue) \(kind.type.fields.map(\.key).joined(separator: " "))".lowercased()
      return "| [`\(kind.rawValue)`](#\(anchor.replacingOccurrences(of: " ", with: "-"))) | \(kind.type.summary) "
        + "| `\(kind.type.example)` |"
    }
    #expect(rows.map(String.init) == declared)
  }

  @Test("tells of each key of each kind: form, default and meaning, and of no key that is not there")
  func keysOfKinds() throws {
    let text = try Self.text()
    let expectations = try #require(
      text.components(separatedBy: "\n## Expectations\n").last?.components(separatedBy: "\n## ")[0])
    let sections = expectations.components(separatedBy: "\n### ").dropFirst()
    let headings = sections.compactMap { $0.split(separator: "\n").first.map(String.init) }

    let declared = KindName.allCases.map { kind in
      "\(kind.rawValue): `{\(kind.type.fields.map(\.key).joined(separator: ", "))}`"
    }
    #expect(headings.sorted() == declared.sorted())
    for kind in KindName.allCases {
      let section = try #require(sections.first { $0.hasPrefix("\(kind.rawValue): ") })
      let table = section.components(separatedBy: "| --- | --- | --- | --- |\n").dropFirst().first
      let rows = table?.split(separator: "\n", omittingEmptySubsequences: false).prefix { $0.hasPrefix("|") } ?? []
      #expect(rows.map(String.init) == kind.type.fields.map(Self.row), "\(kind.rawValue)")
    }
  }

  private static func row(_ field: FieldDeclaration) -> String {
    let form =
      if case .words(let words) = field.form { words.map { "`\($0)`" }.joined(separator: ", ") } else {
        field.form.words
      }
    let presence =
      switch field.presence {
      case .required: "required"
      case .optional: "–"
      case .byDefault(let text): "`\(text)`"
      }
    return "| `\(field.key)` | \(form) | \(presence) | \(field.about) |"
  }

  @Test("shows the warning of Little's law as it is printed")
  func warning() throws {
    let profile = try ProfileText(
      target: "{url: \"http://a\", timeouts: {request: 10s}, connections: {maxInFlight: 300}}",
      load: "{phases: [{name: x, for: 1m, rate: 1400/s}]}"
    ).profile()

    let warning = try #require(LoadCapacity.warnings(profile).first)

    #expect(try Self.text().contains("load: \(warning.message); \(warning.hint ?? "")"))
  }
}
