import Foundation
import Profiles

/// What requests take from files: tables of data feeds and bodies.
struct RequestFiles: Sendable {
  /// By name of the feed.
  let tables: [String: DataTable]
  /// By path as the profile writes it.
  let bodies: [String: [UInt8]]

  /// - Parameter folder: of the profile; relative paths count from there.
  /// - Throws: ``HarnessError`` with every problem, one a line.
  init(of profile: Profile, folder: String) throws(HarnessError) {
    var problems: [String] = []
    var tables: [String: DataTable] = [:]
    for feed in profile.data {
      do {
        guard let bytes = Self.bytes(feed.file, folder), let text = String(bytes: bytes, encoding: .utf8) else {
          problems.append(Self.missing(feed.file, feed.place).description)
          continue
        }
        tables[feed.name] = try DataTable(text: text, source: feed.file)
      } catch {
        problems += error.problems.map(\.description)
      }
    }
    var bodies: [String: [UInt8]] = [:]
    for case .file(let path, let place)? in profile.requests.map(\.body) {
      if let bytes = Self.bytes(path, folder) {
        bodies[path] = bytes
      } else {
        problems.append(Self.missing(path, place).description)
      }
    }
    guard problems.isEmpty else { throw HarnessError(.invalidInput, problems) }
    self.tables = tables
    self.bodies = bodies
  }

  private static func bytes(_ path: String, _ folder: String) -> [UInt8]? {
    FileManager.default.contents(atPath: LoadedProfile.resolved(path, in: folder)).map(Array.init)
  }

  private static func missing(_ path: String, _ place: FieldPlace) -> ProfileProblem {
    place.problem("the file \(path) cannot be read", hint: "paths are relative to the profile; data is UTF-8 text")
  }
}
