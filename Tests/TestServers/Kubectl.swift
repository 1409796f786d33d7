import Foundation

/// A kubectl of this machine, so that tests run with each version that is there.
package struct Kubectl: Sendable, Hashable, CustomStringConvertible {
  package let path: String
  /// `1.20.2`.
  package let version: String

  package var description: String { "kubectl \(version)" }

  /// The number behind `1.`.
  package var minor: Int { version.split(separator: ".").dropFirst().first.flatMap { Int($0) } ?? 0 }

  /// Each version once, the oldest first: what is on the path, the distribution's and the newest.
  package static let found: [Kubectl] = {
    var found: [Kubectl] = []
    for path in Programs.paths(of: "kubectl") {
      guard let said = Programs.output(of: path, "version --client -o json"),
        let version = said.firstMatch(of: #/"gitVersion": *"v([0-9]+\.[0-9]+\.[0-9]+)/#)?.1
      else { continue }
      let kubectl = Kubectl(path: path, version: String(version))
      if !found.contains(where: { $0.version == kubectl.version }) { found.append(kubectl) }
    }
    return found.sorted { $0.version.compare($1.version, options: .numeric) == .orderedAscending }
  }()
}
