import Foundation

/// Helm, where it is: on the path, or where `scripts/prepare` has unpacked it.
package struct Helm: Sendable, Hashable, CustomStringConvertible {
  package let path: String
  /// `4.3.1`.
  package let version: String

  package var description: String { "helm \(version)" }

  /// The newest version that is there, if it is 4 or newer: which applies on the server's side.
  package static let found: [Helm] = {
    var found: [Helm] = []
    for path in Programs.paths(of: "helm") {
      guard let said = Programs.output(of: path, "version --template '{{.Version}}'"),
        let version = said.firstMatch(of: #/v([0-9]+\.[0-9]+\.[0-9]+)/#)?.1,
        version.compare("4", options: .numeric) == .orderedDescending
      else { continue }
      found.append(Helm(path: path, version: String(version)))
    }
    return found.sorted { $0.version.compare($1.version, options: .numeric) == .orderedAscending }.suffix(1)
  }()
}
