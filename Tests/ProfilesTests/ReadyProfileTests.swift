import Foundation
import Profiles
import Testing
import Units

@Suite("The ready profiles")
struct ReadyProfileTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Profiles").standardizedFileURL

  @Test("are valid", arguments: ["surge-and-rollout", "rollout-without-prestop"])
  func areValid(name: String) throws {
    let file = Self.folder.appending(path: "\(name).yaml")

    let profile = try ProfileReader.read(text: String(contentsOf: file, encoding: .utf8), source: file.path)

    #expect(profile.name == name)
    #expect(!profile.expectations.isEmpty)
  }

  @Test("Surge and rollout asks for every kind of expectation")
  func everyKind() throws {
    let file = Self.folder.appending(path: "surge-and-rollout.yaml")

    let text = try String(contentsOf: file, encoding: .utf8)

    for kind in Expectation.kinds { #expect(text.contains("\(kind):"), "\(kind)") }
  }
}
