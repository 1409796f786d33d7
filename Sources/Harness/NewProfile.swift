import Expectations
import Foundation
import Profiles

/// A profile that a command writes.
struct NewProfile: Sendable {
  let path: String
  /// Whether to replace a file that is there.
  let force: Bool

  /// The profile's name, from that of its file.
  var name: String {
    let file = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    return String(file.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "-" })
  }

  /// Refuses to replace what nobody allowed to replace.
  func checkPlace() throws(HarnessError) {
    guard force || !FileManager.default.fileExists(atPath: path) else {
      throw HarnessError(.refused, "\(path): the file is there already; name another with --output, or add --force")
    }
  }

  /// The profile that a text is, as `validate` reads it.
  func read(_ text: String) throws(HarnessError) -> Profile {
    let profile: Profile
    do {
      profile = try ProfileReader.read(text: text, source: path)
    } catch {
      throw HarnessError(.invalidInput, error.problems.map { "the profile would not be valid: \($0)" })
    }
    let impossible = ExpectationPlan.problems(profile)
    guard impossible.isEmpty else {
      throw HarnessError(.defect, impossible.map { "the profile would not be valid: \($0)" })
    }
    return profile
  }

  func write(_ text: String) throws(HarnessError) {
    do {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw HarnessError(.defect, "\(path): the profile cannot be written: \(FileProblem.reason(of: error))")
    }
  }
}
