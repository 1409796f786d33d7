/// Which ScaleProof this is, as `--version`, recordings, reports and the schema of profiles give it.
package struct ProgramVersion: Sendable, Equatable, CustomStringConvertible {
  /// The second part is the schema of the recordings that this version writes.
  package static let number = "0.9.0"

  /// The commit that a program was built from.
  package struct Commit: Sendable, Equatable {
    let hash: String
    /// The day of the commit in UTC, `2026-11-26`.
    let date: String
    /// Whether sources have changed since.
    let hasChanges: Bool

    package init(hash: String, date: String, hasChanges: Bool) {
      self.hash = hash
      self.date = date
      self.hasChanges = hasChanges
    }
  }

  /// `nil` when the program was built where git did not know.
  let commit: Commit?

  package init(commit: Commit?) {
    self.commit = commit
  }

  /// `0.4.0 (30f9c0b, 2026-11-26)`.
  package var description: String {
    guard let commit else { return "\(Self.number) (commit unknown: built without git)" }
    return "\(Self.number) (\(commit.hash), \(commit.date)\(commit.hasChanges ? ", and changes since" : ""))"
  }
}
