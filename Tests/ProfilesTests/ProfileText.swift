import Profiles

/// The text of a valid profile, part by part, each of which a test may replace.
struct ProfileText {
  var head = "apiVersion: scaleproof/v1\nkind: Profile"
  var target = "{url: \"http://api.example.com\"}"
  var cluster: String? = "{workload: deployment/web}"
  var requests = "[{name: home, path: /}]"
  var data: String?
  var load = "{phases: [{name: calm, for: 60s, rate: 10/s}, {name: surge, for: 60s, rate: 90/s}]}"
  var actions: String?
  var abortOn: String?
  var expectations: String?

  var text: String {
    let parts = [
      ("target", target), ("cluster", cluster), ("requests", requests), ("data", data), ("load", load),
      ("actions", actions), ("abortOn", abortOn), ("expectations", expectations),
    ]
    let lines = parts.compactMap { key, value in value.map { "\(key): \($0)" } }
    return "\(head)\nmetadata: {name: test}\n\(lines.joined(separator: "\n"))"
  }

  func profile() throws -> Profile { try ProfileReader.read(text: text, source: "p.yaml") }

  /// What is wrong with it, line by line.
  func problems() -> [String] {
    do {
      _ = try ProfileReader.read(text: text, source: "p.yaml")
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }
}
